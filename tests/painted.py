"""Texts that a frame paints, and what of them a catalogue leaves in English."""

import json
import re
from functools import cache

from regviz.data import bundled_names, open_table, resource
from regviz.translation import WORD, Catalogue

NAMES = {
    "Adam", "AdamW", "AIC", "BIC", "CP", "Efron", "ECE", "FGSM", "GAN", "GCV", "GD", "GELU", "Gibbs", "KKT", "L1", "L2",
    "LARS", "LOO", "LPS", "LQ", "MAP", "ReLU", "SAM", "SE", "SGD", "X", "log", "prox", "tanh", "xor",
    "tr", "hard", "soft", "max", "min", "sd", "sin",
    "Beta", "Xw", "KL", "ln", "sign", "bin", "OLS", "CV", "rad", "Hv", "Wv", "su", "exp", "PAC-Bayes",
}  # fmt: skip
"""Names that are the same in every language; what is no word (symbols, numbers, w7) needs no translation either."""


def painted(frame):
    """Every text of the frame's panels and strips. Prose stays English, and names of the data are nobody's words."""
    data = {name for offered in frame.options.values() for name in offered}
    yield frame.subtitle
    yield from (part.label for part in frame.parts)
    if frame.certificate is not None:
        yield from (frame.certificate.name, frame.certificate.text)
    for readout in (*frame.readouts, *(readout for panel in frame.panels for readout in panel.readouts)):
        yield from (readout.label, readout.unit, readout.value if isinstance(readout.value, str) else readout.missing)
    for panel in frame.panels:
        yield panel.title
        for axis in (panel.x, panel.y):
            yield from (axis.label, *(text for _, text in axis.ticks or ()))
        for mark in panel.marks:
            if not getattr(mark, "prose", False):
                yield mark.label
                yield from (label for label in getattr(mark, "labels", ()) if label not in data)


class _Strict(Catalogue):
    """Knows names from words."""

    def has_words(self, text):
        return any(word not in _names() for word in WORD.findall(text))


@cache
def _names():
    """`NAMES` and those of the columns and levels of the bundled tables."""
    texts = [text for name in bundled_names() for text in open_table(name, "").names]
    for name in bundled_names():
        texts.append(resource("datasets", f"{name}.csv").read_text(encoding="utf-8").partition("\n")[0])
    return NAMES | {word for text in texts for word in re.split(r"[^A-Za-z'-]+", text)}


@cache
def _catalogue(code):
    content = json.loads(resource("translations", f"{code}.json").read_text(encoding="utf-8"))
    return _Strict(content["window"], content["labs"])


def left_english(code, texts):
    """Pieces of ``texts`` that have words and no translation."""
    return sorted({piece for text in texts for piece in _catalogue(code).left(text)})
