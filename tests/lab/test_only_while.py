"""A State class adds conditions to controls that it inherits, by field or by place."""

from dataclasses import dataclass
from typing import ClassVar

from regviz.lab import choice, controls, integer, switch
from regviz.lab.controls import Except


@dataclass(frozen=True)
class Shared:
    width: int = integer(3, 1, 9, place="net", help="Units.")
    depth: int = integer(2, 1, 9, place="net", when=("bias", (True,)), help="Layers.")
    bias: bool = switch(True, place="data", help="Bias.")
    seed: int = integer(0, 0, 9, place="data", help="Seed.")


@dataclass(frozen=True)
class Tabbed(Shared):
    only_while: ClassVar = {"net": ("tab", ("nets",)), "seed": ("tab", ("nets", "both"))}
    tab: str = choice("nets", ("nets", "both", "lines"), place="mode", help="Tab.")


def applying(state):
    return {control.name for control in controls(state) if control.applies(state)}


def test_conditions_of_the_class_are_added_to_those_of_the_field():
    assert applying(Tabbed()) == {"width", "depth", "bias", "seed", "tab"}
    assert applying(Tabbed(bias=False)) == {"width", "bias", "seed", "tab"}
    assert applying(Tabbed(tab="both")) == {"bias", "seed", "tab"}
    assert applying(Tabbed(tab="lines")) == {"bias", "tab"}


@dataclass(frozen=True)
class Either(Shared):
    tab: str = choice("nets", ("nets", "both", "lines"), place="mode", help="Tab.")
    rate: int = integer(
        1, 0, 9, when=("tab", ("nets", "both")), either=(("tab", Except(("nets",))), ("bias", (False,))), help="Rate."
    )


def test_one_of_several_conditions_is_enough():
    assert [
        (tab, bias) for tab in ("nets", "both", "lines") for bias in (True, False)
        if "rate" in applying(Either(tab=tab, bias=bias))
    ] == [("nets", False), ("both", True), ("both", False)]  # fmt: skip
    assert {c.name: c.asks for c in controls(Either)}["rate"] == {"tab", "bias"}


def test_the_parent_is_left_as_it_was():
    assert applying(Shared()) == {"width", "depth", "bias", "seed"}
    assert "only_while" not in {control.name for control in controls(Tabbed)}
