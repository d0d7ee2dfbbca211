"""RecipeFiles: settings saved as a file of their own, and loaded from one, or out of an exported picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.artwork.artwork_state import is_relative
from studio.core.errors import StudioError
from studio.core.image_io import OPEN_SUFFIXES
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.project.recipe_file import SUFFIX, save_recipe
from studio.core.storage.file_names import proposed_stem
from studio.ui.actions.actions import Actions
from studio.ui.dialogs.file_dialogs import last_folders, open_dialog, remember_folder
from studio.ui.dialogs.studio_file_dialog import StudioFileDialog
from studio.ui.importing.settings_offer import SettingsOffer
from studio.ui.session.artwork_name import artwork_file_stem
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.session.settings import Settings
from studio.ui.threads.serial_executor import SerialExecutor

_PURPOSE = "recipes"  # whose folder is remembered
_DOCUMENTS = QStandardPaths.StandardLocation.DocumentsLocation


class RecipeFiles(QObject):
    """Connects the actions to what they do."""

    def __init__(
        self,
        session: Session,
        offer: SettingsOffer,
        files: SerialExecutor,
        actions: Actions,
        settings: Settings,
        opener: PictureOpener,
        window: QWidget,
    ) -> None:
        """files: writes them. offer: reads them. opener: as of StudioFileDialog."""
        super().__init__(window)
        self._opener = opener
        self._session = session
        self._offer = offer
        self._files = files
        self._settings = settings
        self._window = window
        actions["load_settings"].triggered.connect(self.ask_for_file)
        actions["save_settings"].triggered.connect(self.ask_where_to_save)

    @Slot()
    def ask_for_file(self) -> None:
        """Let the artist choose a file of settings, or a picture that was exported."""

        def make(folder: Path) -> QFileDialog:
            patterns = " ".join(f"*{suffix}" for suffix in ("*.json", *OPEN_SUFFIXES)).replace("**", "*")
            kinds = self.tr("Settings and exported pictures ({})").format(patterns)
            dialog = self._make_dialog(self.tr("Load settings"), folder, kinds)
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.fileSelected.connect(self._load)
            return dialog

        open_dialog(make, self._window, last_folders(self._settings, _PURPOSE, _DOCUMENTS))

    @Slot()
    def ask_where_to_save(self) -> None:
        """Let the artist choose a name for the present settings."""

        def make(folder: Path) -> QFileDialog:
            dialog = self._make_dialog(self.tr("Save settings"), folder, self.tr("Settings (*{})").format(SUFFIX))
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix(SUFFIX[1:])
            stem = proposed_stem(artwork_file_stem(self._session.artwork), self.tr("Settings"))
            dialog.selectFile(f"{stem}{SUFFIX}")
            dialog.fileSelected.connect(self._save)
            return dialog

        open_dialog(make, self._window, last_folders(self._settings, _PURPOSE, _DOCUMENTS))

    @Slot(str)
    def _load(self, file: str) -> None:
        remember_folder(self._settings, _PURPOSE, Path(file).parent)
        self._offer.use_file(Path(file))

    @Slot(str)
    def _save(self, file: str) -> None:
        path, recipe, regions = Path(file), self._session.artwork.recipe, self._session.artwork.regions
        remember_folder(self._settings, _PURPOSE, path.parent)

        def done(_: None) -> None:
            text = self.tr("The settings are in {}.").format(path.name)
            if not all(map(is_relative, regions)):
                text += " " + self.tr("Masks that were brushed belong to this photo and are left out.")
            self._session.post_message(Message(text))

        self._files.submit_write(lambda: save_recipe(path, recipe, regions), done, self._refuse)

    def _refuse(self, error: StudioError) -> None:
        self._session.post_message(Message.about(error))

    def _make_dialog(self, title: str, folder: Path, kinds: str) -> QFileDialog:
        dialog = StudioFileDialog(self._window, title, str(folder), kinds, opener=self._opener)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog
