"""Lecture mode: prepared steps walked on a full screen, the speaker's own window, and the recorder that makes lectures.

`Stage` belongs to a main window and works through its session: a step is a state set like any other, so everything can
still be dragged while it is shown. Seams for what others add:

- `Stage.at`, `Stage.scenes`, `Stage.active`, `Stage.lecture`: what is shown; ``Stage.walked`` comes after every change.
- `keys.STAGE_KEYS`: keys that mean something on stage only, one method of `Stage` for each; the help lists them.
- `Recording.recorder`: the lecture that is being made, plain Python with listeners.
- `progress.Place`: the order of steps, questions and pictures, without Qt.
"""

from regviz.gui.stage.commands import LectureCommands
from regviz.gui.stage.recording import Recording
from regviz.gui.stage.stage import Stage

__all__ = ["LectureCommands", "Recording", "Stage"]
