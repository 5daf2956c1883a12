"""Tools of the window for a lecture: compare with a frozen picture, snapshots, spotlight and pen, the command palette.

`Tools` belongs to a main window, as `ToolCommands` do; what is drawn or frozen reaches the canvas in the frame itself
(`Panel.underlay`, `Frame.strokes`), so that screen and files show the same.
"""

from regviz.gui.tools.commands import ToolCommands
from regviz.gui.tools.tools import Tools

__all__ = ["ToolCommands", "Tools"]
