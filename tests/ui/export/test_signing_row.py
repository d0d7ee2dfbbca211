"""Signing exports in the window: off at first, its files remembered, the passphrase never; what fails costs nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import c2pa
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.core.artwork.credits import credits_of_photo
from studio.core.image_io import ExportOptions, save_picture
from studio.core.image_io.output.signing_key import SigningFiles, load_signing_key
from studio.core.picture import Picture
from studio.core.project.picture_bytes import PictureFile, keep_file
from studio.ui.app import Studio
from studio.ui.export.export_dialog import ExportDialog
from studio.ui.export.export_settings import ExportSettings, keep_export_settings
from studio.ui.export.signing_row import SigningRow
from studio.ui.export.signing_settings import SigningSettings, keep_signing_settings, read_signing_settings
from studio.ui.session.settings import Settings
from tests.support.certificates import ARTIST, Files, write_chain
from tests.support.fakes import make_picture


@pytest.fixture
def chain(tmp_path: Path) -> Files:
    return write_chain(tmp_path / "chain", passphrase="open sesame")


def told(studio: Studio) -> str:
    message = studio.window.messages.message
    return message.text if message else ""


def test_signing_is_off_at_first_and_asks_for_its_files(qtbot: QtBot, settings: Settings, chain: Files) -> None:
    row = SigningRow(settings)
    qtbot.addWidget(row)
    assert row.files is None and row.problem("png") == ""
    row.box.setChecked(True)
    assert row.problem("png").startswith("Choose the certificate and its key")
    row.take_certificate(str(chain.certificate))
    row.take_key(str(chain.key))
    row.passphrase.setText("open sesame")
    assert row.problem("png") == "" and "holds no signature" in row.problem("ora")
    assert row.files is not None and row.files.passphrase == "open sesame"
    again = SigningRow(settings)
    qtbot.addWidget(again)
    assert again.box.isChecked() and again.files is not None
    assert (again.files.certificate, again.files.key, again.files.passphrase) == (chain.certificate, chain.key, "")
    settings.save()
    settings.close()  # when it is written
    assert "sesame" not in "".join(path.read_text() for path in settings.folder.glob("*.json"))


def test_the_dialog_exports_nothing_while_signing_lacks_its_files(qtbot: QtBot, loaded: Studio) -> None:
    loaded.action_handlers.ask_for_export()
    dialog = loaded.window.findChild(ExportDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.export.isEnabled)
    dialog.signing.box.setChecked(True)
    qtbot.waitUntil(lambda: not dialog.export.isEnabled())
    assert dialog.note.text().startswith("Choose the certificate")
    dialog.signing.box.setChecked(False)
    qtbot.waitUntil(dialog.export.isEnabled)
    dialog.reject()


def test_an_export_is_signed_and_one_that_cannot_be_leaves_the_old_file(
    qtbot: QtBot, loaded: Studio, settings: Settings, chain: Files, tmp_path: Path
) -> None:
    path = tmp_path / "art.png"
    path.write_bytes(b"the old one")
    row = SigningRow(settings)
    qtbot.addWidget(row)
    row.box.setChecked(True)
    row.take_certificate(str(chain.certificate))
    row.take_key(str(chain.key))
    loaded.exporter.export(path, ExportOptions(), "Art", "", "px", row.files)
    qtbot.waitUntil(lambda: "needs its passphrase" in told(loaded))
    assert path.read_bytes() == b"the old one"
    row.passphrase.setText("open sesame")
    loaded.exporter.export(path, ExportOptions(), "Art", "", "px", row.files)
    qtbot.waitUntil(lambda: told(loaded).endswith("signed."))
    with path.open("rb") as file:
        report = json.loads(c2pa.Reader("image/png", file).json())
    assert report["validation_state"] == "Valid"
    assert report["manifests"][report["active_manifest"]]["signature_info"]["common_name"] == ARTIST


def test_exporting_again_signs_as_last_time(qtbot: QtBot, loaded: Studio, settings: Settings, tmp_path: Path) -> None:
    files = write_chain(tmp_path / "open")
    keep_export_settings(settings, ExportSettings(tmp_path))
    signing = read_signing_settings(settings)
    assert signing.files() is None
    keep_signing_settings(settings, SigningSettings(True, files.certificate, files.key))
    assert loaded.exporter.export_again()
    qtbot.waitUntil(lambda: told(loaded).endswith("signed."))


def test_an_export_takes_the_credentials_of_the_opened_photo_over_while_its_file_is_the_same(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    chain = write_chain(tmp_path / "chain")
    files = SigningFiles(chain.certificate, chain.key)
    photo, drawn = tmp_path / "harbour.png", make_picture(8, 6, name="harbour.png")
    drawn = Picture(np.kron(drawn.pixels, np.ones((40, 40, 1), np.uint8)), name=drawn.name)
    save_picture(drawn, photo, ExportOptions("png"), credits_of_photo(drawn), key=load_signing_key(files))
    with qtbot.waitSignal(studio.session.content_changed):
        studio.importer.open_picture(photo)

    def manifests_of(name: str) -> int:
        """How many the export has."""
        studio.exporter.export(tmp_path / name, ExportOptions(), "Art", "", "px", files)
        qtbot.waitUntil(lambda: told(studio).startswith(f"Exported as {name}"))
        with (tmp_path / name).open("rb") as file:
            report = json.loads(c2pa.Reader("image/png", file).json())
        assert report["validation_state"] == "Valid"
        return len(report["manifests"])

    assert manifests_of("art.png") == 2
    other = Picture(255 - drawn.pixels, name=drawn.name)
    save_picture(other, photo, ExportOptions("png"), credits_of_photo(other), key=load_signing_key(files))
    studio.session.change(content=replace(drawn, source=photo))
    assert manifests_of("another.png") == 1  # the file is of another picture by now

    def read_what_is_gone() -> bytes:
        raise FileNotFoundError(2, "No such file", "0.png")

    away = Picture(drawn.pixels, name=drawn.name)
    keep_file(away, PictureFile(".png", True, read_what_is_gone))
    studio.session.change(content=away)
    assert manifests_of("third.png") == 1  # the project that it lies in is on a disk that is away
