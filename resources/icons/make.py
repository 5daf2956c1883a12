"""Makes the icon's PNG from its SVG: `python resources/icons/make.py`."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

HERE = Path(__file__).parent


def main() -> None:
    """Write regviz.png, 256 pixels a side."""
    image = QImage(256, 256, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(HERE / "regviz.svg")).render(painter)
    painter.end()
    image.save(str(HERE / "regviz.png"))


if __name__ == "__main__":
    main()
