"""The stage: takes the main window over for a lecture, walks its steps, and gives the window back as it was."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, Signal, Slot

from regviz.gui.stage.dressing import Dressing
from regviz.gui.stage.hands import Hands
from regviz.gui.stage.keys import STANDS_FOR
from regviz.gui.stage.mover import Mover
from regviz.gui.stage.podium import Podium
from regviz.gui.stage.progress import Place
from regviz.lab.document import DocumentError
from regviz.lab.lecture import Lecture, Scene, scenes

if TYPE_CHECKING:
    from regviz.gui.window.main import MainWindow


class Stage(QObject):
    """One for each main window. ``walked`` comes whenever the stage starts, ends, or shows another step."""

    walked = Signal()

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self.window = window
        self.scenes: tuple[Scene, ...] = ()
        self.place: Place | None = None
        self.active = False
        self._clock = QElapsedTimer()
        self.mover = Mover(window.session, self)
        self.dressing = Dressing(window, self)
        self.hands = Hands(self)
        self.podium = Podium(self)
        self.dressing.cover.clicked.connect(self.hands.next)
        window.session.listen(self._caption)
        window.bridge.framed.connect(self._framed)

    # What is shown.

    @property
    def lecture(self) -> Lecture | None:
        """The lecture on stage, or the last one that was."""
        return None if self.place is None else self.place.lecture

    @property
    def at(self) -> int:
        """Index of the step on show, from 0."""
        return 0 if self.place is None else self.place.index

    @property
    def scene(self) -> Scene | None:
        """The step on show."""
        return self.scenes[self.at] if self.scenes else None

    @property
    def covered(self) -> bool:
        """Whether a question stands in place of the picture."""
        return self.place is not None and self.place.covered

    @property
    def elapsed(self) -> float:
        """Seconds since the lecture began."""
        return self._clock.elapsed() / 1000.0 if self._clock.isValid() else 0.0

    @property
    def prepared(self) -> bool:
        """Whether the state is one that the step has prepared, so that its caption speaks of it."""
        scene, session = self.scene, self.window.session
        if scene is None or session.lab is not scene.lab:
            return False
        return session.state in (scene.start, scene.state, scene.at(self.mover.share))

    # Start and end.

    def start(self, lecture: Lecture, index: int = 0, *, anew: bool = True) -> bool:
        """Go on stage at the step of that index; ``anew`` sets the clock to zero. Whether it could be done.

        A lecture that does not fit the labs is a sentence in the banner.
        """
        if not self.fit(lecture):
            return False
        self.window.player.pause()
        if anew or not self._clock.isValid():
            self._clock.start()
        self.place = Place(lecture).at(index)
        if not self.active:
            self.active = True
            own = {name: getattr(self.hands, method) for name, method in STANDS_FOR.items()}
            self.dressing.put_on(own, self.podium.take_screens())
        self._enter(self.place)
        return True

    def fit(self, lecture: Lecture) -> bool:
        """Fit the lecture to the labs; where it does not fit, a sentence in the banner."""
        try:
            self.scenes = scenes(lecture, self.window.labs)
        except DocumentError as error:
            self.window.banner.say(str(error))
            return False
        return True

    def leave(self) -> None:
        """Give the window back; the state on show stays."""
        if not self.active:
            return
        self.active = False
        self.hands.forget()
        self.mover.stop()
        self.window.player.pause()
        self.dressing.take_off()
        self.podium.close()
        self.walked.emit()

    # Walking.

    def next(self) -> None:
        """The picture behind the question, or the next step."""
        self._walk(None if self.place is None else self.place.next())

    def previous(self) -> None:
        """The step before."""
        self._walk(None if self.place is None else self.place.previous())

    def go(self, index: int) -> None:
        """The step of that index, with its question first."""
        if self.place is not None:
            self._enter(self.place.at(index))

    def replay(self) -> None:
        """The step on show again from its beginning, without its question."""
        if self.place is not None:
            self._enter(Place(self.place.lecture, self.place.index))

    def darken(self, black: bool) -> None:
        """Black screen, or what was there before."""
        if black:
            self.dressing.cover.darken()
        else:
            self._cover()

    def _walk(self, place: Place | None) -> None:
        if place is not None and place != self.place:
            self._enter(place)
        elif not self.prepared:
            self.replay()

    def _enter(self, place: Place) -> None:
        """Show the step in its prepared state; what moves begins to move once nothing covers it."""
        self.mover.stop()
        self.place = place
        self.hands.forget()
        scene, window = self.scenes[place.index], self.window
        window.player.pause()
        changed = window.session.go(scene.lab, scene.start)
        if scene.lab.trains and not changed:
            window.bridge.worker.restart()
        self.dressing.reset_zoom()
        self.dressing.foot.setFocus()
        self._cover()
        self._caption()
        if not place.covered:
            self._perform(scene)
        self.walked.emit()

    def _perform(self, scene: Scene) -> None:
        """Start what the step has to play."""
        if scene.step.move is not None:
            self.mover.start(scene)
        if scene.step.play:
            self.window.player.take_speed(scene.step.play)
            self.window.player.toggle()

    def _cover(self) -> None:
        """Ask the step's question, or show its picture."""
        scene = self.scene
        if self.covered and scene is not None:
            self.dressing.cover.ask(scene.step.question, self.tr("What do you expect?"))
        else:
            self.dressing.cover.hide()

    # Words.

    @Slot(object)
    def _framed(self, message: object) -> None:
        self._caption()

    def _caption(self) -> None:
        """The step's own words while its own states are shown, else what the picture says of itself."""
        if not self.active or self.scene is None:
            return
        step, frame, prepared = self.scene.step, self.window.view.frame, self.prepared
        live = " ".join(filter(None, (frame.caption, frame.message))) if frame is not None else ""
        self.dressing.say(step.title if prepared else "", step.caption if prepared and step.caption else live)

    def show_count(self) -> None:
        """Show the number of the step."""
        self.dressing.count(f"{self.at + 1} / {len(self.scenes)}" if self.scenes else "")
