"""Belongings: what the artist has besides the settings: results, styles and presets, which come and go by steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import Result
from studio.ui.session.live_preview import LivePreview


class Belongings(QObject):
    """Keeps things and throws them away, as steps that can be undone; keys: `core.artwork.artwork_state.removal_key`.

    commit: ends the edit of before. step: makes a change of the artwork an undo step of its own. `changed`: there is
    another result, or one was exported, or a step was noted.
    """

    changed = Signal()

    def __init__(
        self,
        artwork: Artwork,
        live: LivePreview,
        commit: Callable[[], None],
        step: Callable[[Callable[[], bool]], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._artwork = artwork
        self._live = live
        self._commit = commit
        self._step = step

    @Slot()
    def keep_draft(self) -> None:
        """Put what Live shows into the history; what is on the canvas stays."""
        shown = self._live.shown
        if shown is not None and not self._live.is_waiting:
            self.keep_result(replace(shown, is_complete=False, is_draft=True))

    def keep_result(self, result: Result) -> None:
        """Put a picture into the history; what is on the canvas stays."""
        self._artwork.keep_result(result)
        self.changed.emit()

    def mark_exported(self, result: Result) -> None:
        """Remember that a result has been saved to a file."""
        self._artwork.mark_exported(result)
        self.changed.emit()

    def remove(self, *keys: str) -> None:
        """Throw things away, as one step."""
        self.exchange(keys, ())

    def bring_back(self, *keys: str) -> None:
        """Have things again that were thrown away, as one step."""
        self.exchange((), keys)

    def exchange(self, keys: Sequence[str], back: Sequence[str]) -> None:
        """Throw things away and have others again, as one step."""
        self._step(lambda: self._artwork.remove(*keys) | self._artwork.bring_back(*back))

    def note_added(self, *keys: str, gone: Sequence[str] = ()) -> None:
        """Make one step of things that are there now; see `Artwork.note_added`."""
        self._commit()
        self._artwork.note_added(*keys, gone=gone)
        self.changed.emit()
