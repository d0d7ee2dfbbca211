"""Export: the dialog's honest options, sizes on paper, the file's size, and again as last time."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QDoubleSpinBox, QFormLayout, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from studio.core.artwork.credits import credits_of
from studio.core.card import Card
from studio.core.image_io import ExportOptions, encode_picture
from studio.core.image_io.xmp import read_recipe
from studio.core.picture import Metadata, Picture
from studio.core.recipe import StyleRecipe
from studio.core.styles.style import Style
from studio.ui.app import Studio
from studio.ui.export.export_dialog import ExportDialog
from studio.ui.export.export_settings import ExportSettings, keep_export_settings, read_export_settings
from studio.ui.export.export_size import ExportSize
from studio.ui.export.exporter import Exportable, file_size, free_path
from studio.ui.export.file_size_estimator import FileSizeEstimator
from studio.ui.session.settings import Settings
from studio.ui.widgets.screen_room import ScrolledPage
from tests.support.fakes import make_picture
from tests.support.ink_profile import cmyk_profile
from tests.support.picture_files import make_exif

MakeDialog = Callable[..., ExportDialog]


def make_card(licence: str = "Public domain") -> Card:
    return Card("wave", "style", "Great Wave", "Hokusai", "1831", licence, "museum", Path("wave.jpg"))


@pytest.fixture
def make_dialog(qtbot: QtBot, tmp_path: Path) -> MakeDialog:
    def make(picture: Picture | None = None, licence: str = "Public domain", **options: object) -> ExportDialog:
        picture = picture or make_picture(600, 300)
        made_of = credits_of(picture, [Style(picture, make_card(licence))], StyleRecipe(), "Art")
        dialog = ExportDialog(Exportable(picture, made_of), ExportSettings(tmp_path, ExportOptions(**options)))
        qtbot.addWidget(dialog)
        answered(qtbot, dialog)
        return dialog

    return make


def answered(qtbot: QtBot, dialog: ExportDialog) -> ExportDialog:
    """The dialog when the disk has said what there is."""
    qtbot.waitUntil(lambda: dialog._place is not None)
    return dialog


def choose(dialog: ExportDialog, format_name: str) -> None:
    dialog.format.choose(format_name)


def finish(qtbot: QtBot, studio: Studio) -> None:
    studio.actions["finish"].trigger()
    qtbot.waitUntil(lambda: studio.session.finishing.run is None)


@pytest.mark.parametrize(
    ("size", "text"), [(40, "1 KB"), (999_400, "999 KB"), (999_700, "1.0 MB"), (2_440_000, "2.4 MB")]
)
def test_the_size_of_a_file_rounds_into_the_next_unit(size: int, text: str) -> None:
    assert file_size(size) == text


def test_the_ending_of_the_name_and_the_format_follow_each_other(make_dialog: MakeDialog, tmp_path: Path) -> None:
    dialog = make_dialog()
    assert dialog.file.text().endswith(".png") and dialog.file.selectedText() == dialog.file.path.stem
    for ending, format_name in ((".JPG", "jpeg"), (".tif", "tiff"), (".ora", "ora"), (".webp", "webp")):
        dialog.file.setText(str(tmp_path / f"art{ending}"))
        assert dialog.format.format == format_name and dialog.file.path.name == f"art{ending}"
    choose(dialog, "avif")
    assert dialog.file.path.name == "art.avif"
    dialog.file.setText(str(tmp_path / "art.v2"))
    assert dialog.format.format == "avif" and not dialog.export.isEnabled() and dialog.note.text()
    choose(dialog, "png")
    assert dialog.file.path.name == "art.v2.png", "what only looks like an ending is part of the name"


def test_what_is_about_to_happen_is_not_scrolled_away(make_dialog: MakeDialog) -> None:
    dialog = make_dialog()
    dialog.resize(dialog.width(), 420)
    pages = dialog.findChildren(QScrollArea)
    assert any(page.isAncestorOf(dialog.file) for page in pages)
    assert not any(page.isAncestorOf(dialog.note) or page.isAncestorOf(dialog.export) for page in pages)


def test_scrolling_the_dialog_changes_nothing_in_it(qtbot: QtBot, make_dialog: MakeDialog) -> None:
    dialog = make_dialog()
    choose(dialog, "jpeg")
    dialog.show()
    qtbot.waitUntil(dialog.title.hasFocus)
    before = dialog.options, dialog.dimensions.width_box.value()
    fields = [*dialog.findChildren(QComboBox), *dialog.findChildren(QDoubleSpinBox)]
    for field in filter(QWidget.isVisible, fields):
        for notches in (-1, -1, 1):
            place = QPointF(field.rect().center())
            wheel = QWheelEvent(
                place, field.mapToGlobal(place), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(field, wheel)
    assert (dialog.options, dialog.dimensions.width_box.value()) == before
    assert len(fields) >= 9 and dialog.title.hasFocus()


def test_a_label_stands_beside_its_field_in_a_dialog_with_room(qtbot: QtBot, make_dialog: MakeDialog) -> None:
    dialog = make_dialog()
    dialog.resize(dialog.width(), dialog.height() + 80)
    with qtbot.waitExposed(dialog):
        dialog.show()
    form = dialog.findChild(QFormLayout)
    for row, field in ((dialog.title, dialog.title), (dialog.format, dialog.format.box)):
        label = form.labelForField(row)
        middles = [widget.mapTo(dialog, widget.rect().center()).y() for widget in (label, field)]
        assert middles[0] == pytest.approx(middles[1], abs=2)


def test_of_a_name_that_does_not_fit_the_ending_is_seen(qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path) -> None:
    dialog = make_dialog()
    with qtbot.waitSignal(dialog._disk.proposed):
        dialog._disk.propose(tmp_path / f"{'long ' * 40}.png")
    assert dialog.file.cursorPosition() == len(dialog.file.text())


def export_by_dialog(qtbot: QtBot, studio: Studio, path: Path) -> None:
    studio.actions["export"].trigger()
    dialog = studio.window.findChild(ExportDialog)
    dialog.file.setText(str(path))
    dialog.artist.setText("Ada")
    dialog.dimensions.width_box.setValue(32)
    dialog.label.ai.setChecked(False)
    answered(qtbot, dialog).export.click()
    qtbot.waitUntil(lambda: not studio.session.artwork.has_unsaved_result)


def test_export_writes_the_artwork_with_its_recipe_and_the_title_loses_its_star(
    qtbot: QtBot, loaded: Studio, tmp_path: Path
) -> None:
    finish(qtbot, loaded)
    assert loaded.window.windowTitle().startswith("harbour.png * ")
    loaded.actions["export"].trigger()
    dialog = loaded.window.findChild(ExportDialog)
    assert dialog.title.text() == "harbour, The Great Wave off Kanagawa"
    assert Path(dialog.file.text()).name == "harbour, The Great Wave off Kanagawa.png"
    path = tmp_path / "artwork.jpg"
    dialog.file.setText(str(path))
    assert dialog.options.format == "jpeg"
    dialog.title.setText("Harbour in a storm")
    dialog.artist.setText("Ada")
    dialog.dimensions.width_box.setValue(32)
    answered(qtbot, dialog).export.click()
    qtbot.waitUntil(lambda: not loaded.session.artwork.has_unsaved_result)
    with Image.open(path) as image:
        assert (image.format, image.size) == ("JPEG", (32, 24))
        for words in (b"Harbour in a storm", b"Ada", b"Hokusai", b"compositeWithTrainedAlgorithmicMedia"):
            assert words in image.info["xmp"]
    assert read_recipe(path) == loaded.session.artwork.recipe
    assert "artwork.jpg" in loaded.window.messages.message.text
    assert loaded.window.windowTitle().startswith("harbour.png \N{EN DASH}")


def test_the_export_dialog_replaces_nothing_unasked_and_refuses_impossible_places(
    qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path
) -> None:
    (tmp_path / "Art.png").touch()
    dialog = make_dialog()
    assert Path(dialog.file.text()).name == "Art 2.png"
    choose(dialog, "webp")
    answered(qtbot, dialog)
    assert Path(dialog.file.text()).name == "Art.webp" and dialog.export.isEnabled()
    dialog.file.setText(str(tmp_path / "Art.png"))
    assert dialog.format.format == "png"
    answered(qtbot, dialog)
    assert "replaced" in dialog.note.text() and dialog.export.isEnabled()
    for wrong, why in (
        (tmp_path / "art.doc", "Give the file a name that ends in"),
        (tmp_path / "nowhere" / "art.png", "There is no folder"),
        (tmp_path / ".png", "Give the file a name that ends in"),
    ):
        dialog.file.setText(str(wrong))
        answered(qtbot, dialog)
        assert not dialog.export.isEnabled() and dialog.note.text().startswith(why)
    dialog.file.setText(str(tmp_path / f"{'x' * 300}.png"))
    qtbot.waitUntil(lambda: "too long" in dialog.note.text())
    assert not dialog.export.isEnabled()
    dialog.file.setText("~nobody-of-this-name/art.png")
    assert not answered(qtbot, dialog).export.isEnabled()
    dialog.file.setText(str(tmp_path / "x.png"))
    assert answered(qtbot, dialog).export.isEnabled()


@pytest.mark.parametrize("is_taken", [False, True])
def test_who_exports_before_the_disk_has_answered_replaces_nothing(
    qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path, is_taken: bool
) -> None:
    if is_taken:
        (tmp_path / "mine.png").touch()
    dialog, accepted = make_dialog(), []
    dialog.accepted_with.connect(lambda path, *_: accepted.append(path))
    dialog.file.setText(str(tmp_path / "mine.png"))
    dialog.export.click()
    assert accepted == []
    answered(qtbot, dialog)
    assert accepted == ([] if is_taken else [tmp_path / "mine.png"])
    dialog.export.click()  # the note has said it
    assert accepted[-1] == tmp_path / "mine.png"


def test_a_name_has_a_number_in_formats_where_it_is_taken_alone(
    qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path
) -> None:
    (tmp_path / "Art.png").touch()
    dialog = make_dialog()
    dialog.file.setText(str(tmp_path / "Art.webp"))
    for format_name, name in (("png", "Art 2.png"), ("jpeg", "Art.jpg"), ("png", "Art 2.png")):
        choose(dialog, format_name)
        answered(qtbot, dialog)
        assert dialog.file.path == tmp_path / name
    dialog.file.setText(str(tmp_path / "Art 2.webp"))  # as it was typed
    choose(dialog, "jpeg")
    assert dialog.file.path.name == "Art 2.jpg"


def test_what_is_typed_while_a_name_is_proposed_stays(qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path) -> None:
    (tmp_path / "Art.webp").touch()
    dialog = make_dialog()
    choose(dialog, "webp")
    dialog.file.setText(str(tmp_path / "mine.webp"))
    answered(qtbot, dialog)
    assert Path(dialog.file.text()).name == "mine.webp" and dialog.export.isEnabled()
    choose(dialog, "jpeg")
    dialog.format.quality.setValue(70)  # asks nothing of the disk, and keeps the proposal on its way
    dialog.file.setText(str(tmp_path / "Art.jpg"))
    choose(dialog, "webp")
    dialog.format.quality.setValue(71)
    answered(qtbot, dialog)
    assert Path(dialog.file.text()).name == "Art 2.webp"


@pytest.mark.parametrize(
    ("name", "has_quality", "has_lossless"),
    [
        ("png", False, False),
        ("jpeg", True, False),
        ("webp", True, True),
        ("tiff", False, False),
        ("avif", True, False),
    ],
)
def test_a_format_offers_only_what_it_has(
    qtbot: QtBot, make_dialog: MakeDialog, name: str, has_quality: bool, has_lossless: bool
) -> None:
    dialog = make_dialog(quality=70)
    dialog.show()
    choose(dialog, name)
    assert dialog.format.quality.isVisible() is has_quality
    assert dialog.format.lossless.isVisible() is has_lossless
    dialog.format.lossless.setChecked(True)
    assert dialog.options.lossless is has_lossless
    assert dialog.format.quality.isVisible() is (has_quality and not has_lossless)
    assert (dialog.options.quality, dialog.options.format) == (70, name)


def test_a_size_the_format_cannot_hold_is_said_before_it_fails(make_dialog: MakeDialog) -> None:
    dialog = make_dialog(format="webp")
    dialog.dimensions.width_box.setValue(17_000)
    assert "16,383" in dialog.note.text() and not dialog.export.isEnabled()
    dialog.dimensions.width_box.setValue(16_000)
    assert dialog.export.isEnabled()


def test_sizes_in_pixels_and_on_paper_are_linked_and_keep_the_shape(qtbot: QtBot) -> None:
    size = ExportSize(make_picture(600, 300), 300, "px")
    qtbot.addWidget(size)
    assert size.summary.text() == "5.1 × 2.5 cm in print, as large as it was painted"
    size.height_box.setValue(600)
    assert size.pixels == (1200, 600)
    assert size.summary.text() == "10.2 × 5.1 cm in print, enlarged 2 times beyond what was painted"
    size.dpi_box.setValue(150)
    assert size.pixels == (1200, 600) and size.summary.text().startswith("20.3 × 10.2 cm")
    size.unit_box.setCurrentIndex(size.unit_box.findData("in"))
    assert size.pixels == (1200, 600) and (size.width_box.value(), size.height_box.value()) == (8.0, 4.0)
    with qtbot.waitSignal(size.changed):
        size.width_box.setValue(2.0)
    assert size.pixels == (300, 150)
    assert size.summary.text() == "300 × 150 px, smaller than it was painted"
    size.dpi_box.setValue(300)
    assert size.pixels == (600, 300) and size.width_box.value() == 2.0
    size.unit_box.setCurrentIndex(size.unit_box.findData("cm"))
    assert (size.width_box.value(), size.height_box.value()) == (5.1, 2.5) and size.pixels == (600, 300)


def test_the_dialog_tells_how_large_the_file_will_be(qtbot: QtBot, make_dialog: MakeDialog) -> None:
    dialog = make_dialog(format="jpeg")
    for quality in (95, 20):
        dialog.format.quality.setValue(quality)
        assert dialog.format.size_label.text().startswith("measuring")
        expected = len(encode_picture(dialog._artwork.picture, dialog.options, dialog._artwork.credits))
        qtbot.waitUntil(lambda: not dialog.format.size_label.text().startswith("measuring"))
        assert dialog.format.size_label.text() == file_size(expected)


def test_only_the_newest_question_about_a_size_is_answered(qtbot: QtBot) -> None:
    meter, answers, asked = FileSizeEstimator(patience=0), [], []

    def encode(length: int) -> bytes:
        asked.append(length)
        return bytes(length)

    meter.measured.connect(answers.append)
    with qtbot.waitSignal(meter.measured):
        for length in (10, 20, 30):
            meter.ask(lambda length=length: encode(length))
    assert answers == [30] and asked == [30]


def test_what_is_kept_and_marked_is_in_the_options(make_dialog: MakeDialog) -> None:
    dialog = make_dialog(replace(make_picture(), metadata=Metadata(exif=make_exif(has_place=True))))
    assert dialog.options.keep_exif and not dialog.options.keep_gps
    dialog.keep.gps.setChecked(True)
    dialog.label.no_learn.setChecked(True)
    assert dialog.options.keep_gps and dialog.options.no_learn


@pytest.mark.parametrize(("licence", "is_warned"), [("unknown", True), ("", True), ("CC0 1.0", False)])
def test_a_style_of_unknown_licence_is_warned_about(make_dialog: MakeDialog, licence: str, is_warned: bool) -> None:
    dialog = make_dialog(licence=licence)
    dialog.show()
    assert dialog.credits.warning.isVisible() is is_warned
    assert ("Great Wave" in dialog.credits.warning.text()) is is_warned


def test_the_mark_of_ai_is_on_by_default(loaded: Studio, qtbot: QtBot) -> None:
    finish(qtbot, loaded)
    loaded.actions["export"].trigger()
    dialog = loaded.window.findChild(ExportDialog)
    assert dialog.label.ai.isChecked() and not dialog.options.keep_gps
    dialog.reject()


def test_what_a_photo_has_not_is_not_ticked_and_stays_chosen_for_the_next(
    qtbot: QtBot, studio: Studio, make_dialog: MakeDialog
) -> None:
    kept = make_dialog(keep_gps=True)  # of a photo without EXIF
    assert not kept.keep.exif.isChecked() and not kept.keep.gps.isChecked()
    assert kept.options.keep_exif and kept.options.keep_gps
    studio.session.change(content=make_picture(64, 48, "harbour.png"))
    studio.actions["export"].trigger()
    dialog = studio.window.findChild(ExportDialog)
    assert not dialog.label.ai.isChecked() and not dialog.label.ai.isEnabled()
    assert dialog.options.label_ai
    dialog.reject()


def test_an_export_again_asks_nothing_and_replaces_nothing(qtbot: QtBot, loaded: Studio, tmp_path: Path) -> None:
    finish(qtbot, loaded)
    export_by_dialog(qtbot, loaded, tmp_path / "first.jpg")
    loaded.session.change(seed=2)
    finish(qtbot, loaded)
    for _ in range(2):  # the second before the first is written
        loaded.actions["export_again"].trigger()
    qtbot.waitUntil(lambda: "exporting" not in loaded.session.activities)
    written = {path.name: path for path in tmp_path.glob("harbour, *")}
    assert set(written) == {f"harbour, The Great Wave off Kanagawa{end}.jpg" for end in ("", " 2")}
    for path in written.values():
        with Image.open(path) as image:
            assert image.size == (32, 24)
            assert b"Ada" in image.info["xmp"] and b"TrainedAlgorithmicMedia" not in image.info["xmp"]
        assert read_recipe(path).seed == 2


def test_what_the_dialog_showed_is_written_whatever_was_painted_meanwhile(
    qtbot: QtBot, loaded: Studio, tmp_path: Path
) -> None:
    finish(qtbot, loaded)
    loaded.actions["export"].trigger()
    dialog = loaded.window.findChild(ExportDialog)
    loaded.session.change(seed=2)
    finish(qtbot, loaded)
    dialog.file.setText(str(tmp_path / "artwork.png"))
    answered(qtbot, dialog).export.click()
    qtbot.waitUntil(lambda: "exporting" not in loaded.session.activities)
    assert read_recipe(tmp_path / "artwork.png").seed == 0
    assert loaded.session.artwork.has_unsaved_result


def test_all_of_the_dialog_is_in_sight_also_when_the_disk_has_answered(qtbot: QtBot, loaded: Studio) -> None:
    finish(qtbot, loaded)
    loaded.actions["export"].trigger()
    dialog = answered(qtbot, loaded.window.findChild(ExportDialog))
    size = dialog.size()
    QApplication.processEvents()
    assert dialog.note.text() and dialog.size() == size
    assert dialog.findChild(ScrolledPage).verticalScrollBar().maximum() == 0


def test_closing_while_a_size_is_measured_is_clean(qtbot: QtBot, loaded: Studio) -> None:
    finish(qtbot, loaded)
    loaded.actions["export"].trigger()
    dialog = loaded.window.findChild(ExportDialog)
    dialog._size_estimator._start()  # nothing has been changed for long enough
    loaded.close()
    assert not loaded.window.isVisible()


def test_the_first_export_again_asks(qtbot: QtBot, loaded: Studio) -> None:
    finish(qtbot, loaded)
    loaded.actions["export_again"].trigger()
    assert loaded.window.findChild(ExportDialog) is not None


def test_the_next_dialog_begins_as_the_last_export_was_made(
    qtbot: QtBot, loaded: Studio, settings: Settings, tmp_path: Path
) -> None:
    last = ExportSettings(tmp_path, ExportOptions("avif", 60, dpi=240.0, label_ai=False), "Ada", "cm", 512)
    keep_export_settings(settings, last)
    assert read_export_settings(settings) == last
    finish(qtbot, loaded)
    loaded.actions["export"].trigger()
    dialog = loaded.window.findChild(ExportDialog)
    picture = loaded.session.on_canvas.picture
    assert (dialog.options, dialog.artist.text()) == (last.options, "Ada")
    assert dialog.dimensions.unit == "cm" and dialog.dimensions.pixels == (picture.width, picture.height)
    assert Path(dialog.file.text()).parent == tmp_path and dialog.file.text().endswith(".avif")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep names in Unicode")
def test_a_folder_whose_name_is_no_unicode_is_exported_into_again(qtbot: QtBot, loaded: Studio, tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    folder.mkdir()
    finish(qtbot, loaded)
    loaded.exporter.export(folder / "first.png", ExportOptions(), "Wave")
    qtbot.waitUntil(lambda: loaded.exporter.last_file is not None)
    loaded.actions["export"].trigger()
    dialog = answered(qtbot, loaded.window.findChild(ExportDialog))
    assert dialog.export.isEnabled() and Path(dialog.file.text()).parent == tmp_path / "caf\ufffd"
    dialog.file.setText(str(Path(dialog.file.text()).with_name("second.jpg")))
    answered(qtbot, dialog).accept()
    qtbot.waitUntil(lambda: "exporting" not in loaded.session.activities)
    assert sorted(file.name for file in folder.iterdir()) == ["first.png", "second.jpg"]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"options": None},
        {"options": {}},
        {"folder": 3},
        {"folder": "a\0b"},
        {"artist": ["Ada"]},
        {"unit": "ell"},
        {"long_edge": "512"},
        {"long_edge": -1},
        {"long_edge": True},
        *({"format": value} for value in ("doc", 3)),
        *({"quality": value} for value in (0, 101, "92", 92.5, True)),
        *({"dpi": value} for value in ("300", 0, -1, [300])),
        *({"label_ai": value} for value in ("no", 0, None)),
        *({"depth": value} for value in (12, "8")),
        {"intent": "pretty"},
        {"profile": None},
    ],
)
def test_a_spoilt_memory_of_the_last_export_is_shrugged_off(
    settings: Settings, tmp_path: Path, spoilt: dict[str, object]
) -> None:
    keep_export_settings(settings, ExportSettings(tmp_path))
    whole = settings.get("export/last", dict)
    assert whole is not None and read_export_settings(settings) == ExportSettings(tmp_path)
    part = "options" if spoilt.keys() & whole["options"].keys() else ""
    settings.set("export/last", whole | ({part: whole[part] | spoilt} if part else spoilt))
    assert read_export_settings(settings) is None


def test_a_memory_of_the_last_export_that_lacks_anything_is_shrugged_off(settings: Settings, tmp_path: Path) -> None:
    keep_export_settings(settings, ExportSettings(tmp_path))
    whole = settings.get("export/last", dict)
    assert whole is not None
    for part in ({}, whole["options"]):
        for name in part or whole:
            lacking = {key: value for key, value in (part or whole).items() if key != name}
            settings.set("export/last", whole | {"options": lacking} if part else lacking)
            is_later = name in ("depth", "profile", "intent", "dither", "no_learn")  # files of before do without
            assert (read_export_settings(settings) is not None) == is_later, name


@pytest.mark.parametrize("kept", ["", 3, [1], {}, None])
def test_what_is_no_memory_of_an_export_is_none(settings: Settings, kept: object) -> None:
    settings.set("export/last", kept)
    assert read_export_settings(settings) is None


@pytest.mark.parametrize("folder", ["/gone", "ab" * 5000])
def test_where_the_folder_of_the_last_export_is_gone_another_is_proposed(
    qtbot: QtBot, loaded: Studio, settings: Settings, folder: str
) -> None:
    keep_export_settings(settings, ExportSettings(Path(folder), artist="Ada"))
    finish(qtbot, loaded)
    loaded.actions["export_again"].trigger()
    qtbot.waitUntil(lambda: "exporting" not in loaded.session.activities)
    message = loaded.window.messages.message
    assert message is not None and message.is_problem and message.action == "export"
    loaded.window.messages.button.click()
    dialog = answered(qtbot, loaded.window.findChild(ExportDialog))
    assert Path(dialog.file.text()).parent.is_dir() and dialog.artist.text() == "Ada"


def test_a_failed_export_is_told_and_the_artwork_stays_unsaved(qtbot: QtBot, loaded: Studio, tmp_path: Path) -> None:
    finish(qtbot, loaded)
    loaded.exporter.export(tmp_path / "gone" / "art.png", ExportOptions(), "Art")
    qtbot.waitUntil(lambda: "exporting" not in loaded.session.activities)
    message = loaded.window.messages.message
    assert message is not None and message.is_problem and message.action == "export"
    assert loaded.session.artwork.has_unsaved_result
    assert loaded.exporter.last is None


def test_a_free_path_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "art.png"
    assert free_path(path) == path
    path.touch()
    (tmp_path / "art 2.png").touch()
    assert free_path(path) == tmp_path / "art 3.png"


def test_a_title_becomes_a_file_name_that_is_legal_everywhere() -> None:
    style = Style(make_picture(), make_card())
    made_of = credits_of(None, [style], StyleRecipe(method="pattern"), 'Who? "We": a/b\\c*')
    assert Exportable(make_picture(), made_of).file_name == "Who We a b c"
    long = Exportable(make_picture(), replace(made_of, title="漢" * 10_000)).file_name
    assert 150 < len(long.encode()) < 240 and set(long) == {"漢"}


def test_a_profile_the_format_cannot_hold_is_said_before_anything_is_exported(
    qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path
) -> None:
    (tmp_path / "press.icc").write_bytes(cmyk_profile())
    dialog = make_dialog(format="png")
    qtbot.waitUntil(dialog.export.isEnabled)
    dialog.colors.profile.choose_file(str(tmp_path / "press.icc"))
    qtbot.waitUntil(lambda: not dialog.export.isEnabled())
    assert "RGB" in dialog.note.text() and "CMYK" in dialog.note.text()
    dialog.format.choose("tiff")
    qtbot.waitUntil(dialog.export.isEnabled)
