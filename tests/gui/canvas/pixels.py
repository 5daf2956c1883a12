"""Pictures as arrays."""

import numpy as np
from PySide6.QtGui import QImage


def array(image: QImage) -> np.ndarray:
    """The image (h, w, 4) as blue, green, red, alpha, 0 … 255."""
    plain = image.convertToFormat(QImage.Format.Format_ARGB32)
    memory = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine() // 4, 4)
    return memory[:, : plain.width()].astype(int)
