"""CompareController: opens the windows that compare works, and passes on what is wanted of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from studio.core.image_io.opening.opener import PictureOpener
from studio.jobs.worker import Worker
from studio.ui.compare.compare_works import CompareWorks
from studio.ui.compare.influence_window import InfluenceWindow
from studio.ui.compare.works_comparer import WorksComparer
from studio.ui.importing.importer import Importer
from studio.ui.session.session import Session
from studio.ui.session.settings import Settings
from studio.ui.threads.serial_executor import SerialExecutor


class CompareController(QObject):
    """Each comparison is a window of its own beside the studio's; the works in time are one window."""

    def __init__(
        self,
        session: Session,
        worker: Worker,
        importer: Importer,
        opener: PictureOpener,
        files: SerialExecutor,
        settings: Settings,
        window: QWidget,
    ) -> None:
        """files: the thread on which works are opened and comparisons written. window: the parent of dialogs."""
        super().__init__(window)
        self._session, self._worker, self._importer = session, worker, importer
        self._opener, self._files, self._settings, self._window = opener, files, settings, window
        self._influence: InfluenceWindow | None = None

    @Slot()
    def open_empty(self) -> None:
        """Compare two works that are still to be chosen."""
        self.open(None, None)

    @Slot(object, object)
    def open(self, first: Path | None, second: Path | None) -> CompareWorks:
        """Compare the works in two files."""
        comparer = WorksComparer(self._session, self._worker, self._opener, self._files)
        dialog = CompareWorks(comparer, self._settings, first, second, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.style_asked.connect(lambda path: self._importer.use_files([path]))
        dialog.mix_asked.connect(self._importer.mix_files)
        dialog.show()  # beside the window, which goes on
        return dialog

    @Slot()
    def open_influence(self) -> InfluenceWindow:
        """Show the dated works of the library in time, as they are now."""
        if self._influence is None:
            self._influence = InfluenceWindow(None, self._window)
            self._influence.view.compare_asked.connect(self.open)
            self._influence.view.style_asked.connect(lambda path: self._importer.use_files([path]))
        self._influence.open_beside()
        return self._influence
