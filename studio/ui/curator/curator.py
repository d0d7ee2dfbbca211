"""Curator: the parts of the curator and their threads: the window that trains, and what labels the library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.card import bundled_cards
from studio.core.errors import StudioError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.library.arranging import Labelled
from studio.jobs.worker import Worker
from studio.ui.actions.actions import Actions
from studio.ui.curator.curator_window import CuratorWindow
from studio.ui.curator.labels.labels_bar import LabelsBar
from studio.ui.curator.labels.labels_button import LabelsButton
from studio.ui.curator.labels.library_labeller import LabelledLibrary, LibraryLabeller
from studio.ui.curator.train_controller import SUFFIX, TrainController, classifiers_folder
from studio.ui.dialogs.file_dialogs import last_folders, open_dialog, remember_folder
from studio.ui.dialogs.studio_file_dialog import StudioFileDialog
from studio.ui.session.session import Session
from studio.ui.session.settings import Settings
from studio.ui.threads.serial_executor import SerialExecutor

_PURPOSE = "classifiers"  # of the dialog


class Curator(QObject):
    """window: where classifiers are trained. button, bar: for the room of the library."""

    def __init__(
        self,
        session: Session,
        worker: Worker,
        opener: PictureOpener,
        library: LabelledLibrary,
        settings: Settings,
        actions: Actions,
        parent: QWidget,
    ) -> None:
        """parent: of windows and dialogs."""
        super().__init__(parent)
        self._session, self._library, self._settings, self._parent = session, library, settings, parent
        self._training, self._drawing, self._labelling = self._threads = tuple(
            SerialExecutor(name, self) for name in ("curator", "curator-reports", "curator-labels")
        )
        self.controller = TrainController(session, worker, self._training, opener, library.give_pictures, self)
        self.window = CuratorWindow(self.controller, actions, settings, self._drawing, parent)
        self.labeller = LibraryLabeller(session, worker, self._labelling, opener, library, self)
        bundled = tuple(card for card in bundled_cards("models") if card.category == "classifier")
        self.button = LabelsButton(actions["train_classifier"], bundled)
        self.bar = LabelsBar(self.labeller)
        actions["train_classifier"].triggered.connect(self.window.open_beside)
        self.button.opened.connect(self.look)
        self.button.chosen.connect(self.label)
        self.button.file_wanted.connect(self.ask_for_file)
        self.button.filtered.connect(self.show_only)
        self.bar.cleared.connect(self.show_all)
        self.window.labelling_wanted.connect(self.label)
        self.controller.kept_as.connect(self.look)
        self.labeller.message_posted.connect(session.post_message)
        self.labeller.labelled.connect(self._show_labels)

    @Slot()
    def look(self) -> None:
        """Look which classifiers there are, and what they said."""

        def find() -> tuple[Path, ...]:
            folder = classifiers_folder()
            return tuple(sorted(folder.glob(f"*{SUFFIX}"))) if folder.is_dir() else ()

        self._labelling.submit(find, self._take_own, _ignore)
        self._library.give_label_counts(self._take_counts, _ignore)

    @Slot(object)
    def label(self, path: Path) -> None:
        """Label the library with the classifier in a file."""
        self.labeller.label(path)

    @Slot()
    def ask_for_file(self) -> None:
        """Let the artist choose a classifier."""

        def take(file: str) -> None:
            remember_folder(self._settings, _PURPOSE, Path(file).parent)
            self.label(Path(file))

        def make(folder: Path) -> QFileDialog:
            kinds = self.tr("Classifiers (*{})").format(SUFFIX)
            dialog = StudioFileDialog(self._parent, self.tr("Label the library with a classifier"), str(folder), kinds)
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.fileSelected.connect(take)
            return dialog

        documents = QStandardPaths.StandardLocation.DocumentsLocation
        open_dialog(make, self._parent, last_folders(self._settings, _PURPOSE, documents))

    @Slot(object)
    def show_only(self, labelled: Labelled | None) -> None:
        """Show only what a classifier said this of, or all."""
        if labelled is not None:
            self._library.show_labels(labelled[0])
        self._library.show_only(labelled)
        self.bar.show_filter(labelled)

    @Slot()
    def show_all(self) -> None:
        """Show all again."""
        self.show_only(None)

    def close(self) -> None:
        """End what is under way; what is being written is written to the end. Idempotent."""
        self.controller.close()  # before its thread, which waits for what it does
        for thread in self._threads:
            thread.close()

    @Slot(str)
    def _show_labels(self, name: str) -> None:
        self._library.show_labels(name)
        self.look()

    def _take_own(self, paths: Sequence[Path]) -> None:
        self.button.own = paths

    def _take_counts(self, counts: dict[str, dict[str, int]]) -> None:
        self.button.counts = counts


def _ignore(_: StudioError) -> None:
    """There is nothing to choose from then."""
