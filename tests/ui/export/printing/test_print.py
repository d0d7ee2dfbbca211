"""Printing: the picture lies on the page as large as it was asked for, with all its pixels, also in a PDF."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from threading import Event, current_thread, main_thread
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtPrintSupport import QPrinter
from pytestqt.qtbot import QtBot

from studio.core.picture import Picture
from studio.ui.app import Studio
from studio.ui.export.printing import print_dialog, print_layout
from studio.ui.export.printing.print_dialog import PrintDialog
from studio.ui.export.printing.print_layout import PrintSize, printable_area
from studio.ui.theme.theme import color

POINTS_PER_MM = 72 / 25.4
MakeDialog = Callable[..., PrintDialog]


@pytest.fixture
def make_dialog(qtbot: QtBot) -> MakeDialog:
    def make(width: int = 60, height: int = 40, dpi: float = 25.4, **fields: object) -> PrintDialog:
        y, x = np.mgrid[0:height, 0:width]
        pixels = np.stack((x * 4 % 256, y * 6 % 256, x * 0 + 77), axis=-1).astype(np.uint8)
        dialog = PrintDialog(Picture(pixels, "sea.png", **fields), "Sea & <b>sky</b>", dpi)  # type: ignore[arg-type]
        qtbot.addWidget(dialog)
        return dialog

    return make


def to_pdf(qtbot: QtBot, dialog: PrintDialog, path: Path) -> bytes:
    dialog.printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    dialog.printer.setOutputFileName(str(path))
    with qtbot.waitSignal(dialog.printed):
        dialog.print_now()
    return path.read_bytes()


def streams(pdf: bytes) -> list[bytes]:
    found = []
    for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(part))
        except zlib.error:
            found.append(part)
    return found


def test_at_first_it_is_as_large_as_its_resolution_says(make_dialog: MakeDialog) -> None:
    dialog = make_dialog(60, 40, dpi=25.4)  # a mm a pixel
    assert dialog.size_on_paper == PrintSize(pytest.approx(60), pytest.approx(40))
    assert (dialog.width_box.value(), dialog.height_box.value()) == (6.0, 4.0)
    assert "25 pixels per inch" in dialog.note.text()


def test_what_is_larger_than_the_page_is_fitted_to_it(make_dialog: MakeDialog) -> None:
    dialog = make_dialog(600, 400, dpi=25.4)
    page = printable_area(dialog.printer)
    assert page.width() > page.height()  # it lies as the picture does
    assert not dialog.size_on_paper.is_larger_than(page)
    assert dialog.size_on_paper.width == pytest.approx(min(page.width(), page.height() * 1.5))


def test_width_and_height_keep_the_shape_and_what_is_cut_off_is_said(make_dialog: MakeDialog) -> None:
    dialog = make_dialog()
    dialog.width_box.setValue(12.0)
    assert dialog.height_box.value() == 8.0
    dialog.height_box.setValue(90.0)
    assert dialog.width_box.value() == 135.0
    assert "cut off" in dialog.note.text()
    dialog.fit_to_page()
    assert "cut off" not in dialog.note.text()


def test_the_preview_can_be_as_large_as_the_paper(make_dialog: MakeDialog) -> None:
    dialog = make_dialog()
    dialog.show_true_size()
    expected = dialog.screen().physicalDotsPerInch() / dialog.logicalDpiY()
    assert dialog.preview.zoomFactor() == pytest.approx(expected)


def test_the_grey_around_the_page_has_no_tint(qtbot: QtBot, make_dialog: MakeDialog) -> None:
    dialog = make_dialog()
    dialog.show()
    grey = dialog.preview.grab().toImage().pixelColor(3, 3)
    assert grey.red() == grey.green() == grey.blue()
    assert grey == color("canvas")


def test_a_pdf_has_every_pixel_at_the_place_and_size_asked_for(
    qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path
) -> None:
    dialog = make_dialog()
    dialog.width_box.setValue(9.0)
    pdf = to_pdf(qtbot, dialog, tmp_path / "art.pdf")
    assert re.search(rb"/Width 60\s+/Height 40", pdf)
    assert dialog._picture.pixels.tobytes() in streams(pdf)  # without loss
    (box,) = re.findall(rb"/MediaBox \[([^\]]*)\]", pdf)
    left, bottom, right, top = map(float, box.split())
    page = np.array((right - left, top - bottom)) / POINTS_PER_MM
    content = next(part for part in streams(pdf) if b" cm" in part and b" Do" in part)
    matrix = np.eye(3)
    for numbers in re.findall(rb"((?:-?[\d.]+\s+){6})cm", content[: content.index(b" Do")]):
        a, b, c, d, e, f = map(float, numbers.split())
        matrix = np.array(((a, b, 0), (c, d, 0), (e, f, 1))) @ matrix
    corners = (np.array(((0, 0, 1), (1, 1, 1))) @ matrix)[:, :2] / POINTS_PER_MM
    assert np.abs(np.ptp(corners, axis=0) - (90, 60)).max() < 0.2
    assert np.abs(corners.mean(axis=0) - page / 2).max() < 1.0


def test_the_preview_may_paint_while_the_page_is_printed(
    qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = make_dialog()
    is_printing, go_on = Event(), Event()

    def slowly(printer: QPrinter, image: QImage, size: PrintSize) -> bool:
        painter = QPainter()
        assert painter.begin(printer)
        is_printing.set()
        go_on.wait(60)
        return painter.end()

    paint = print_dialog.paint_page
    shown = []
    monkeypatch.setattr(print_dialog, "print_page", slowly)
    dialog.printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    dialog.printer.setOutputFileName(str(tmp_path / "art.pdf"))
    dialog.print_now()
    qtbot.waitUntil(is_printing.is_set)
    monkeypatch.setattr(print_dialog, "paint_page", lambda *args: shown.append(paint(*args)))
    dialog.preview.updatePreview()
    qtbot.waitUntil(lambda: shown == [True])
    with qtbot.waitSignal(dialog.printed):
        go_on.set()


@pytest.mark.parametrize("is_taken", [True, False])
def test_a_dialog_that_is_closed_while_it_prints_comes_back_if_the_printer_refuses(
    qtbot: QtBot, make_dialog: MakeDialog, monkeypatch: pytest.MonkeyPatch, is_taken: bool
) -> None:
    dialog = make_dialog()
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    is_printing, go_on, paint = Event(), Event(), print_dialog.paint_page

    def slowly(*args: Any) -> bool:
        if current_thread() is main_thread():  # the preview, which may be painted anew at any time
            return paint(*args)
        is_printing.set()
        return go_on.wait(60) and is_taken

    monkeypatch.setattr(print_dialog, "print_page", slowly)
    dialog.print_now()
    qtbot.waitUntil(is_printing.is_set)
    assert not dialog.page_setup.isEnabled(), "it is the printer that prints"
    dialog.close()
    assert not dialog.isVisible()
    if is_taken:
        ends: list[str] = []
        dialog.printed.connect(lambda: ends.append("printed"))
        dialog.destroyed.connect(lambda: ends.append("gone"))
        go_on.set()
        qtbot.waitUntil(lambda: ends == ["printed", "gone"])
    else:
        go_on.set()
        qtbot.waitUntil(dialog.isVisible)
        assert "did not take" in dialog.note.text() and dialog.page_setup.isEnabled()


def test_a_profile_changes_the_numbers_that_are_printed(qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path) -> None:
    dialog = make_dialog()
    dialog.profile.choose_file("adobe-rgb")
    pdf = to_pdf(qtbot, dialog, tmp_path / "art.pdf")
    assert dialog._picture.pixels.tobytes() not in streams(pdf)


@pytest.mark.qt_log_ignore("QPainter::begin", extend=True)  # says Qt itself
def test_a_printer_that_takes_nothing_is_said(qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path) -> None:
    dialog = make_dialog()
    dialog.printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    dialog.printer.setOutputFileName(str(tmp_path / "no folder" / "art.pdf"))
    dialog.print_now()
    qtbot.waitUntil(lambda: "did not take" in dialog.note.text())
    assert dialog.start.isEnabled()


def test_a_pdf_that_the_disk_takes_only_in_part_leaves_the_one_before(
    qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog, path = make_dialog(), tmp_path / "art.pdf"
    before = to_pdf(qtbot, dialog, path)
    paint = print_layout.paint_page

    def paint_on_a_full_disk(printer: QPrinter, image: QImage, size: PrintSize) -> bool:
        is_painted = paint(printer, image, size)  # of a full disk Qt says nothing
        os.truncate(printer.outputFileName(), 500)
        return is_painted

    monkeypatch.setattr(print_layout, "paint_page", paint_on_a_full_disk)
    dialog.print_now()
    qtbot.waitUntil(lambda: "took only a part of art.pdf" in dialog.note.text())
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    assert dialog.start.isEnabled() and dialog.printer.outputFileName() == str(path)


def test_what_is_printed_is_told_before_and_where_it_went_afterwards(
    qtbot: QtBot, loaded: Studio, tmp_path: Path
) -> None:
    loaded.actions["print"].trigger()
    dialog, messages = loaded.window.findChild(PrintDialog), loaded.window.messages
    assert dialog is not None and dialog.kind.text() == "The photo; nothing is painted yet."
    dialog.printed.emit("")
    assert messages.message is not None and messages.message.text.endswith(" was sent to the printer.")
    to_pdf(qtbot, dialog, tmp_path / "sea.pdf")
    assert (messages.message.text, messages.message.action) == ("Printed as sea.pdf.", "show_export")
    assert loaded.exporter.last_file == tmp_path / "sea.pdf"


def test_fitting_keeps_the_shape() -> None:
    assert PrintSize.fitting(QSizeF(300, 100), QRectF(0, 0, 200, 150)) == PrintSize(200, pytest.approx(66.67, abs=0.01))
