"""The actions of the soft proof: on and off, whose profile, and the warning of colours that cannot be printed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSignalBlocker, QStandardPaths, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.errors import StudioError
from studio.core.image_io.output.rgb_profiles import Intent, read_profile
from studio.core.image_io.output.soft_proof import SoftProof
from studio.ui.actions.actions import Actions
from studio.ui.canvas.proof_view import ProofView
from studio.ui.dialogs.file_dialogs import last_folders, open_dialog, remember_folder
from studio.ui.dialogs.studio_file_dialog import StudioFileDialog
from studio.ui.export.profile_box import PROFILE_FILES
from studio.ui.session.message import Message
from studio.ui.session.preferences import Preferences
from studio.ui.session.session import Session

_PROFILE, _WARNS = "proof/profile", "proof/warns"


class SoftProofActions(QObject):
    """Which profile and intent were chosen is remembered; the proof itself is off at each start."""

    def __init__(
        self, actions: Actions, view: ProofView, session: Session, preferences: Preferences, window: QWidget
    ) -> None:
        super().__init__(window)
        self._view, self._session, self._window = view, session, window
        self._preferences, self._settings = preferences, preferences.settings
        self._switch, self._warning = actions["soft_proof"], actions["proof_gamut"]
        self._warning.setChecked(self._settings.get(_WARNS, bool) or False)
        self._switch.toggled.connect(self._follow)
        self._warning.toggled.connect(self._follow_warning)
        actions["proof_profile"].triggered.connect(self.ask_for_profile)
        preferences.changed.connect(self._follow_preference)
        view.failed.connect(self._refuse)

    @Slot()
    def ask_for_profile(self) -> None:
        """Let the artist choose the profile of the printer and its paper, and show the proof."""

        def make(folder: Path) -> QFileDialog:
            profiles = self.tr("Colour profiles {}").format(PROFILE_FILES)
            dialog = StudioFileDialog(self._window, self.tr("Profile of the printer and paper"), str(folder), profiles)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.fileSelected.connect(self.use_profile)
            return dialog

        documents = QStandardPaths.StandardLocation.DocumentsLocation
        open_dialog(make, self._window, last_folders(self._settings, "profiles", documents))

    @Slot(str)
    def use_profile(self, file: str) -> None:
        """Show the proof with the profile in this file."""
        remember_folder(self._settings, "profiles", Path(file).parent)
        self._settings.set(_PROFILE, file)
        with QSignalBlocker(self._switch):
            self._switch.setChecked(True)
        self._follow(True)

    @Slot(bool)
    def _follow(self, is_on: bool) -> None:
        file = self._settings.get(_PROFILE, str)
        if is_on and not file:
            with QSignalBlocker(self._switch):
                self._switch.setChecked(False)  # until one is chosen
            self.ask_for_profile()
            return
        intent = self._preferences.proof_intent
        self._view.set_proof(partial(_proof, file, intent, self._warning.isChecked()) if is_on and file else None)

    @Slot(str)
    def _follow_preference(self, name: str) -> None:
        if name == "proof_intent" and self._switch.isChecked():
            self._follow(True)

    @Slot(bool)
    def _follow_warning(self, warns: bool) -> None:
        self._settings.set(_WARNS, warns)
        if self._switch.isChecked():
            self._follow(True)

    @Slot(object)
    def _refuse(self, error: StudioError) -> None:
        with QSignalBlocker(self._switch):
            self._switch.setChecked(False)
        self._settings.set(_PROFILE, "")
        self._session.post_message(Message.about(error))


def _proof(file: str, intent: Intent, warns: bool) -> SoftProof:
    return SoftProof(read_profile(Path(file)), intent, warns=warns)
