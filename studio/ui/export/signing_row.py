"""SigningRow: whether an export is signed after C2PA, with which certificate and key, and the key's passphrase."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QPushButton, QVBoxLayout, QWidget

from studio.core.displayable import displayable
from studio.core.errors import StudioError
from studio.core.image_io import ExportFormat
from studio.core.image_io.output.content_credentials import check_signable
from studio.core.image_io.output.signing_key import SigningFiles
from studio.ui.dialogs.file_dialogs import open_dialog
from studio.ui.dialogs.studio_file_dialog import StudioFileDialog
from studio.ui.export.signing_settings import SigningSettings, keep_signing_settings, read_signing_settings
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import set_role
from studio.ui.widgets.form_row import form_row
from studio.ui.widgets.plain_text import PlainLabel, action_text, tool_tip


class SigningRow(QWidget):
    """Off until it is switched on; the paths are remembered, the passphrase never. Signals: changed()."""

    changed = Signal()

    def __init__(self, settings: Settings | None = None, parent: QWidget | None = None) -> None:
        """settings: where the paths are kept; None: nowhere."""
        super().__init__(parent)
        self._settings = settings
        self._signing = SigningSettings() if settings is None else read_signing_settings(settings)
        self.box = QCheckBox(self.tr("Sign with my certificate (C2PA)"))
        tip = self.tr(
            "Says who exported it, what it was made from, and that a trained model took part, and shows later changes."
            "\nThe photo's own credentials are kept only in a signed export."
        )
        self.box.setToolTip(tool_tip(tip))
        self.certificate, self.key = QPushButton(), QPushButton()
        self.certificate.clicked.connect(
            lambda: self._ask(
                self.tr("The certificate with its chain"), self._signing.certificate, self.take_certificate
            )
        )
        self.key.clicked.connect(lambda: self._ask(self.tr("The private key"), self._signing.key, self.take_key))
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setPlaceholderText(self.tr("Passphrase, if it has one"))
        self.passphrase.setAccessibleName(self.tr("Passphrase of the key"))
        for button in (self.certificate, self.key):
            button.setAutoDefault(False)  # Enter in a field exports
        self.note = PlainLabel()
        self.note.setWordWrap(True)
        set_role(self.note, "caption")
        self._files = form_row(self.certificate, self.key, self.passphrase)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.box)
        column.addWidget(self._files)
        column.addWidget(self.note)
        self.box.setChecked(self._signing.is_on)
        self.box.toggled.connect(self._switch)
        self._show()

    @property
    def files(self) -> SigningFiles | None:
        """What to sign with, None for no signature."""
        return self._signing.files(self.passphrase.text())

    def problem(self, export_format: ExportFormat) -> str:
        """Why nothing can be signed as it is set, "" if it can or need not be."""
        if not self.box.isChecked():
            return ""
        if self.files is None:
            return self.tr("Choose the certificate and its key, or do not sign.")
        try:
            check_signable(export_format)
        except StudioError as error:
            return str(error)
        return ""

    def take_certificate(self, file: str) -> None:
        """Sign with this certificate from now on."""
        self._change(replace(self._signing, certificate=Path(file)))

    def take_key(self, file: str) -> None:
        """Sign with this key from now on."""
        self._change(replace(self._signing, key=Path(file)))

    @Slot(bool)
    def _switch(self, is_on: bool) -> None:
        self._change(replace(self._signing, is_on=is_on))

    def _change(self, signing: SigningSettings) -> None:
        self._signing = signing
        if self._settings is not None:
            keep_signing_settings(self._settings, signing)
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        self._files.setVisible(self.box.isChecked())
        self.note.setVisible(self.box.isChecked())
        self.note.setText(
            self.tr(
                "The signature always says that a trained model took part, and includes the photo's own credentials "
                "if they are valid. The passphrase is not kept."
            )
        )
        for button, path, empty in (
            (self.certificate, self._signing.certificate, self.tr("Certificate…")),
            (self.key, self._signing.key, self.tr("Key…")),
        ):
            button.setText(empty if path is None else action_text(path.name))
            button.setToolTip(tool_tip("" if path is None else displayable(str(path))))

    def _ask(self, title: str, last: Path | None, take: Callable[[str], None]) -> None:
        def make(folder: Path) -> QFileDialog:
            dialog = StudioFileDialog(self, title, str(folder))
            dialog.setNameFilters([self.tr("PEM files (*.pem *.crt *.cer *.key *.pub)"), self.tr("All files (*)")])
            dialog.fileSelected.connect(take)
            dialog.finished.connect(dialog.deleteLater)
            return dialog

        open_dialog(make, self, [last.parent] if last is not None else [])
