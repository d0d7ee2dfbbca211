"""Sizes of the file: as on the canvas, the photo's, or a print's; enlarging is said, and painting larger offered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from studio.ui.app import Studio
from studio.ui.export.export_dialog import ExportDialog
from studio.ui.export.export_size import ExportSize
from tests.support.fakes import make_picture


@pytest.fixture
def size(qtbot: QtBot) -> ExportSize:
    size = ExportSize(make_picture(600, 400), 300, "px", photo=(1500, 1000), can_paint=True)
    qtbot.addWidget(size)
    size.show()
    return size


def choose(size: ExportSize, words: str) -> None:
    size.presets.setCurrentIndex(size.presets.findText(words))
    size.presets.activated.emit(size.presets.currentIndex())


def test_the_list_sets_the_pixels_and_says_how_much_is_enlarged(size: ExportSize) -> None:
    assert size.presets.currentText() == "As on the canvas" and not size.larger.isVisible()
    choose(size, "As large as the photo")
    assert size.pixels == (1500, 1000) and "enlarged 2.5 times" in size.summary.text()
    choose(size, "Print: A5")
    assert size.pixels == (2480, 1653) and (size.unit, size.dpi) == ("cm", 300)
    assert (size.width_box.value(), size.height_box.value()) == (21.0, 14.0)
    assert size.presets.currentText() == "Print: A5" and size.larger.isVisible()
    size.dpi_box.setValue(72)
    assert size.pixels == (595, 397) and size.presets.currentText() == "Print: A5" and not size.larger.isVisible()
    choose(size, "As on the canvas")
    assert size.pixels == (600, 400)


@pytest.mark.parametrize("paper", ["A5", "A4", "A3", "A2", "10 × 15 cm", "13 × 18 cm"])
def test_every_paper_is_turned_to_the_picture_and_found_again(size: ExportSize, paper: str) -> None:
    choose(size, f"Print: {paper}")
    assert size.presets.currentText() == f"Print: {paper}"
    assert size.pixels[0] > size.pixels[1]


def test_a_size_that_is_typed_is_another_one(size: ExportSize) -> None:
    size.width_box.setValue(700)
    assert size.presets.currentText() == "Another size"
    size.width_box.setValue(1500)
    assert size.presets.currentText() == "As large as the photo"


def test_rather_than_enlarge_it_is_painted_larger_and_offered_again(
    qtbot: QtBot, loaded: Studio, tmp_path: Path
) -> None:
    loaded.actions["finish"].trigger()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    loaded.actions["export"].trigger()
    dialog = loaded.window.findChild(ExportDialog)
    dialog.dimensions.width_box.setValue(900)
    assert dialog.dimensions.larger.isVisible()
    dialog.dimensions.larger.click()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None and loaded.session.artwork.is_finished)
    assert loaded.session.artwork.recipe.long_edge == 900
    message = loaded.window.messages.message
    assert message is not None and message.action == "export"
    loaded.session.undo()
    assert loaded.session.artwork.recipe.long_edge == 768


def test_the_resolution_is_written_into_the_file_and_begins_with_that_of_the_print(
    qtbot: QtBot, loaded: Studio, tmp_path: Path
) -> None:
    loaded.session.change(size_rule="4x6cm@240")
    loaded.session.commit()
    loaded.actions["finish"].trigger()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    loaded.actions["export"].trigger()
    dialog = loaded.window.findChild(ExportDialog)
    assert dialog.dimensions.dpi == 240
    dialog.file.setText(str(tmp_path / "a.png"))
    qtbot.waitUntil(lambda: dialog._place is not None)
    dialog.export.click()
    qtbot.waitUntil(lambda: (tmp_path / "a.png").exists() and "exporting" not in loaded.session.activities)
    with Image.open(tmp_path / "a.png") as image:
        assert image.info["dpi"] == pytest.approx((240, 240), abs=0.1)
