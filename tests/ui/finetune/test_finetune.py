"""Teaching a style in the window: pictures in, learnt while the artist works, and a tile in the gallery at the end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.artwork.credits import credits_of
from studio.core.engine_api.contract import DescribeRequest, Done, Frame, LiveRequest, Progress
from studio.core.engine_api.learning import TrainingStep, TuneRequest
from studio.core.styles.learned_style_file import training_file, write_learned
from studio.core.styles.load_style import is_learned
from studio.ui.app import Studio
from studio.ui.finetune.sample_view import EnlargedSamples
from studio.ui.finetune.tune_window import TuneWindow
from studio.ui.importing.drop_zones import Drop
from studio.ui.importing.mime_payload import Payload
from studio.ui.session.settings import Settings
from tests.support.disk_without_locks import refuse_locks_in
from tests.support.dragging import HELD, files
from tests.support.fakes import FakeEngine, Gate, make_card, make_learned, make_picture

Killed = Callable[[Studio], tuple[Studio, FakeEngine]]


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(gate=Gate())


@pytest.fixture
def works(tmp_path: Path) -> Path:
    folder = tmp_path / "works"
    folder.mkdir()
    for number in range(3):
        Image.fromarray(make_picture(300, 280, seed=number).pixels).save(folder / f"work {number}.png")
    return folder


@pytest.fixture
def tune_window(qtbot: QtBot, loaded: Studio, works: Path) -> Iterator[TuneWindow]:
    """The window of a studio with a photo, three pictures in it."""
    window = loaded.tune_window
    window.open_beside()
    with qtbot.waitSignal(loaded.tune_controller.references.changed):
        loaded.tune_controller.references.add([works])
    yield window
    window.hide()


@pytest.fixture
def killed(
    qtbot: QtBot, settings: Settings, thumbnail_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Killed]:
    """Starts the studio again on what lies on the disk this moment, as it would after a kill."""
    studios: list[Studio] = []

    def restart(studio: Studio) -> tuple[Studio, FakeEngine]:
        left = studio.tune_controller.output.parent
        shutil.copytree(left, tmp_path / "again" / "learning")
        monkeypatch.setenv("STYLE_STUDIO_DATA", str(tmp_path / "again"))
        engine = FakeEngine()
        again = Studio(lambda: engine, settings, thumbnail_folder)
        studios.append(again)
        again.window.show()
        qtbot.waitUntil(lambda: again.session.engine.info is not None)
        return again, engine

    yield restart
    for studio in studios:
        studio.close()


def press(qtbot: QtBot, button: object) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[arg-type]


def tune_requests(engine: FakeEngine) -> list[TuneRequest]:
    return [request for request in engine.requests if isinstance(request, TuneRequest)]


def own(studio: Studio) -> list[str]:
    return [card.title for card in studio.importer.user_styles.cards]


def begin(qtbot: QtBot, window: TuneWindow, engine: FakeEngine) -> None:
    """Learn, and hold the engine in front of its first step."""
    press(qtbot, window.main)
    qtbot.waitUntil(lambda: any(isinstance(request, TuneRequest) for request in engine.requests))
    gate_of(engine).wait_until_reached()


def learn_to_the_end(qtbot: QtBot, studio: Studio, window: TuneWindow, gate: Gate) -> None:
    gate.open()
    press(qtbot, window.main)
    qtbot.waitUntil(lambda: studio.tune_controller.is_over)


def gate_of(engine: FakeEngine) -> Gate:
    assert isinstance(engine.gate, Gate)
    return engine.gate


def test_a_style_is_learnt_kept_and_used(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine
) -> None:
    qtbot.keyClicks(tune_window.title, "My hand")
    qtbot.keyClicks(tune_window.author, "Me")
    learn_to_the_end(qtbot, loaded, tune_window, gate_of(engine))
    assert tune_window.progress.text() == "Learnt. Keep it to add it to the gallery."
    with qtbot.waitSignal(loaded.importer.user_styles.added):
        press(qtbot, tune_window.keep)
    assert own(loaded) == ["My hand"]
    assert tune_window.messages.text.text().startswith("My hand is in the gallery of the studio now, under Mine.")
    (card,) = loaded.importer.user_styles.cards
    assert (card.author, is_learned(card)) == ("Me", True)
    qtbot.waitUntil(lambda: not loaded.tune_controller.output.exists())
    assert card.trained_on == "work 0, work 1 and work 2"
    assert tune_window.messages.message is not None and tune_window.messages.message.action == "use_taught"
    loaded.actions["use_taught"].trigger()
    qtbot.waitUntil(lambda: loaded.session.artwork.styles[0].learned is not None)
    state = loaded.session.artwork.state
    made_of = credits_of(state.content, state.styles, state.recipe)
    assert made_of.lines[0] == "My hand (Me), licence unknown; learnt from work 0, work 1 and work 2"


def test_the_line_below_tells_of_a_lesson_whose_window_is_closed(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine
) -> None:
    told = loaded.window.status_bar.lesson
    assert not told.isVisible()
    begin(qtbot, tune_window, engine)
    assert told.isVisible() and told.text() == "Lesson: 0 %"
    gate_of(engine).let_pass()
    qtbot.waitUntil(lambda: told.text() == "Lesson: 33 %")
    tune_window.close()
    told.click()
    assert tune_window.isVisible()
    gate_of(engine).open()
    qtbot.waitUntil(lambda: loaded.tune_controller.is_over)
    assert not told.isVisible()


def test_no_button_moves_from_the_start_to_the_end(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine
) -> None:
    def places() -> list[QPoint]:
        shown = (tune_window.discard, tune_window.keep, tune_window._main_place)
        return [button.mapTo(tune_window, QPoint()) for button in shown]

    before = places()
    begin(qtbot, tune_window, engine)
    assert places() == before and tune_window.main.text() == "Stop"
    gate_of(engine).let_pass()
    qtbot.waitUntil(lambda: loaded.tune_controller.has_style)
    press(qtbot, tune_window.main)
    gate_of(engine).open()
    qtbot.waitUntil(tune_window.resume.isVisible)  # where Stop was: a hasty second click throws nothing away
    assert places() == before and tune_window.again.isVisible()
    press(qtbot, tune_window.discard)
    qtbot.waitUntil(tune_window.main.isVisible)
    assert places() == before and not tune_window.again.isVisible()


def test_the_time_left_is_told(qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine) -> None:
    begin(qtbot, tune_window, engine)
    assert loaded.tune_controller.seconds_left is None
    gate_of(engine).let_pass()
    qtbot.waitUntil(lambda: tune_window.progress.text() == "Step 1 of 3, almost done")
    assert loaded.tune_controller.seconds_left == pytest.approx(0.2)  # a step takes 0.1 s
    gate_of(engine).open()
    qtbot.waitUntil(lambda: loaded.tune_controller.is_over)


def test_sample_and_curve_follow(qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine) -> None:
    begin(qtbot, tune_window, engine)
    for step in (1, 2):
        gate_of(engine).let_pass()
        qtbot.waitUntil(lambda step=step: tune_window.progress.text().startswith(f"Step {step} of 3"))
        qtbot.waitUntil(lambda: not tune_window.samples.taught.image.pixmap().isNull())
    best = tune_window.curve.best
    assert best is not None and best.step == 2
    assert "best at step 2" in tune_window.curve.accessibleDescription()


def test_the_untaught_mix_stays_beside_what_is_taught(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine
) -> None:
    begin(qtbot, tune_window, engine)
    qtbot.waitUntil(lambda: not tune_window.samples.untaught.image.pixmap().isNull())
    assert tune_window.samples.taught.image.pixmap().isNull()
    untaught = loaded.tune_controller.untaught
    gate_of(engine).let_pass()
    qtbot.waitUntil(lambda: not tune_window.samples.taught.image.pixmap().isNull())
    assert loaded.tune_controller.untaught is untaught
    assert not tune_window.samples.untaught.image.pixmap().isNull()


def test_a_finish_goes_first_and_learning_goes_on_afterwards(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine
) -> None:
    begin(qtbot, tune_window, engine)
    loaded.session.finish()
    assert tune_window.progress.text() == "Waits for the picture on the canvas"
    gate_of(engine).open()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished and loaded.tune_controller.is_over)
    kinds = [type(each).__name__ for each in engine.requests if not isinstance(each, LiveRequest | DescribeRequest)]
    assert kinds == ["TuneRequest", "StyleRequest"]
    assert engine.closed == []


def test_what_was_stopped_can_be_gone_on_with_exactly(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine
) -> None:
    begin(qtbot, tune_window, engine)
    gate_of(engine).let_pass()
    qtbot.waitUntil(lambda: loaded.tune_controller.has_style)
    press(qtbot, tune_window.main)  # Stop
    gate_of(engine).open()
    qtbot.waitUntil(lambda: not loaded.tune_controller.is_learning)
    assert tune_window.resume.isVisible() and tune_window.keep.isEnabled()
    assert not tune_window.main.isVisible() and tune_window.again.text() == "Start over"
    press(qtbot, tune_window.resume)
    qtbot.waitUntil(lambda: loaded.tune_controller.is_over)
    first, second = tune_requests(engine)
    assert (first.is_resumed, second.is_resumed) == (False, True)
    assert first.references == second.references
    steps = [step.step for step in loaded.tune_controller.training_log]
    assert steps == [1, 2, 3]


def test_the_time_left_of_a_lesson_that_is_resumed_is_that_of_the_steps_it_lacks(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine
) -> None:
    begin(qtbot, tune_window, engine)
    controller = loaded.tune_controller
    gate_of(engine).let_pass(2)
    qtbot.waitUntil(lambda: len(controller.training_log) == 2)  # of three steps
    press(qtbot, tune_window.main)  # Stop
    gate_of(engine).open()
    qtbot.waitUntil(lambda: not controller.is_learning)
    engine.gate = Gate()
    press(qtbot, tune_window.resume)
    qtbot.waitUntil(lambda: controller.note == "Looking at the pictures")  # nothing has been learnt since
    left, whole = controller.seconds_left, controller.expected(tune_requests(engine)[0].settings)
    assert whole is not None and left is not None and left < whole.seconds / 2
    gate_of(engine).open()
    qtbot.waitUntil(lambda: controller.is_over)


def test_what_is_discarded_leaves_no_file(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine
) -> None:
    learn_to_the_end(qtbot, loaded, tune_window, gate_of(engine))
    press(qtbot, tune_window.discard)
    output = loaded.tune_controller.output
    qtbot.waitUntil(lambda: not output.exists() and not list(output.parent.iterdir()))
    assert not tune_window.keep.isEnabled()
    assert own(loaded) == []
    assert len(loaded.tune_controller.references.pictures) == 3


def test_learning_goes_on_exactly_after_the_program_was_killed(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine, settings: Settings, killed: Killed
) -> None:
    qtbot.keyClicks(tune_window.title, "My hand")
    qtbot.keyClicks(tune_window.author, "Me")
    tune_window.licence.setCurrentText("CC BY 4.0")
    tune_window.knobs.deeper.setChecked(True)
    tune_window.knobs.numbers["steps"].setValue(33)
    begin(qtbot, tune_window, engine)
    gate_of(engine).let_pass()
    qtbot.waitUntil(lambda: loaded.tune_controller.has_style)
    first = tune_requests(engine)[0]

    again, next_engine = killed(loaded)
    window = again.tune_window
    qtbot.waitUntil(lambda: again.tune_controller.can_resume)
    assert again.window.messages.text.text() == (
        "My hand was being learnt when the studio ended. It can be resumed, kept or discarded."
    )
    assert again.window.messages.message.stays  # it may have been a lesson of an hour
    window.open_beside()
    assert again.window.messages.message is None
    assert window.progress.text() == "My hand was being learnt when the studio ended."
    assert window.resume.isVisible() and window.keep.isEnabled() and window.discard.isEnabled()
    assert (window.title.text(), window.author.text(), window.licence.currentText()) == ("My hand", "Me", "CC BY 4.0")
    assert window.knobs.settings == first.settings
    assert window.strip.list.count() == 3
    assert "best at step 1" in window.curve.accessibleDescription() and window.bar.value() == 333
    press(qtbot, window.resume)
    qtbot.waitUntil(lambda: again.tune_controller.is_over)
    (second,) = tune_requests(next_engine)
    assert second.is_resumed
    for kind in ("references", "photos"):
        pairs = zip(getattr(first, kind), getattr(second, kind), strict=True)
        assert all(before.fingerprint == after.fingerprint for before, after in pairs)
    assert (second.settings, second.card.title) == (first.settings, "My hand")
    with qtbot.waitSignal(again.importer.user_styles.added):
        press(qtbot, window.keep)
    assert own(again) == ["My hand"]


def test_what_a_killed_program_began_can_be_discarded(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine, killed: Killed
) -> None:
    begin(qtbot, tune_window, engine)
    gate_of(engine).let_pass()
    qtbot.waitUntil(lambda: loaded.tune_controller.has_style)
    again, _ = killed(loaded)
    qtbot.waitUntil(lambda: again.tune_controller.can_resume)
    again.tune_window.open_beside()
    press(qtbot, again.tune_window.discard)
    qtbot.waitUntil(lambda: not list(again.tune_controller.output.parent.iterdir()))
    qtbot.waitUntil(lambda: not again.tune_controller.is_looking)
    assert not again.tune_window.resume.isVisible() and again.tune_window.progress.text().endswith(" on this computer.")


def test_what_had_learnt_nothing_when_the_program_was_killed_is_chosen_again_once(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine, killed: Killed
) -> None:
    qtbot.keyClicks(tune_window.title, "My hand")
    begin(qtbot, tune_window, engine)
    again, _ = killed(loaded)
    qtbot.waitUntil(lambda: len(again.tune_controller.references.pictures) == 3)
    assert again.window.messages.text.text() == (
        "My hand had learnt nothing yet when the studio ended. Its pictures are chosen again."
    )
    assert not again.tune_controller.has_style and again.tune_window.title.text() == "My hand"
    qtbot.waitUntil(lambda: not list(again.tune_controller.output.parent.iterdir()))
    press(qtbot, again.tune_window.main)
    qtbot.waitUntil(lambda: again.tune_controller.is_over)
    gate_of(engine).open()


def test_pictures_are_chosen_again_if_the_program_was_killed_while_it_saved_the_first_step(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine, killed: Killed
) -> None:
    qtbot.keyClicks(tune_window.title, "My hand")
    begin(qtbot, tune_window, engine)
    (request,) = tune_requests(engine)
    write_learned(request.output, request.card, make_learned())  # and nothing to resume by
    again, _ = killed(loaded)
    window, references = again.tune_window, again.tune_controller.references
    qtbot.waitUntil(lambda: len(references.pictures) == 3)
    assert again.window.messages.text.text() == (
        "My hand was being learnt when the studio ended. What it has learnt can be kept; its pictures are chosen again."
    )
    window.open_beside()
    assert window.keep.isEnabled() and window.title.text() == "My hand"
    assert not window.resume.isVisible() and window.main.text() == "Learn" and window.main.isEnabled()
    press(qtbot, window.discard)
    qtbot.waitUntil(lambda: not list(again.tune_controller.output.parent.iterdir()))
    assert len(references.pictures) == 3
    gate_of(engine).open()


def test_all_pictures_are_removed_at_once_and_several_by_delete(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow
) -> None:
    references, rows = loaded.tune_controller.references, tune_window.strip.list
    assert tune_window.count.text() == "3 of at most 30"
    for row in (0, 2):
        rows.item(row).setSelected(True)
    with qtbot.waitSignal(references.changed):
        qtbot.keyClick(tune_window.strip, Qt.Key.Key_Delete)
    assert [picture.name for picture in references.pictures] == ["work 1.png"]
    with qtbot.waitSignal(references.changed):
        press(qtbot, tune_window.remove_all)
    assert references.pictures == () and tune_window.count.text() == "" and not tune_window.remove_all.isEnabled()


def test_whose_photo_shows_what_is_learnt_is_said(
    qtbot: QtBot, studio: Studio, loaded: Studio, save_photo: Callable[..., Path]
) -> None:
    views = loaded.tune_window.samples
    loaded.tune_window.open_beside()
    assert views.untaught.invitation.startswith("Your photo in a mix")
    loaded.session.change(content=None)
    assert views.taught.invitation.startswith("A photo of the studio in the new style")
    with qtbot.waitSignal(loaded.tune_controller.photos.changed):
        loaded.tune_controller.photos.add([save_photo("mine.png")])
    assert views.untaught.invitation.startswith("The first of your photos")
    loaded.tune_window.hide()


def test_what_another_studio_learns_is_left_alone(
    qtbot: QtBot,
    loaded: Studio,
    tune_window: TuneWindow,
    engine: FakeEngine,
    works: Path,
    settings: Settings,
    thumbnail_folder: Path,
) -> None:
    begin(qtbot, tune_window, engine)
    gate_of(engine).let_pass()
    qtbot.waitUntil(lambda: loaded.tune_controller.has_style)
    second = Studio(FakeEngine, settings, thumbnail_folder)
    with qtbot.waitSignal(second.tune_controller.references.changed):  # after the look at what is there
        second.tune_controller.references.add([works])
    assert not second.tune_controller.has_style and second.window.messages.message is None
    second.tune_window.main.click()
    qtbot.waitUntil(lambda: not second.tune_controller.is_learning)
    assert "Another window of the studio is learning" in second.tune_window.messages.text.text()
    second.close()
    assert loaded.tune_controller.output.exists() and training_file(loaded.tune_controller.output).exists()


def test_what_another_computer_has_learnt_is_left_alone_on_a_disk_without_locks(
    qtbot: QtBot,
    loaded: Studio,
    tune_window: TuneWindow,
    engine: FakeEngine,
    works: Path,
    settings: Settings,
    thumbnail_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse_locks_in(loaded.tune_controller.output.parent.parent, monkeypatch)
    learn_to_the_end(qtbot, loaded, tune_window, gate_of(engine))
    learnt = loaded.tune_controller.output.read_bytes()
    monkeypatch.setattr("studio.ui.finetune.lesson_place.machine", lambda: "0123abcd")  # of the other one
    second = Studio(lambda: FakeEngine(frames=1), settings, thumbnail_folder)
    second.window.show()
    qtbot.waitUntil(lambda: second.session.engine.info is not None)
    with qtbot.waitSignal(second.tune_controller.references.changed):  # after the look at what is there
        second.tune_controller.references.add([works])
    assert not second.tune_controller.has_style and second.window.messages.message is None
    second.tune_window.main.click()
    qtbot.waitUntil(lambda: second.tune_controller.is_over)
    second.tune_controller.discard()
    second.close()
    assert loaded.tune_controller.output.read_bytes() == learnt
    with qtbot.waitSignal(loaded.importer.user_styles.added):
        press(qtbot, tune_window.keep)


def test_a_style_whose_training_is_gone_can_still_be_kept(qtbot: QtBot, loaded: Studio, killed: Killed) -> None:
    output = loaded.tune_controller.output
    output.parent.mkdir(parents=True)
    write_learned(output, make_card("left", author="Me"), make_learned())
    again, _ = killed(loaded)
    qtbot.waitUntil(lambda: again.tune_controller.has_style)
    assert again.window.messages.text.text().startswith("Title of left was being learnt when the studio ended.")
    again.tune_window.open_beside()
    assert not again.tune_window.resume.isVisible()
    with qtbot.waitSignal(again.importer.user_styles.added):
        press(qtbot, again.tune_window.keep)
    assert own(again) == ["Title of left"]


def test_a_style_begun_afresh_is_never_gone_on_with_as_the_one_before(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine
) -> None:
    begin(qtbot, tune_window, engine)
    gate_of(engine).let_pass()
    qtbot.waitUntil(lambda: loaded.tune_controller.has_style)
    gate_of(engine).wait_until_reached()
    press(qtbot, tune_window.main)  # Stop
    gate_of(engine).let_pass()
    qtbot.waitUntil(lambda: not loaded.tune_controller.is_learning)
    press(qtbot, tune_window.again)  # Learn anew, and stop before the first step
    qtbot.waitUntil(lambda: len(tune_requests(engine)) == 2)
    assert not training_file(loaded.tune_controller.output).exists()
    assert not loaded.tune_controller.can_resume


def test_own_photos_are_learnt_on_and_bad_ones_left_out(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine, save_photo: Callable[..., Path]
) -> None:
    broken = save_photo("broken.png")
    broken.write_bytes(b"not a picture")
    tune_window.knobs.fold.click()
    mime = files(save_photo("garden.png", seed=7), broken, save_photo("street.png", 900, 600, seed=8))
    place = tune_window.photos.strip.geometry().center()
    QApplication.sendEvent(tune_window.photos, QDragEnterEvent(place, Qt.DropAction.CopyAction, mime, *HELD))
    drop = QDropEvent(QPointF(place), Qt.DropAction.CopyAction, mime, *HELD)
    with qtbot.waitSignal(loaded.tune_controller.photos.changed):
        QApplication.sendEvent(tune_window.photos, drop)
    assert "broken.png" in tune_window.messages.text.text()
    assert tune_window.photos.strip.list.count() == 2 and tune_window.strip.list.count() == 3
    learn_to_the_end(qtbot, loaded, tune_window, gate_of(engine))
    (request,) = tune_requests(engine)
    assert [(photo.name, photo.long_edge) for photo in request.photos] == [("garden.png", 64), ("street.png", 768)]
    with qtbot.waitSignal(loaded.tune_controller.photos.changed):
        tune_window.photos.strip.list.setCurrentRow(0)
        qtbot.keyClick(tune_window.photos.strip, Qt.Key.Key_Delete)
    assert [photo.name for photo in loaded.tune_controller.photos.pictures] == ["street.png"]


def test_doubts_are_said_and_the_button_says_anyway(
    qtbot: QtBot, loaded: Studio, save_photo: Callable[..., Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"not a picture")
    window = loaded.tune_window
    window.open_beside()
    with qtbot.waitSignal(loaded.tune_controller.references.changed):
        loaded.tune_controller.references.add([save_photo("small.png"), broken])
    assert "One picture teaches its own" in window.remarks.text() and "64 x 48 px" in window.remarks.text()
    assert window.main.text() == "Learn anyway"
    assert "broken.png" in window.messages.text.text()
    with qtbot.waitSignal(loaded.tune_controller.references.changed):
        window.strip.list.setCurrentRow(0)
        qtbot.keyClick(window.strip, Qt.Key.Key_Delete)
    assert loaded.tune_controller.references.pictures == () and not window.main.isEnabled()
    window.hide()


def test_that_only_a_mix_was_saved_is_said_in_the_panel(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine
) -> None:
    begin(qtbot, tune_window, engine)
    (request,) = tune_requests(engine)
    mix = make_picture()
    loaded.session.event_unclaimed.emit(Frame(request.id, 0, 10, 0.0, mix))
    loaded.session.event_unclaimed.emit(Done(request.id, mix, notes=("A mix does as well.",), learned=make_learned()))
    assert tune_window.keep.isEnabled() and tune_window.keep.property("role") == "primary"
    assert tune_window.main.property("role") == "plain"
    assert "Keep adds the mix" in tune_window.progress.text()
    assert tune_window.samples.taught.caption.text() == "The mix, which is saved"
    assert tune_window.samples.taught.image.accessibleName() == "The mix, which is saved"
    gate_of(engine).open()


def test_what_is_gained_is_said_and_a_click_enlarges_the_sample(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine
) -> None:
    begin(qtbot, tune_window, engine)
    (request,) = tune_requests(engine)
    assert tune_window.gain.text() == ""
    said = []
    for number, style in ((0, 0.5), (10, 0.49), (20, 0.4)):
        losses = {"style": style, "content": 0.1, "total": style + 0.1}
        step = TrainingStep(number, 30, losses, losses, is_best=True)
        loaded.session.event_unclaimed.emit(Progress(request.id, number / 30, training_step=step))
        said.append(tune_window.gain.text())
    assert said[:2] == ["", "A mix of these pictures does as well so far."]
    assert said[2] == "So far 20 % nearer to the style than a mix of these pictures; the photo just as recognisable."
    loaded.session.event_unclaimed.emit(Frame(request.id, 20, 30, 0.7, make_picture(seed=3)))
    press(qtbot, tune_window.samples.taught)
    (enlarged,) = tune_window.findChildren(EnlargedSamples)
    assert enlarged.isVisible() and not enlarged.taught.image.pixmap().isNull()
    qtbot.keyClick(enlarged, Qt.Key.Key_Escape)
    gate_of(engine).open()


def test_rights_are_proposed_where_all_cards_agree(qtbot: QtBot, loaded: Studio, works: Path) -> None:
    for number in range(3):
        card = dict.fromkeys(("id", "kind", "year", "source"), "style")
        card |= {"title": "Work", "author": "Anna Maler", "licence": "CC0", "file": f"work {number}.png"}
        (works / f"work {number}.json").write_text(json.dumps(card), encoding="utf-8")
    window = loaded.tune_window
    with qtbot.waitSignal(loaded.tune_controller.references.changed):
        loaded.tune_controller.references.add([works])
    assert (window.author.text(), window.licence.value) == ("Anna Maler", "CC0")


def test_numbers_reach_the_engine_and_frozen_is_said(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine
) -> None:
    knobs = tune_window.knobs
    assert "The last layers learn first" in knobs.frozen.text()
    knobs.deeper.setChecked(False)
    assert "all layers are frozen" in knobs.frozen.text() and not knobs.all_layers.isEnabled()
    knobs.deeper.setChecked(True)
    knobs.all_layers.setChecked(True)
    assert "from the first step" in knobs.frozen.text()
    knobs.numbers["deep_steps"].setValue(33)
    learn_to_the_end(qtbot, loaded, tune_window, gate_of(engine))
    (request,) = tune_requests(engine)
    settings = request.settings
    assert (settings.is_deep, settings.is_gradual, settings.deep_steps) == (True, False, 33)
    assert request.sample is loaded.session.artwork.content


def test_an_exported_style_comes_back_from_its_file(
    qtbot: QtBot, loaded: Studio, tune_window: TuneWindow, engine: FakeEngine, tmp_path: Path
) -> None:
    learn_to_the_end(qtbot, loaded, tune_window, gate_of(engine))
    with qtbot.waitSignal(loaded.importer.user_styles.added):
        press(qtbot, tune_window.keep)
    (card,) = loaded.importer.user_styles.cards
    menu = loaded.window.gallery.menu_for(card)
    assert "Export style\N{HORIZONTAL ELLIPSIS}" in [action.text() for action in menu.actions()]
    file = tmp_path / "mine.safetensors"
    loaded.importer.user_styles.export(card, file)
    qtbot.waitUntil(file.exists)
    with qtbot.waitSignal(loaded.importer.user_styles.changed):
        loaded.importer.user_styles.remove(card.id)
    with qtbot.waitSignal(loaded.importer.user_styles.added):
        loaded.importer.take_drop(Drop("mix", Payload("files", paths=(file,))))
    assert own(loaded) == [card.title]
    qtbot.waitUntil(lambda: len(loaded.session.artwork.styles) == 2)
    assert loaded.session.artwork.styles[1].learned is not None
    loaded.importer.take_drop(Drop("style", Payload("files", paths=(file,))))
    qtbot.waitUntil(lambda: len(loaded.session.artwork.styles) == 1)
