"""ProofView: between the session and the canvas: shows the artwork as it is, or as a printer will print it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.errors import StudioError
from studio.core.image_io.output.soft_proof import SoftProof
from studio.core.picture import Picture
from studio.ui.threads.task_pool import TaskPool


@dataclass(frozen=True, eq=False)
class _Proofed:
    """series: of the picture that was proofed, as in `ProofView`."""

    proof: SoftProof
    picture: Picture
    series: int


class ProofView(QObject):
    """Proofs are made off the GUI thread, of the newest picture only; until one is there, the one before stays.

    name: of the printer's profile, "" while there is no proof. Signals: shown(Picture or None), what the canvas is to
    show now; changed(), a proof has begun or ended; failed(StudioError), the profile cannot be used, and there is none.
    """

    shown = Signal(object)
    changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.name = ""
        self._make: Callable[[], SoftProof] | None = None
        self._proof: SoftProof | None = None  # what `_make` has made
        self._picture: Picture | None = None
        self._series = 0  # of pictures that follow each other; where there was none between, another one begins
        self._tasks = TaskPool(1, self)
        self._tasks.finished.connect(self._take)
        self._tasks.failed.connect(self._give_up)

    def set_proof(self, make: Callable[[], SoftProof] | None) -> None:
        """Show proofs from now on, or the pictures themselves. make: called off the GUI thread; it may read files."""
        self._tasks.forget()
        self._make, self._proof = make, None
        if make is None and self.name:
            self.name = ""
            self.changed.emit()
        self.show(self._picture)

    @Slot(object)
    def show(self, picture: Picture | None) -> None:
        """Show this picture, or its proof before long."""
        self._picture = picture
        make, proof = self._make, self._proof
        self._series += picture is None
        series = self._series
        if make is None or picture is None:
            self.shown.emit(picture)
            return

        def work() -> _Proofed:
            used = proof or make()
            return _Proofed(used, used.of(picture), series)

        self._tasks.submit(make, work)  # of one key, the newest comes last

    @Slot(object, object)
    def _take(self, make: object, proofed: _Proofed) -> None:
        if make is not self._make or self._picture is None:
            return
        self._proof = proofed.proof
        if proofed.series != self._series:
            return  # of the photo before; the proof of the present one is on its way
        self.shown.emit(proofed.picture)
        if self.name != proofed.proof.name:
            self.name = proofed.proof.name
            self.changed.emit()

    @Slot(object, object)
    def _give_up(self, make: object, error: StudioError) -> None:
        if make is self._make:
            self.set_proof(None)
            self.failed.emit(error)
