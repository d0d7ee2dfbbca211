"""Training a classifier in the window: from a folder to a file, with the report, and nothing lost on the way."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from studio.core.curator.model_file import read_classifier
from studio.core.errors import WriteError
from studio.ui.app import Studio
from studio.ui.curator.curator_window import CuratorWindow
from studio.ui.curator.train_controller import classifiers_folder
from studio.ui.curator.training_set import sort_out_folder
from studio.ui.theme.theme import apply_theme
from tests.support.dragging import HELD, files
from tests.support.fakes import GUARD_SECONDS
from tests.support.network_share import NEEDS_SHARES, connect_share
from tests.ui.curator.conftest import CLASSES, WORKS, TrainingEngine, press, save


def rows_of(window: CuratorWindow) -> list[tuple[str, ...]]:
    table = window.classes.table
    items = [[table.item(row, column) for column in range(3)] for row in range(table.rowCount())]
    return [tuple(item.text() for item in row if item is not None) for row in items]


def wait_for_problem(qtbot: QtBot, window: CuratorWindow, words: str) -> None:
    qtbot.waitUntil(lambda: words in window.messages.text.text() or words in window.classes.summary.text())


def begin(qtbot: QtBot, window: CuratorWindow, engine: TrainingEngine) -> None:
    """Train, and hold the engine after its first sign of life."""
    engine.training = type(engine.training)()
    press(qtbot, window.main)
    qtbot.waitUntil(lambda: engine.training._waiting > 0)


@NEEDS_SHARES
def test_a_folder_on_a_network_place_is_sorted_out_where_it_is_connected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = connect_share(tmp_path, monkeypatch)
    for name in ("a/1.png", "a/2.png", "b/1.png", "b/2.png"):
        save(share / "classes" / name, (30, 90, 170))
    found = sort_out_folder([Path("smb:/nas/art/classes")], 2, lambda: None)
    assert found.examples.labels == ("a", "a", "b", "b")


def test_classes_are_counted_and_what_is_left_out_is_named(chosen: CuratorWindow) -> None:
    assert rows_of(chosen) == [(name, str(WORKS), str(WORKS)) for name in CLASSES] + [("lonely", "1", "1")]
    assert chosen.classes.summary.text().startswith("3 classes, 18 pictures of 18 works.")
    assert chosen.classes.left_out.text() == "Left out, with fewer than 3 works: lonely."
    assert chosen.title.placeholderText() == "Classifier of artists" and chosen.main.isEnabled()


def test_pictures_that_forbid_it_are_left_out_by_name(
    qtbot: QtBot, studio: Studio, chosen: CuratorWindow, artists: Path
) -> None:
    (artists / "ocean" / "MANIFEST.tsv").write_text("path\ttitle\tno_learn\nocean 0.png\tSea\tyes\n", encoding="utf-8")
    studio.curator.controller.choose_again()
    qtbot.waitUntil(lambda: "ocean 0.png" in chosen.classes.left_out.text())
    assert ("ocean", "5", "5") in rows_of(chosen)


def test_uneven_classes_are_told(qtbot: QtBot, studio: Studio, chosen: CuratorWindow, artists: Path) -> None:
    for number in range(20):
        save(artists / "ember" / f"more {number}.png", CLASSES["ember"], seed=100 + number)
    studio.curator.controller.choose_again()
    qtbot.waitUntil(lambda: "ember has 26 pictures, " in chosen.classes.summary.text())


def test_fewer_works_can_be_asked_for(qtbot: QtBot, chosen: CuratorWindow, artists: Path) -> None:
    save(artists / "lonely" / "second.png", (240, 240, 250))
    chosen.form.least_works.setValue(2)
    qtbot.waitUntil(lambda: ("lonely", "2", "2") in rows_of(chosen) and not chosen.classes.left_out.text())


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder.mkdir(), "There are no pictures in given."),
        (lambda folder: save(folder / "one.png", (9, 9, 9)), "lie in no subfolders. Make a folder for each class"),
        (lambda folder: save(folder / "a" / "one.png", (9, 9, 9)), "There is only one class"),
        (
            lambda folder: [save(folder / name / "one.png", (9, 9, 9)) for name in "ab"],
            "Fewer than two classes have 3 works or more.",
        ),
        (lambda folder: folder.write_text("no folder"), "given is not a folder. Choose a folder"),
        (lambda folder: None, "given is not there. Choose a folder"),
    ],
)
def test_a_bad_folder_is_told_in_the_artists_words(
    qtbot: QtBot, studio: Studio, window: CuratorWindow, tmp_path: Path, make, words: str
) -> None:
    make(tmp_path / "given")
    window.source.folder_chosen.emit([tmp_path / "given"])
    wait_for_problem(qtbot, window, words)
    assert not window.main.isEnabled() and not studio.curator.controller.is_sorting
    assert "--" not in window.messages.text.text() + window.classes.summary.text()


def test_a_folder_is_dropped_anywhere_on_the_window(
    qtbot: QtBot, studio: Studio, window: CuratorWindow, artists: Path
) -> None:
    mime, place = files(artists), QPointF(40, 40)
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(40, 40), copy, mime, *HELD))
    QApplication.sendEvent(window, QDropEvent(place, copy, mime, *HELD))
    qtbot.waitUntil(lambda: studio.curator.controller.can_train)
    assert rows_of(window)


def test_a_classifier_is_trained_and_its_report_is_read(
    qtbot: QtBot, studio: Studio, trained: CuratorWindow, engine: TrainingEngine
) -> None:
    (request,) = engine.requests_to_train
    assert set(request.labels) == set(CLASSES) and len(request.pictures) == 18
    assert any("1 class with fewer than 3 works (1 picture) was left out." in note for note in request.notes)
    qtbot.waitUntil(lambda: "Classifier of artists" in trained.report.text.toPlainText())
    report = trained.report.text.toPlainText()
    for words in (
        "A classifier is not an attribution.",
        "Always naming the most frequent class",
        "What is taken for what",
        "What it looks at",
        "Its most confident errors",
    ):
        assert words in report
    assert trained.pages.currentIndex() == 1
    assert "right" in trained.stages.results["head"].text() and trained.stages.verdicts["head"].text() == "kept"
    assert trained.progress.text().endswith("the most frequent class alone: 33%.")


def test_the_curves_grow_while_it_trains(
    qtbot: QtBot, studio: Studio, chosen: CuratorWindow, engine: TrainingEngine
) -> None:
    begin(qtbot, chosen, engine)
    assert chosen.main.text() == "Stop" and not chosen.form.isEnabled()
    engine.training.let_pass()
    qtbot.waitUntil(lambda: len(studio.curator.controller.epochs) == 1)
    assert "part 1 of 1: loss 1.000 after epoch 1, 1.100 on works held out" in (chosen.curves.accessibleDescription())
    qtbot.waitUntil(lambda: chosen.curves.pages.plot is not None)
    assert chosen.stages.verdicts["fine-tuned"].text() == "part 1 of 1, epoch 1 of at most 2"
    engine.training.open()
    qtbot.waitUntil(lambda: studio.curator.controller.trained is not None, timeout=60000)


def test_stop_ends_it_and_it_can_be_trained_again(
    qtbot: QtBot, studio: Studio, chosen: CuratorWindow, engine: TrainingEngine
) -> None:
    begin(qtbot, chosen, engine)
    press(qtbot, chosen.main)
    assert chosen.progress.text() == "Stopping"
    engine.training.open()
    qtbot.waitUntil(lambda: not studio.curator.controller.is_training)
    assert studio.curator.controller.trained is None and "learning" not in studio.session.activities
    press(qtbot, chosen.main)
    qtbot.waitUntil(lambda: studio.curator.controller.trained is not None, timeout=60000)


def test_a_closed_window_goes_on_training(
    qtbot: QtBot, studio: Studio, chosen: CuratorWindow, engine: TrainingEngine
) -> None:
    begin(qtbot, chosen, engine)
    chosen.close()
    engine.training.open()
    qtbot.waitUntil(lambda: studio.curator.controller.trained is not None, timeout=60000)
    chosen.open_beside()
    assert chosen.keep.isEnabled()


def test_an_engine_that_dies_costs_a_sentence(
    qtbot: QtBot, studio: Studio, chosen: CuratorWindow, engine: TrainingEngine
) -> None:
    begin(qtbot, chosen, engine)
    engine.dies = True
    engine.training.open()
    wait_for_problem(qtbot, chosen, "ended unexpectedly")
    assert not studio.curator.controller.is_training and chosen.main.text() == "Train" and chosen.main.isEnabled()
    assert rows_of(chosen)
    press(qtbot, chosen.main)
    qtbot.waitUntil(lambda: studio.curator.controller.trained is not None, timeout=60000)


def test_a_picture_that_cannot_be_opened_is_left_out_by_name(
    qtbot: QtBot, studio: Studio, chosen: CuratorWindow, artists: Path, engine: TrainingEngine
) -> None:
    (artists / "ocean" / "ocean 0.png").write_bytes(b"no picture")
    press(qtbot, chosen.main)
    qtbot.waitUntil(lambda: bool(engine.requests_to_train))
    assert "Could not be opened and were left out: ocean 0.png." in engine.requests_to_train[0].notes


def test_what_is_kept_is_a_file_with_its_card_and_report(trained: CuratorWindow, kept: Path) -> None:
    classifier = read_classifier(kept)
    assert kept.name == "Classifier of artists.safetensors" and set(classifier.head.classes) == set(CLASSES)
    assert classifier.card.title == "Classifier of artists" and "not an attribution" in classifier.card.limits
    assert "Classifier of artists" in kept.with_suffix(".html").read_text(encoding="utf-8")
    assert not trained.keep.isEnabled() and trained.label.isVisible()


def test_a_second_one_of_that_name_replaces_nothing(
    qtbot: QtBot, studio: Studio, trained: CuratorWindow, kept: Path
) -> None:
    before = kept.read_bytes()
    press(qtbot, trained.main)
    qtbot.waitUntil(lambda: studio.curator.controller.trained is not None, timeout=60000)
    press(qtbot, trained.keep)
    qtbot.waitUntil(lambda: studio.curator.controller.kept is not None)
    assert studio.curator.controller.kept == kept.with_stem(f"{kept.stem} 2") and kept.read_bytes() == before


def test_a_page_of_that_name_is_not_replaced(qtbot: QtBot, studio: Studio, trained: CuratorWindow) -> None:
    folder = classifiers_folder()
    folder.mkdir(parents=True)
    page = folder / "Classifier of artists.html"
    page.write_text("the artist's own", encoding="utf-8")
    press(qtbot, trained.keep)
    qtbot.waitUntil(lambda: studio.curator.controller.kept is not None)
    assert studio.curator.controller.kept == folder / "Classifier of artists 2.safetensors"
    assert page.read_text(encoding="utf-8") == "the artist's own"


@pytest.mark.parametrize("what", ["write_classifier", "replace_file"])
def test_of_a_classifier_that_cannot_be_kept_nothing_stays(
    qtbot: QtBot, studio: Studio, trained: CuratorWindow, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def fail(*_: object) -> None:
        raise WriteError("The disk is full.", "Free some space.")

    with monkeypatch.context() as patch:
        patch.setattr(f"studio.ui.curator.train_controller.{what}", fail)
        press(qtbot, trained.keep)
        wait_for_problem(qtbot, trained, "The disk is full.")
    assert list(classifiers_folder().iterdir()) == [] and trained.keep.isEnabled()
    press(qtbot, trained.keep)
    qtbot.waitUntil(lambda: studio.curator.controller.kept is not None)
    assert studio.curator.controller.kept == classifiers_folder() / "Classifier of artists.safetensors"


def test_discard_throws_it_away_and_leaves_the_folder_chosen(studio: Studio, trained: CuratorWindow) -> None:
    trained.discard.click()
    assert studio.curator.controller.trained is None and rows_of(trained) and trained.main.isEnabled()
    assert not trained.save_report.isEnabled() and trained.pages.currentIndex() == 0


def test_the_report_is_saved_as_pdf_and_as_a_page(qtbot: QtBot, trained: CuratorWindow, tmp_path: Path) -> None:
    found = trained._controller.trained
    assert found is not None
    for name, start in (("report.pdf", b"%PDF-"), ("report.html", b"<!doctype html>")):
        with qtbot.waitSignal(trained.reports.saved):
            trained.reports.write(tmp_path / name, "Artists", found.assessment)
        data = (tmp_path / name).read_bytes()
        assert data.startswith(start) and len(data) > 4000
    assert trained.messages.text.text() == "The report is saved as report.html."


def test_a_report_that_cannot_be_written_costs_a_sentence(qtbot: QtBot, trained: CuratorWindow, tmp_path: Path) -> None:
    found = trained._controller.trained
    assert found is not None
    with qtbot.waitSignal(trained.reports.message_posted):
        trained.reports.write(tmp_path / "nowhere" / "report.pdf", "Artists", found.assessment)
    assert trained.messages.message is not None and trained.messages.message.is_problem


def test_the_report_follows_the_theme(qtbot: QtBot, qapp: QApplication, trained: CuratorWindow) -> None:
    qtbot.waitUntil(lambda: "#e8e8e8" in trained.report.text.toHtml())
    apply_theme(qapp, "light")
    qtbot.waitUntil(lambda: "#1c1c1c" in trained.report.text.toHtml())
    apply_theme(qapp, "dark")


def test_closing_the_studio_asks_before_a_training_is_lost(
    qtbot: QtBot, studio: Studio, chosen: CuratorWindow, engine: TrainingEngine
) -> None:
    begin(qtbot, chosen, engine)
    assert not studio.window.close()
    (question,) = studio.window.findChildren(QMessageBox)
    assert question.text() == "A classifier is being trained."
    question.button(QMessageBox.StandardButton.Cancel).click()
    assert studio.window.isVisible()
    engine.training.open()
    qtbot.waitUntil(lambda: studio.curator.controller.trained is not None, timeout=60000)
    assert not studio.window.close()
    question = next(one for one in studio.window.findChildren(QMessageBox) if one.isVisible())
    assert question.text() == "The classifier has not been kept."
    studio.curator.controller.discard()
    question.close()


def test_one_thing_is_learnt_at_a_time(
    qtbot: QtBot, studio: Studio, chosen: CuratorWindow, engine: TrainingEngine
) -> None:
    studio.session.activities.begin("learning")
    press(qtbot, chosen.main)
    assert "A style is being learnt." in chosen.messages.text.text() and not engine.requests_to_train
    studio.session.activities.end("learning")


def test_what_the_settings_say_is_what_is_asked_for(
    qtbot: QtBot, chosen: CuratorWindow, engine: TrainingEngine
) -> None:
    chosen.form.layers.setCurrentIndex(chosen.form.layers.findData(15))
    chosen.form.numbers["epochs"].setValue(5)
    chosen.form.numbers["head_rate"].setValue(0.002)
    assert chosen.form.words.text().startswith("Stages 0 to 14 of the network stay frozen.")
    press(qtbot, chosen.main)
    qtbot.waitUntil(lambda: bool(engine.requests_to_train))
    settings = engine.requests_to_train[0].settings
    assert (settings.first_stage, settings.epochs, settings.head_rate, settings.is_tuned) == (15, 5, 0.002, True)
    chosen.form.layers.setCurrentIndex(0)
    assert not chosen.form.settings.is_tuned and not chosen.form.numbers["epochs"].isEnabled()
    assert chosen.form.numbers["block_rate"].text() == "0.0001"


def test_what_the_library_knows_is_a_source_too(
    qtbot: QtBot, studio: Studio, window: CuratorWindow, tmp_path: Path
) -> None:
    folder = tmp_path / "collection"
    rows = ["path\ttitle\tauthor\tyear"]
    for author, colour in CLASSES.items():
        for number in range(3):
            save(folder / f"{author}-{number}.png", colour, seed=number)
            rows.append(f"{author}-{number}.png\t{author} {number}\t{author}\t1889")
    save(folder / "nobody.png", (5, 5, 5))
    (folder / "MANIFEST.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    studio.library.add([folder])
    qtbot.waitUntil(lambda: len(studio.library.browser.found.rows) == 10, timeout=60000)  # they are on the disk
    window.source.library_chosen.emit("author", False)
    qtbot.waitUntil(lambda: studio.curator.controller.can_train)
    assert rows_of(window) == [(name, "3", "3") for name in CLASSES]
    assert "One picture belongs to no class" in window.classes.left_out.text()
    window.source.library_chosen.emit("medium", False)
    wait_for_problem(qtbot, window, "Nothing of that is known of these pictures.")
    window.source.library_chosen.emit("author", True)  # nothing is selected
    wait_for_problem(qtbot, window, "Select pictures in the library first.")


def test_closing_does_not_wait_until_a_folder_is_sorted_out(
    qtbot: QtBot, studio: Studio, window: CuratorWindow, artists: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    looked: list[Path] = []
    waited_for = threading.Event()
    training = studio.curator._training
    end = training.close

    def look(path: Path, *_: object) -> bool:
        looked.append(path)
        return not waited_for.wait(GUARD_SECONDS)

    def close() -> None:
        waited_for.set()
        end()

    monkeypatch.setattr("studio.core.curator.examples.forbids_learning", look)
    monkeypatch.setattr(training, "close", close)
    window.source.folder_chosen.emit([artists])
    qtbot.waitUntil(lambda: bool(looked))
    studio.curator.close()
    assert len(looked) == 1 and not caplog.records
