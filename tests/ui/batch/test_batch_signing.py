"""Render many says what nobody knows the licence of, signs as exports do, and says where it does not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import c2pa
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from studio.ui.app import Studio
from studio.ui.export.signing_settings import SigningSettings, keep_signing_settings
from studio.ui.session.settings import Settings
from tests.support.certificates import ARTIST, write_chain
from tests.support.fakes import make_picture


@pytest.mark.parametrize("passphrase", ["", "open sesame"])
def test_artworks_are_signed_where_the_key_has_no_passphrase(
    qtbot: QtBot, loaded: Studio, settings: Settings, tmp_path: Path, passphrase: str
) -> None:
    files = write_chain(tmp_path / "chain", passphrase=passphrase)
    keep_signing_settings(settings, SigningSettings(True, files.certificate, files.key))
    (tmp_path / "photos").mkdir()
    Image.fromarray(make_picture(64, 48, seed=1).pixels).save(tmp_path / "photos" / "a.png")
    notes: list[str] = []
    loaded.batch.message_posted.connect(lambda message: notes.append(message.text if message else ""))
    loaded.batch.choose(replace(loaded.batch.options, places=(tmp_path / "photos",), folder=tmp_path / "painted"))
    qtbot.waitUntil(lambda: len(loaded.batch.statuses) == 1)
    loaded.batch.start()
    qtbot.waitUntil(lambda: not loaded.batch.is_running)
    with (tmp_path / "painted" / "a.png").open("rb") as file:
        if passphrase:
            assert any(
                "painted without a signature. The key in artist.key needs its passphrase" in one for one in notes
            )
            with pytest.raises(c2pa.C2paError):
                c2pa.Reader("image/png", file)
            return
        report = json.loads(c2pa.Reader("image/png", file).json())
    assert report["manifests"][report["active_manifest"]]["signature_info"]["common_name"] == ARTIST


def test_a_style_of_unknown_licence_is_said_before_many_are_painted(
    qtbot: QtBot, loaded: Studio, tmp_path: Path
) -> None:
    window = loaded.batch_window
    window.open_beside()
    assert window.rights.isHidden()  # what is bundled has a licence
    Image.fromarray(make_picture(64, 48, seed=3).pixels).save(tmp_path / "wall.png")
    with qtbot.waitSignal(loaded.importer.user_styles.came):
        loaded.importer.add_styles([tmp_path / "wall.png"])
    qtbot.waitUntil(lambda: window.rights.isVisible())
    assert window.rights.text() == "The licence of wall is unknown: find out whether you may show it."
    with qtbot.waitSignal(loaded.importer.user_styles.edited):
        loaded.actions["rights_mine"].trigger()
    qtbot.waitUntil(window.rights.isHidden)
    window.close()
