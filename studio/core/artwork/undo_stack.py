"""UndoStack: the present state of an artwork, and those that undo and redo lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import replace
from typing import Any

from studio.core.artwork.artwork_state import ArtworkState, Result, removal_key

UNDO_STEPS = 200


class UndoStack:
    """Any number of changes to `present`, of which `commit` makes one step."""

    def __init__(self, state: ArtworkState, back: Iterable[ArtworkState], forward: Iterable[ArtworkState]) -> None:
        """back, forward: the states before and after it, those next to it last."""
        self.present = self._committed = state
        self._back = list(back)[-UNDO_STEPS:]
        self._forward = list(forward)[-UNDO_STEPS:]

    @property
    def committed(self) -> ArtworkState:
        """The state at the last commit; a newer result of the same settings is in it."""
        return self._committed

    @property
    def back(self) -> tuple[ArtworkState, ...]:
        """The states that can be gone back to, oldest first; those with a blend have no content."""
        return tuple(self._back)

    @property
    def forward(self) -> tuple[ArtworkState, ...]:
        """The states that can be gone forward to, the next one last; those with a blend have no content."""
        return tuple(self._forward)

    @property
    def undo_states(self) -> tuple[ArtworkState, ArtworkState] | None:
        """The states before and after the step that `undo` would take back, or None."""
        if not self.present.is_step_of(self._committed):
            return self._committed, self.present
        return (self._back[-1], self._committed) if self._back else None

    @property
    def redo_states(self) -> tuple[ArtworkState, ArtworkState] | None:
        """The states before and after the step that `redo` would do again, or None."""
        is_committed = self.present.is_step_of(self._committed)
        return (self._committed, self._forward[-1]) if self._forward and is_committed else None

    @property
    def out_of_reach(self) -> frozenset[str]:
        """What was thrown away in every state there is."""
        found = self.present.removed & self._committed.removed
        for state in (*self._back, *self._forward):
            found &= state.removed
        return found

    def commit(self) -> bool:
        """Make one step of all changes since the last; returns whether there were any."""
        if self.present.is_step_of(self._committed):
            self._committed = self.present  # a newer result is no step
            return False
        self._add_step(self._committed)
        self._committed = self.present
        return True

    def undo(self, complete: Callable[[ArtworkState], ArtworkState]) -> bool:
        """Back by one step; False at the beginning. complete: puts the picture of a blend in."""
        self.commit()
        return self._step(self._back, self._forward, complete)

    def redo(self, complete: Callable[[ArtworkState], ArtworkState]) -> bool:
        """Forward by one step that was taken back; False at the end. complete: as of `undo`."""
        self.commit()
        return self._step(self._forward, self._back, complete)

    def replace(self, **fields: Any) -> None:
        """Change what is no setting of the present state, which is no step."""
        is_committed = self.present.is_step_of(self._committed)
        self.present = replace(self.present, **fields)
        if is_committed:
            self._committed = self.present

    def put_result(self, result: Result) -> None:
        """Put a result to the settings before the changes since the commit, or the last step, if it is of these."""
        if not self._committed.is_step_of(self.present):
            self._committed = _with_result(self._committed, result)
        elif self._back:
            self._back[-1] = _with_result(self._back[-1], result)

    def change_removed(self, removed: frozenset[str]) -> bool:
        """Have these things thrown away; returns whether it were others."""
        if removed == self.present.removed:
            return False
        self.present = replace(self.present, removed=removed)
        return True

    def note_added(self, keys: Iterable[str], gone: Iterable[str]) -> bool:
        """As of `Artwork.note_added`."""
        self.commit()
        new, one_of = frozenset(keys), dict[frozenset[str], frozenset[str]]()

        def before(state: ArtworkState) -> ArtworkState:
            removed = state.removed | (new - {removal_key("style", style.card.id) for style in state.styles})
            return replace(state, removed=one_of.setdefault(removed, removed))

        self._back = [before(state) for state in self._back]
        step = before(self._committed)
        self.present = self._committed = replace(self.present, removed=(self.present.removed - new) | frozenset(gone))
        if step.is_step_of(self.present):
            return False
        self._add_step(step)
        return True

    def forget_removed(self, keys: Set[str]) -> None:
        """Keep no account any more of things that were thrown away."""

        def without(state: ArtworkState) -> ArtworkState:
            return replace(state, removed=state.removed - keys) if state.removed & keys else state

        self.map(without)

    def map(self, change: Callable[[ArtworkState], ArtworkState]) -> None:
        """Change every state there is, which is no step."""
        self.present, self._committed = change(self.present), change(self._committed)
        self._back = [change(state) for state in self._back]
        self._forward = [change(state) for state in self._forward]

    def _add_step(self, state: ArtworkState) -> None:
        self._back = [*self._back[1 - UNDO_STEPS :], _without_blended(state)]
        self._forward.clear()

    def _step(
        self,
        source: list[ArtworkState],
        target: list[ArtworkState],
        complete: Callable[[ArtworkState], ArtworkState],
    ) -> bool:
        if not source:
            return False
        target.append(_without_blended(self._committed))
        self.present = self._committed = complete(source.pop())
        return True


def _with_result(state: ArtworkState, result: Result) -> ArtworkState:
    """The state with a result that was painted from its settings, or as it is if it was not."""
    is_painted_from = (
        (state.photo is result.content if result.blend is None else state.blend == result.blend)
        and (state.blend is None) == (result.blend is None)
        and state.styles == result.styles
        and state.recipe == result.recipe
        and state.regions == result.regions
    )
    return replace(state, result=result) if is_painted_from else state


def _without_blended(state: ArtworkState) -> ArtworkState:
    """The state as undo keeps it: the blended picture can be made again from the two."""
    return state if state.blend is None else replace(state, content=None)
