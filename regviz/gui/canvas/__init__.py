"""The canvas: paints panels on screen and into files. Knows marks and themes; nothing of labs, solvers or windows."""

import os

# Qt would cut every larger fill into pieces for its threads, which costs more than so small fills take.
os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")
