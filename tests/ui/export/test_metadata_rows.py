"""What of the photo is kept in an exported file, and how that is marked: the rows without the dialog."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.core.image_io import ExportOptions
from studio.ui.export.metadata_rows import KeepRow, LabelRow
from tests.support.picture_files import make_exif


def shown(qtbot: QtBot, row: QWidget) -> None:
    qtbot.addWidget(row)
    row.show()


@pytest.mark.parametrize(
    ("exif", "may_keep", "may_keep_place"),
    [(b"", False, False), (make_exif(has_place=False), True, False), (make_exif(has_place=True), True, True)],
    ids=["none", "no place", "place"],
)
def test_only_what_the_photo_has_can_be_kept(qtbot: QtBot, exif: bytes, may_keep: bool, may_keep_place: bool) -> None:
    row = KeepRow(exif, ExportOptions())
    shown(qtbot, row)
    assert row.exif.isEnabled() is may_keep and row.gps.isEnabled() is may_keep_place


def test_without_the_camera_data_no_place_is_kept(qtbot: QtBot) -> None:
    row = KeepRow(make_exif(has_place=True), ExportOptions(keep_gps=True))
    shown(qtbot, row)
    assert row.apply_to(ExportOptions()).keep_gps
    with qtbot.waitSignal(row.changed):
        row.exif.setChecked(False)
    options = row.apply_to(ExportOptions())
    assert not options.keep_exif and not options.keep_gps and not row.gps.isEnabled()


def test_a_photo_is_not_marked_as_made_with_ai(qtbot: QtBot) -> None:
    photo, painted = LabelRow(ExportOptions(), is_painted=False), LabelRow(ExportOptions(), is_painted=True)
    for row in (photo, painted):
        shown(qtbot, row)
    assert not photo.ai.isEnabled() and painted.ai.isEnabled()
    with qtbot.waitSignal(painted.changed):
        painted.no_learn.setChecked(True)
    assert painted.apply_to(ExportOptions()).no_learn and painted.apply_to(ExportOptions()).label_ai
