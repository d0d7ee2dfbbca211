"""The format of an exported file, without the dialog around it: what is offered, and what becomes of the options."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from studio.core.image_io import ExportFormat, ExportOptions
from studio.core.image_io.formats import WRITE_LIMITS
from studio.ui.export.format_row import FormatRow, format_names


def shown(qtbot: QtBot, row: FormatRow) -> None:
    qtbot.addWidget(row)
    row.show()


@pytest.mark.parametrize("name", list(WRITE_LIMITS))
def test_every_format_can_be_chosen_and_has_a_name(qtbot: QtBot, name: ExportFormat) -> None:
    row = FormatRow(ExportOptions())
    shown(qtbot, row)
    assert name in format_names()
    row.choose(name)
    assert row.format == name and row.apply_to(ExportOptions()).format == name
    assert row.quality.isVisible() is not row.apply_to(ExportOptions()).is_lossless


def test_without_loss_there_is_no_quality_to_choose(qtbot: QtBot) -> None:
    row = FormatRow(ExportOptions(format="webp", quality=70))
    shown(qtbot, row)
    assert row.quality.isVisible() and row.lossless.isVisible()
    with qtbot.waitSignal(row.format_changed):
        row.lossless.setChecked(True)
    assert not row.quality.isVisible() and row.apply_to(ExportOptions()).lossless
    row.choose("jpeg")
    assert row.apply_to(ExportOptions()).lossless is False and row.apply_to(ExportOptions()).quality == 70


def test_another_quality_is_no_other_format(qtbot: QtBot) -> None:
    row = FormatRow(ExportOptions(format="jpeg"))
    shown(qtbot, row)
    with qtbot.assertNotEmitted(row.format_changed), qtbot.waitSignal(row.changed):
        row.quality.setValue(55)
    assert row.apply_to(ExportOptions()).quality == 55
