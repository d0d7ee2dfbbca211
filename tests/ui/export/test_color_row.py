"""The colours of an export: what a format holds is offered, what it cannot is not asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.image_io import ExportFormat, ExportOptions
from studio.core.image_io.output.rgb_profiles import export_profile
from studio.core.picture import Metadata, Picture
from studio.ui.export.color_row import ColorRow
from tests.support.fakes import make_picture

MakeRow = Callable[..., ColorRow]


def deep_picture() -> Picture:
    picture = make_picture()
    return picture.with_pixels(picture.pixels, fine=(picture.pixels // 3).astype("i1"))


@pytest.fixture
def make_row(qtbot: QtBot) -> MakeRow:
    def make(picture: Picture | None = None, **options: object) -> ColorRow:
        row = ColorRow(picture or deep_picture(), ExportOptions(**options))  # type: ignore[arg-type]
        qtbot.addWidget(row)
        return row

    return make


@pytest.mark.parametrize(
    ("name", "depths"), [("png", [8, 16]), ("jpeg", [8]), ("avif", [8, 10]), ("jxl", [8, 16]), ("ora", [8, 16])]
)
def test_the_bits_are_those_of_the_format(name: ExportFormat, depths: list[int], make_row: MakeRow) -> None:
    row = make_row(format=name)
    assert [row.bits.itemData(index) for index in range(row.bits.count())] == depths
    assert row.bits.isEnabled() == (len(depths) > 1)
    assert row.profile.isEnabled()


def test_a_depth_comes_back_with_a_format_that_has_it(make_row: MakeRow) -> None:
    row = make_row(format="png", depth=16)
    for name, depth in (("jpeg", 8), ("avif", 10), ("tiff", 16)):
        row.show_format(name)  # type: ignore[arg-type]
        assert row.apply_to(ExportOptions(name)).depth == depth  # type: ignore[arg-type]


def test_what_is_set_goes_into_the_options(make_row: MakeRow, qtbot: QtBot) -> None:
    row = make_row(format="png")
    with qtbot.waitSignal(row.changed):
        row.profile.setCurrentIndex(row.profile.findData("adobe-rgb"))
        row.profile.activated.emit(row.profile.currentIndex())
    with qtbot.waitSignal(row.changed):
        row.intent.setCurrentIndex(row.intent.findData("perceptual"))
    with qtbot.waitSignal(row.changed):
        row.dither.setChecked(True)
    found = row.apply_to(ExportOptions("png"))
    assert (found.depth, found.profile, found.intent, found.dither) == (8, "adobe-rgb", "perceptual", True)
    row.show_format("jxl")
    assert row.apply_to(ExportOptions("jxl")).profile == "adobe-rgb"
    row.profile.choose_file("wide.icc")
    assert row.apply_to(ExportOptions("jxl")).profile == "srgb" and "here in sRGB" in row.note.text()


def test_a_file_that_is_chosen_is_a_profile_of_the_list(make_row: MakeRow, tmp_path: Path) -> None:
    path = tmp_path / "wide.icc"
    row = make_row(format="png")
    row.profile.choose_file(str(path))
    row.profile.choose_file(str(path))
    assert row.profile.count() == 6
    assert row.apply_to(ExportOptions("png")).profile == str(path)
    assert make_row(format="png", profile=str(path)).profile.currentText() == "wide.icc"


def test_the_photos_own_profile_is_called_by_its_name(make_row: MakeRow) -> None:
    picture = Picture(make_picture().pixels, metadata=Metadata(icc=export_profile("adobe-rgb", Metadata())))
    row = make_row(picture, format="png")
    assert "Adobe RGB (1998) compatible" in row.profile.itemText(row.profile.findData("photo"))


def test_a_picture_of_8_bits_is_said_to_have_no_more(make_row: MakeRow) -> None:
    assert make_row(format="png", depth=16).note.text() == "As finely as it was painted."
    assert make_row(format="png", dither=True).note.text() == "What 8 bits leave out is spread as fine noise."
    assert "8 bits" in make_row(make_picture(), format="png", depth=16).note.text()
