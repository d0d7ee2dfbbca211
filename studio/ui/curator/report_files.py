"""ReportFiles: the report on a classifier as a file: HTML or PDF where the artist wants it, or in the browser."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.classifier.results import Assessment
from studio.core.curator.report_page import report_page
from studio.core.engine_api.features import FeatureQuery
from studio.core.errors import StudioError
from studio.core.storage.atomic_write import make_folder, replace_file
from studio.core.storage.file_names import proposed_stem
from studio.core.storage.user_folders import cache_folder
from studio.ui.curator.report_document import report_pdf
from studio.ui.dialogs.file_dialogs import last_folders, open_dialog, remember_folder
from studio.ui.dialogs.studio_file_dialog import StudioFileDialog
from studio.ui.session.message import Message
from studio.ui.session.settings import Settings
from studio.ui.threads.serial_executor import SerialExecutor

_PURPOSE = "classifier_reports"
_PDF, _HTML = ".pdf", ".html"


class ReportFiles(QObject):
    """Signals: saved(Path); message_posted(Message)."""

    saved = Signal(object)
    message_posted = Signal(object)

    def __init__(self, files: SerialExecutor, settings: Settings, window: QWidget) -> None:
        """files: the thread that writes. window: the dialogs' parent."""
        super().__init__(window)
        self._files, self._settings, self._window = files, settings, window

    def ask(self, title: str, found: Assessment) -> None:
        """Let the artist choose a name; its ending says whether it is a PDF or a page."""

        def make(folder: Path) -> QFileDialog:
            kinds = [self.tr("PDF (*.pdf)"), self.tr("Web page (*.html *.htm)")]
            dialog = StudioFileDialog(self._window, self.tr("Save the report"), str(folder))
            dialog.setNameFilters(kinds)
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix(_PDF[1:])
            dialog.filterSelected.connect(lambda kind: _rename(dialog, _HTML if kind == kinds[1] else _PDF))
            dialog.selectFile(proposed_stem(title, self.tr("Report")) + _PDF)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.fileSelected.connect(lambda file: self.write(Path(file), title, found))
            return dialog

        documents = QStandardPaths.StandardLocation.DocumentsLocation
        open_dialog(make, self._window, last_folders(self._settings, _PURPOSE, documents))

    def write(self, path: Path, title: str, found: Assessment) -> None:
        """Write the report: a page where the name ends so, else a PDF."""
        remember_folder(self._settings, _PURPOSE, path.parent)
        encoder = FeatureQuery().encoder

        def work() -> Path:
            is_page = path.suffix.lower() in (_HTML, ".htm")
            data = report_page(title, found, encoder).encode() if is_page else report_pdf(title, found, encoder)
            replace_file(path, data)
            return path

        self._files.submit_write(work, self._tell_saved, self._refuse)

    def show_in_browser(self, title: str, found: Assessment) -> None:
        """Open the page in the browser."""

        def work() -> Path:
            folder = cache_folder() / "reports"
            make_folder(folder)
            path = folder / f"classifier{_HTML}"
            replace_file(path, report_page(title, found, FeatureQuery().encoder).encode())
            return path

        self._files.submit(work, _browse, self._refuse)

    @Slot(object)
    def _tell_saved(self, path: Path) -> None:
        self.message_posted.emit(Message(self.tr("The report is saved as {}.").format(path.name)))
        self.saved.emit(path)

    def _refuse(self, error: StudioError) -> None:
        self.message_posted.emit(Message.about(error))


def _rename(dialog: QFileDialog, suffix: str) -> None:
    """The file that is named ends as its kind does; what is no ending of a report is part of its name."""
    dialog.setDefaultSuffix(suffix[1:])
    for file in dialog.selectedFiles()[:1]:
        path = Path(file)
        stem = path.stem if path.suffix.lower() in (_PDF, _HTML, ".htm") else path.name
        dialog.selectFile(f"{stem}{suffix}")


def _browse(path: Path) -> None:
    QDesktopServices.openUrl(QUrl(path.absolute().as_uri()))
