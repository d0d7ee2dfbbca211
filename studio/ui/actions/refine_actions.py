"""A finished picture can be finished further or larger: the actions for it, named by what they will do."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot

from studio.core.picture import fit_size
from studio.core.recipe import LONGEST_EDGE, QUALITIES, Quality
from studio.ui.actions.actions import Actions
from studio.ui.actions.availability import allow
from studio.ui.session.session import Session

FACTORS: dict[str, float] = {"larger_half": 1.5, "larger_twice": 2.0}  # of the longer edge, by action


class RefineActions(QObject):
    """`Keep painting` refines the present picture in the next better quality; the others enlarge it and refine that.

    Each is a change of settings that can be undone, picture and all, and a run that starts from the result.
    """

    def __init__(self, actions: Actions, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._session = session
        actions["keep_painting"].triggered.connect(self._keep_painting)
        for name in FACTORS:
            actions[name].triggered.connect(partial(self._enlarge, name))
        session.state_changed.connect(self._show_state)
        self._show_state()

    @Slot()
    def _keep_painting(self) -> None:
        self._session.continue_with(quality=self._next_quality())

    def _enlarge(self, name: str) -> None:
        self._session.continue_with(long_edge=self._long_edge(name))

    @Slot()
    def _show_state(self) -> None:
        session = self._session
        reason = self._why_not()
        is_best = self._next_quality() == session.artwork.recipe.quality
        allow(self._actions["keep_painting"], reason)
        self._actions["keep_painting"].setText(
            self.tr("Keep painting") if is_best else self.tr("Keep painting in {} quality").format(self._next_quality())
        )
        present, painted = session.artwork.recipe.long_edge, session.artwork.state.size
        for name in FACTORS:
            long_edge = self._long_edge(name)
            largest = "" if long_edge > present else self.tr("It is as large as pictures can be.")
            allow(self._actions[name], reason or largest)
            size = fit_size(*painted, long_edge) if painted else (long_edge, long_edge)
            self._actions[name].setText(self.tr("{:.3g} times as large: {} × {} px").format(long_edge / present, *size))

    def _why_not(self) -> str:
        finishing = self._session.finishing
        if finishing.run is not None:
            return self.tr("The picture is being painted.")
        if self._session.artwork.is_finished:
            return ""
        return f"{finishing.missing}." if finishing.missing else self.tr("Finish the picture first.")

    def _next_quality(self) -> Quality:
        place = QUALITIES.index(self._session.artwork.recipe.quality)
        return QUALITIES[min(place + 1, len(QUALITIES) - 1)]

    def _long_edge(self, name: str) -> int:
        return min(round(self._session.artwork.recipe.long_edge * FACTORS[name]), LONGEST_EDGE)
