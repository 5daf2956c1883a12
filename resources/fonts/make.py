"""Make RegvizSymbols.ttf: the mathematical signs that Inter lacks, cut from DejaVu Sans.

Needs `pip install fonttools matplotlib` (Matplotlib carries DejaVu Sans), which the app itself does not.
"""

import shutil
from pathlib import Path

import matplotlib
from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
SOURCE = Path(matplotlib.get_data_path(), "fonts", "ttf")
SIGNS = "ᵀ∝∇∂∈∉∋⊂⊆∩∪∅∀∃↦⇒⇔⟨⟩⌈⌉⌊⌋ℝℕℤ∥∣∼≪≫⊙⊗⊕∘⊤⊥∏∑∫√∞≈≠≤≥±∓×÷·✓✕★●○◆◇▲△▼▽■□▶⏸‖ŵ\u0302"


def main() -> None:
    """Cut the signs out under a name of their own, as the licence wants it for changed copies."""
    font = TTFont(SOURCE / "DejaVuSans.ttf", recalcTimestamp=False)
    options = subset.Options(layout_features=[], name_IDs=[0, 1, 2, 4, 6, 13], hinting=False, notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(text=SIGNS)
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4, 6):
            record.string = "RegvizSymbols" if record.nameID == 6 else "Regviz Symbols"
    font.save(HERE / "RegvizSymbols.ttf")
    shutil.copy(SOURCE / "LICENSE_DEJAVU", HERE / "LICENSE-DejaVu.txt")


if __name__ == "__main__":
    main()
