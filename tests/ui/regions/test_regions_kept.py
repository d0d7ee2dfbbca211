"""Regions that go with settings: into presets and exported pictures, and out of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.core.image_io.xmp import read_settings
from studio.core.regions.region import Region
from studio.core.regions.shapes import Drawn, Found, Mask, upper_part
from studio.ui.app import Studio
from studio.ui.export.export_dialog import ExportDialog
from tests.ui.conftest import card_named

BRUSHED = Region("Brushed", Mask.of(Drawn(np.full((4, 6), 255, np.uint8))), {"strength": 0.5})
SKY = Region("Sky", upper_part(), {"strength": 0.9})


@pytest.fixture
def with_regions(qtbot: QtBot, loaded: Studio) -> Studio:
    """The studio with a background in a style of its own, a sky and a brushed region."""
    qtbot.waitUntil(lambda: len(loaded.session.selection.choices) == 3)
    loaded.session.selection.select("Background")
    loaded.importer.use_style(card_named(loaded, "Poppies"))
    qtbot.waitUntil(lambda: bool(loaded.session.artwork.regions))
    loaded.session.change_regions((*loaded.session.artwork.regions, SKY, BRUSHED))
    loaded.session.selection.select("")
    return loaded


def told(studio: Studio) -> str:
    message = studio.window.messages.message
    return "" if message is None else message.text


def export(qtbot: QtBot, studio: Studio, path: Path) -> str:
    """Write the picture on the canvas; what the dialog has said about the file."""
    studio.actions["export"].trigger()
    (dialog,) = [found for found in studio.window.findChildren(ExportDialog) if found.isVisible()]
    dialog.file.setText(str(path))
    qtbot.waitUntil(lambda: dialog._place is not None and dialog.export.isEnabled())
    note = str(dialog.note.text())
    dialog.export.click()
    qtbot.waitUntil(lambda: path.exists() and "exporting" not in studio.session.activities)
    return note


def test_an_exported_picture_brings_its_regions_back(qtbot: QtBot, with_regions: Studio, tmp_path: Path) -> None:
    studio, path = with_regions, tmp_path / "art.png"
    session, styles = studio.session, studio.session.artwork.styles
    session.finish()
    qtbot.waitUntil(lambda: bool(session.artwork.history))
    background = session.artwork.regions[0]
    note = export(qtbot, studio, path)
    assert "regions are written into it, except brushed ones" in note
    assert len(read_settings(path).styles) == len(styles) + 1  # who is credited, and not what is mixed
    session.change_regions(())
    studio.importer.settings_offer.use_file(path)
    qtbot.waitUntil(lambda: bool(session.artwork.regions))
    assert "and its regions: Background, Sky" in told(studio)
    assert [region.mask for region in session.artwork.regions] == [background.mask, SKY.mask]
    assert [style.card.id for style in session.artwork.regions[0].styles] == [background.styles[0].card.id]
    assert [style.card.id for style in session.artwork.styles] == [style.card.id for style in styles]
    session.undo()
    assert session.artwork.regions == ()


def test_a_preset_keeps_regions_and_gives_them_to_another_artwork(qtbot: QtBot, with_regions: Studio) -> None:
    studio, session = with_regions, with_regions.session
    background = session.artwork.regions[0]
    studio.presets.save("Portrait")
    qtbot.waitUntil(lambda: studio.preset_bar.box.currentText() == "Portrait")
    assert "with their regions" in told(studio) and "brushed" in told(studio)
    session.change_regions((Region("Faces", Mask.of(Found("faces"))),))
    assert studio.preset_bar.box.currentText() != "Portrait"
    box = studio.preset_bar.box
    box.setCurrentIndex(box.findText("Portrait"))
    box.activated.emit(box.currentIndex())
    qtbot.waitUntil(lambda: len(session.artwork.regions) == 2)
    assert [region.name for region in session.artwork.regions] == ["Background", "Sky"]
    assert [style.card.id for style in session.artwork.regions[0].styles] == [background.styles[0].card.id]
    assert studio.preset_bar.box.currentText() == "Portrait"
    studio.actions["undo"].trigger()
    assert [region.name for region in session.artwork.regions] == ["Faces"]
