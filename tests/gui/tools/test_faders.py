"""Hardware faders: nothing jumps, every slider can be reached, and no device, library or port is a reason to fail."""

import threading
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regviz.gui.tools.faders import NEAR, Board, Fader, tracks
from regviz.gui.tools.midi import FaderPage, Faders, MidiError
from regviz.lab import replace
from regviz.labs import find, labs
from tests.gui.window.waiting import shown, until
from tests.toy_lab import State

A, B = Fader(0, 1), Fader(0, 2)
LAB = find("shrinkage")
SLIDERS = tracks(LAB.State(), {})


class Port:
    """A port that plays what a test sends, from a thread of its own as the real library does."""

    def __init__(self, name, callback):
        self.name, self.callback, self.closed = name, callback, False

    def send(self, number, value, kind="control_change"):
        message = SimpleNamespace(type=kind, channel=0, control=number, value=value)
        player = threading.Thread(target=self.callback, args=(message,))
        player.start()
        player.join()

    def close(self):
        self.closed = True


class Library:
    """What `Faders` needs of mido."""

    def __init__(self, *names):
        self.names, self.ports = names, []

    def get_input_names(self):
        return self.names

    def open_input(self, name, callback):
        self.ports.append(Port(name, callback))
        return self.ports[-1]


@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.name)
def test_every_slider_of_every_lab_can_be_moved_over_its_range(lab):
    for place, track in enumerate(tracks(lab.State(), {})):
        board = Board()
        board.bind(A, place)
        state = lab.State()
        for position in (0.0, 0.25, 0.5, 0.75, 1.0, 0.0):
            changes = board.move(A, position, state, tracks(lab.State(), {}))
            state = replace(state, **changes)
            if changes:
                assert set(changes) == {track.control.name}
                room = max(1e-4, 0.51 / (track.high - track.low))
                assert abs(track.share(changes[track.control.name]) - position) <= room
        assert board.move(A, 1.0, state, tracks(lab.State(), {}))


@given(st.lists(st.integers(0, 127), min_size=1, max_size=30))
def test_a_fader_never_makes_a_slider_jump(values):
    board, state, before = Board(), LAB.State(), None
    for value in values:
        position = value / 127
        share = SLIDERS[0].share(state.lam)
        changes = board.move(A, position, state, SLIDERS)
        if changes:
            held = before is not None and abs(share - before) <= 1e-6
            passed = before is not None and min(before, position) <= share <= max(before, position)
            assert held or passed or abs(position - share) <= NEAR
            state = replace(state, **changes)
        before = position


def test_a_fader_lets_go_when_the_slider_is_moved_by_other_means():
    board, state = Board(), LAB.State()
    board.move(A, 0.0, state, SLIDERS)
    state = replace(state, **board.move(A, 1.0, state, SLIDERS))
    assert board.move(A, 0.95, state, SLIDERS)
    moved = replace(state, lam=SLIDERS[0].value(0.2))
    assert board.move(A, 0.9, moved, SLIDERS) == {}
    assert board.move(A, 0.1, moved, SLIDERS)


def test_faders_take_sliders_in_the_order_in_which_they_are_moved():
    board = Board()
    for fader in (B, A):
        board.move(fader, 0.0, LAB.State(), SLIDERS)
    assert board.places == {B: 0, A: 1}
    board.bind(A, 0)
    assert board.places == {A: 0}
    many = [Fader(1, number) for number in range(len(SLIDERS) + 3)]
    for fader in many:
        assert isinstance(board.move(fader, 0.5, LAB.State(), SLIDERS), dict)


def test_messages_of_a_port_move_the_slider_of_the_window(window):
    library = Library("Desk")
    faders = Faders(window, lambda: library)
    assert faders.start() == ["Desk"]
    assert faders.on
    port = library.ports[0]
    port.send(7, 0)
    port.send(7, 127)
    track = faders.sliders()[0]
    assert until(lambda: window.session.state.lam == pytest.approx(track.high, rel=1e-5))
    port.send(7, 64, kind="note_on")
    shown(window)
    faders.stop()
    assert port.closed and not faders.on


def test_the_page_binds_the_fader_that_is_moved_to_the_chosen_slider(window):
    library = Library("Desk")
    faders = Faders(window, lambda: library)
    faders.start()
    page = FaderPage(faders, window)
    assert page.list.count() == len(faders.sliders())
    page.list.setCurrentRow(1)
    library.ports[0].send(9, 30)
    assert until(lambda: faders.board.places == {Fader(0, 9): 1})
    assert "9" in page.list.item(1).text()
    page.reject()
    assert faders.learning is None
    faders.stop()
    page.deleteLater()


def failing(error):
    def library():
        raise error

    return library


@pytest.mark.parametrize(
    ("ports", "words"),
    [
        (failing(ModuleNotFoundError("mido")), r"\.\[midi\]"), (lambda: Library(), "no MIDI device"),
        (failing(RuntimeError("the device is busy.")), "cannot be used: the device is busy."),
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_sentence(window, ports, words):
    faders = Faders(window, ports)
    with pytest.raises(MidiError, match=words):
        faders.start()
    assert not faders.on


def test_the_key_turns_them_on_and_off_and_the_window_closes_them(window):
    library = Library("Desk")
    window.tools.faders._library = lambda: library
    window.commands["faders"]()
    assert window.tools.faders.on
    window.commands["faders"]()
    assert library.ports[0].closed
    window.commands["faders"]()
    window.close()
    assert library.ports[1].closed
    assert isinstance(window.session.state, State)
