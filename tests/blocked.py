"""Program text that makes every import of Qt fail, to stand before what must do without."""

BLOCK_QT = '''
import sys

class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph"):
            raise ImportError(f"{name} was imported")

sys.meta_path.insert(0, NoQt())
'''
