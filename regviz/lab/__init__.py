"""The vocabulary of a lab: controls, marks, panels, frames and the Lab itself.

A lab says what to show in these words and knows no Qt; the canvas turns them into pictures and knows no maths.
"""

from regviz.lab.controls import (
    Control,
    ControlError,
    choice,
    controls,
    integer,
    nearest,
    parse,
    replace,
    slider,
    switch,
    text,
)
from regviz.lab.frame import Axis, Certificate, Frame, Panel, Part, Readout, Stroke
from regviz.lab.lab import WHOLE, Gesture, Lab
from regviz.lab.marks import (
    MARK_TYPES,
    ROLES,
    Arrows,
    Band,
    Bars,
    Contours,
    Field,
    Graph,
    Handle,
    Lines,
    Mark,
    Points,
    Region,
    Rule,
    Text,
    Tiles,
)
from regviz.lab.numbers import absent, show
from regviz.lab.summary import summary

__all__ = [
    "MARK_TYPES", "ROLES", "WHOLE", "Arrows", "Axis", "Band", "Bars", "Certificate", "Contours", "Control",
    "ControlError", "Field", "Frame", "Gesture", "Graph", "Handle", "Lab", "Lines", "Mark", "Panel", "Part", "Points",
    "Readout", "Region", "Rule", "Stroke", "Text", "Tiles", "absent", "choice", "controls", "integer", "nearest",
    "parse", "replace", "show", "slider", "summary", "switch", "text",
]
