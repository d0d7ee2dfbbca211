"""Whatever befalls work beside the window, what the window says it is doing comes to an end, with a sentence."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, QThreadPool
from pytestqt.qtbot import QtBot

from studio.core.artwork.blend import Blend
from studio.core.engine_api.contract import Done, Frame
from studio.core.engine_api.learning import TuneRequest
from studio.core.engine_api.tune_settings import TuneSettings
from studio.core.image_io import ExportOptions
from studio.core.styles.learned_style_file import training_file, write_learned
from studio.jobs.batch import batch
from studio.jobs.decoding import answering
from studio.jobs.decoding.answering import OpensHere
from studio.ui.app import Studio
from studio.ui.batch import batch_queue
from studio.ui.canvas.before_after import BeforeAfter
from studio.ui.export.export_dialog import ExportDialog
from studio.ui.gallery import style_previews
from studio.ui.images.thumbnails import Thumbnails
from tests.support.fakes import make_card, make_learned, make_picture

Fail = Callable[..., object]


@pytest.fixture(autouse=True)
def no_fault_in_the_log() -> None:
    """Here, faults are meant."""


@pytest.fixture(params=["OSError", "MemoryError", "TypeError"])
def fail(request: pytest.FixtureRequest) -> Fail:
    """Raises what no task of the studio means to raise."""
    error = {
        "OSError": OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), "x" * 300),
        "MemoryError": MemoryError(),
        "TypeError": TypeError("a bug"),
    }[request.param]

    def raise_it(*_: object, **__: object) -> object:
        raise error

    return raise_it


@pytest.fixture
def chosen(qtbot: QtBot, loaded: Studio, save_photo: Callable[..., Path]) -> Studio:
    """A batch of three photos, ready to start."""
    photos = [save_photo(name, seed=seed) for seed, name in enumerate(("a.png", "b.png", "c.png"))]
    loaded.batch_window.add_places(photos)
    qtbot.waitUntil(lambda: not loaded.batch.is_scanning)
    return loaded


def states(studio: Studio) -> list[str]:
    return [report.state for report in studio.batch.statuses]


def once_for(name: str, original: Fail, fail: Fail) -> Fail:
    """`fail` where an argument is a path or a picture called so, `original` elsewhere."""

    def act(*arguments: object, **options: object) -> object:
        does_fail = any(getattr(argument, "name", "") == name for argument in arguments)
        return (fail if does_fail else original)(*arguments, **options)

    return act


def sentence(studio: Studio) -> str:
    message = studio.window.messages.message
    return message.text if message is not None and message.is_problem else ""


def finish(qtbot: QtBot, studio: Studio) -> None:
    studio.session.finish()
    qtbot.waitUntil(lambda: studio.session.finishing.run is None and studio.session.artwork.result is not None)


def test_an_export_that_fails_ends(
    qtbot: QtBot, loaded: Studio, tmp_path: Path, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(qtbot, loaded)
    monkeypatch.setattr("studio.ui.export.exporter.save_picture", fail)
    loaded.exporter.export(tmp_path / "art.png", ExportOptions(), "Art")
    qtbot.waitUntil(lambda: "exporting" not in loaded.session.activities)
    assert sentence(loaded) and loaded.session.artwork.has_unsaved_result


def test_an_export_that_is_written_and_cannot_be_remembered_ends(
    qtbot: QtBot, loaded: Studio, tmp_path: Path, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(qtbot, loaded)
    monkeypatch.setattr("studio.ui.export.exporter.keep_export_settings", fail)
    loaded.exporter.export(tmp_path / "art.png", ExportOptions(), "Art")
    qtbot.waitUntil(lambda: "exporting" not in loaded.session.activities)
    assert sentence(loaded) and (tmp_path / "art.png").exists()


def test_closing_waits_no_longer_for_an_export_that_fails(
    qtbot: QtBot, loaded: Studio, tmp_path: Path, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(qtbot, loaded)
    monkeypatch.setattr("studio.ui.export.exporter.save_picture", fail)
    loaded.exporter.export(tmp_path / "art.png", ExportOptions(), "Art")
    loaded.window.close()
    qtbot.waitUntil(lambda: "exporting" not in loaded.session.activities)
    assert sentence(loaded) and loaded.window.isVisible()  # the artwork is still to be saved


def test_a_photo_that_cannot_be_opened_is_told_and_the_next_one_opens(
    qtbot: QtBot, studio: Studio, save_photo: Callable[..., Path], fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_photo()
    with monkeypatch.context() as patched:
        patched.setattr(OpensHere, "open_picture", fail)
        studio.importer.open_picture(path)
        qtbot.waitUntil(lambda: bool(sentence(studio)))
    studio.importer.open_picture(path)
    qtbot.waitUntil(lambda: studio.session.artwork.content is not None)


def test_a_recent_picture_that_cannot_be_looked_for_stays_on_the_list(
    qtbot: QtBot, loaded: Studio, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = loaded.recent.paths
    monkeypatch.setattr("studio.ui.importing.recent_files._existing", fail)
    loaded.recent.choose(paths[0])
    qtbot.waitUntil(lambda: bool(sentence(loaded)))
    assert loaded.recent.paths == paths != ()


def test_a_thumbnail_that_cannot_be_made_is_told_and_not_waited_for(
    qtbot: QtBot, tmp_path: Path, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.ui.images.thumbnails.make_thumbnail", fail)
    made = Thumbnails(QSize(8, 8), 1.0, tmp_path)
    with qtbot.waitSignal(made.arrived):
        assert made.pixmap(tmp_path) is None
    assert made.is_unreadable(tmp_path)
    QThreadPool.globalInstance().waitForDone()


def test_a_size_that_cannot_be_measured_is_not_said(
    qtbot: QtBot, loaded: Studio, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(qtbot, loaded)
    monkeypatch.setattr("studio.ui.export.exporter.encode_picture", fail)
    loaded.actions["export"].trigger()
    dialog = loaded.window.findChild(ExportDialog)
    assert dialog.format.size_label.text().startswith("measuring")
    qtbot.waitUntil(lambda: dialog.format.size_label.text() == "")
    dialog.reject()


def test_a_large_blend_is_shown_even_if_its_smaller_sizes_cannot_be_made(
    qtbot: QtBot, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.ui.images.picture_pyramid.LARGE", 0)
    pair = BeforeAfter()
    first, second = make_picture(), make_picture(seed=1)
    with qtbot.waitSignal(pair.sharpened):
        pair.set_before(first)
    monkeypatch.setattr("studio.ui.canvas.before_after.make_levels", fail)
    with qtbot.waitSignal(pair.sharpened):
        pair.set_before(second, waits_for_levels=True)
        assert pair.before.picture is first
    assert pair.before.picture is second


@pytest.mark.parametrize(("act", "state"), [("open", "skipped"), ("save", "failed")])
def test_a_photo_that_fails_in_a_batch_is_left_out_alone(
    qtbot: QtBot, chosen: Studio, fail: Fail, monkeypatch: pytest.MonkeyPatch, act: str, state: str
) -> None:
    if act == "open":
        monkeypatch.setattr(answering, "answer", once_for("b.png", answering.answer, fail))
    else:
        monkeypatch.setattr("studio.jobs.batch.batch.save_picture", once_for("b.png", batch.save_picture, fail))
    chosen.batch.start()
    qtbot.waitUntil(lambda: not chosen.batch.is_running)
    assert states(chosen) == ["done", state, "done"]
    assert chosen.batch.statuses[1].reason
    assert chosen.window.messages.message.text == "2 of 3 pictures are painted; 1 could not be."


@pytest.mark.parametrize("act", ["open", "deliver", "finish"])
def test_a_batch_that_cannot_go_on_ends_and_says_so(
    qtbot: QtBot, chosen: Studio, fail: Fail, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(f"studio.jobs.batch.batch.Batch.{act}", fail)
        chosen.batch.start()
        qtbot.waitUntil(lambda: not chosen.batch.is_running)
    qtbot.waitUntil(lambda: not chosen.batch.is_scanning)
    message = chosen.batch_window.messages.message
    assert message is not None and message.is_problem and "batching" not in chosen.session.activities
    assert states(chosen) == (["done"] if act == "finish" else ["waiting"]) * 3
    chosen.batch.start()
    qtbot.waitUntil(lambda: states(chosen) == ["done"] * 3 and not chosen.batch.is_running)


def test_a_picture_that_cannot_be_saved_after_a_stop_is_not_saved_for_ever(
    qtbot: QtBot, chosen: Studio, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, gate = threading.Event(), threading.Event()

    def deliver(*_: object) -> object:
        reached.set()
        gate.wait(60)
        return fail()

    monkeypatch.setattr("studio.jobs.batch.batch.Batch.deliver", deliver)
    chosen.batch.start()
    qtbot.waitUntil(reached.is_set)
    chosen.batch.stop()
    assert states(chosen)[0] == "saving"
    gate.set()
    qtbot.waitUntil(lambda: states(chosen)[0] == "waiting")


def test_photos_that_cannot_be_looked_for_are_told(
    qtbot: QtBot, chosen: Studio, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.ui.batch.batch_queue.scan", fail)
    chosen.batch.choose(replace(chosen.batch.options, format="webp"))
    qtbot.waitUntil(lambda: not chosen.batch.is_scanning)
    message = chosen.batch_window.messages.message
    assert message is not None and message.is_problem


def test_only_the_newest_choice_may_say_that_it_failed(
    qtbot: QtBot, chosen: Studio, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    webp, jpeg = (replace(chosen.batch.options, format=name) for name in ("webp", "jpeg"))
    original = batch_queue.scan
    monkeypatch.setattr(
        "studio.ui.batch.batch_queue.scan", lambda choice: (fail if choice is webp else original)(choice)
    )
    chosen.batch.choose(webp)
    chosen.batch.choose(jpeg)
    qtbot.waitUntil(lambda: not chosen.batch.is_scanning)
    assert chosen.batch.statuses[0].item.output == "a.jpg"
    assert chosen.batch_window.messages.message is None


def test_a_batch_that_cannot_be_opened_does_not_run(
    qtbot: QtBot, chosen: Studio, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.ui.batch.batch_queue.open_batch", fail)
    chosen.batch.start()
    qtbot.waitUntil(lambda: not chosen.batch.is_running)
    assert "batching" not in chosen.session.activities


def test_after_a_start_in_the_middle_of_a_look_another_can_follow(qtbot: QtBot, chosen: Studio) -> None:
    chosen.batch.choose(replace(chosen.batch.options, format="webp"))
    chosen.batch.start()
    qtbot.waitUntil(lambda: not chosen.batch.is_running)
    assert states(chosen) == ["done"] * 3 and not chosen.batch.is_scanning
    assert chosen.batch_window.main.isEnabled()


def test_a_picture_to_learn_from_that_fails_is_left_out_alone(
    qtbot: QtBot, studio: Studio, save_photo: Callable[..., Path], fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    references = studio.tune_controller.references
    monkeypatch.setattr(OpensHere, "open_picture", once_for("b.png", OpensHere.open_picture, fail))
    references.add([save_photo(name, seed=seed) for seed, name in enumerate(("a.png", "b.png", "c.png"))])
    qtbot.waitUntil(lambda: bool(references.pictures))
    assert [picture.name for picture in references.pictures] == ["a.png", "c.png"]
    message = studio.tune_window.messages.message
    assert message is not None and message.is_problem


@pytest.mark.parametrize("act", ["write_request", "TuneController._begin"])
def test_learning_that_cannot_begin_ends(
    qtbot: QtBot,
    loaded: Studio,
    save_photo: Callable[..., Path],
    fail: Fail,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
) -> None:
    controller = loaded.tune_controller
    controller.references.add([save_photo("work.png", 300, 280)])
    qtbot.waitUntil(lambda: bool(controller.references.pictures))
    monkeypatch.setattr(f"studio.ui.finetune.tune_controller.{act}", fail)
    controller.learn("My hand", "", "", TuneSettings())
    assert "learning" in loaded.session.activities
    qtbot.waitUntil(lambda: "learning" not in loaded.session.activities)
    message = loaded.tune_window.messages.message
    assert message is not None and message.is_problem
    assert not controller.is_learning and not controller.references.is_locked


def test_a_file_that_fails_among_many_is_no_style_and_the_others_are(
    qtbot: QtBot, studio: Studio, save_photo: Callable[..., Path], fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OpensHere, "open_picture", once_for("b.png", OpensHere.open_picture, fail))
    with qtbot.waitSignal(studio.importer.user_styles.message_posted) as posted:
        studio.importer.add_styles(
            [save_photo(name, seed=seed) for seed, name in enumerate(("a.png", "b.png", "c.png"))]
        )
    assert posted.args[0].text.startswith("2 styles added, under Mine. One file was left out. ")


def test_a_file_that_fails_among_many_is_no_photo_and_the_next_one_is(
    qtbot: QtBot, studio: Studio, save_photo: Callable[..., Path], fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OpensHere, "open_picture", once_for("a.png", OpensHere.open_picture, fail))
    first, second = save_photo("a.png"), save_photo("b.png", seed=1)
    studio.importer.open_files([first, second])
    qtbot.waitUntil(lambda: studio.session.artwork.content is not None)
    assert studio.session.artwork.content.name == "b.png"
    studio.importer.open_files([first])
    qtbot.waitUntil(lambda: bool(sentence(studio)))


def test_a_tile_whose_style_cannot_be_opened_is_given_up_and_the_others_are_made(
    qtbot: QtBot, loaded: Studio, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    previews, (first, second, *_) = loaded.window.gallery.grid.delegate.previews, loaded.importer.cards
    original = style_previews.open_style
    monkeypatch.setattr(
        "studio.ui.gallery.style_previews.open_style",
        lambda card, *others: (fail if card is second else original)(card, *others),
    )
    for card in (first, second):  # the last wanted first
        assert previews.pixmap(card) is None
    qtbot.waitUntil(lambda: previews.pixmap(first) is not None)
    assert previews.pixmap(second) is None and not previews._wanted


def test_a_blend_that_cannot_be_made_is_taken_back(
    qtbot: QtBot, loaded: Studio, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.ui.session.blend_renderer.blend_pictures", fail)
    session = loaded.session
    session.change(blend=Blend(session.artwork.content, make_picture(seed=5)))
    assert session.artwork.blend is not None
    qtbot.waitUntil(lambda: session.artwork.blend is None)
    assert sentence(loaded)


def test_a_frame_that_cannot_be_taken_does_not_keep_the_end_of_painting_from_the_window(
    qtbot: QtBot, loaded: Studio, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.ui.session.finish.finish_run.FinishRun.take_event", fail)
    loaded.session.finish()
    run = loaded.session.finishing.run
    assert run is not None
    frame = Frame(run.request.id, 1, 2, 0.5, make_picture())
    with monkeypatch.context() as patched:  # both are fetched at once
        patched.setattr(loaded.bridge, "take_events", lambda: [frame, Done(run.request.id, make_picture(), steps=1)])
        loaded.session._take_events()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None)
    assert sentence(loaded) and loaded.session.artwork.is_finished


def test_a_learnt_style_that_cannot_be_kept_can_be_kept_later_or_discarded(
    qtbot: QtBot, loaded: Studio, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = loaded.tune_controller
    controller.output.parent.mkdir(parents=True)
    write_learned(controller.output, make_card(), make_learned())
    controller.look_for_unfinished()
    qtbot.waitUntil(lambda: controller.has_style)
    with monkeypatch.context() as patched:
        patched.setattr("studio.core.styles.style_library.StyleLibrary.import_learned", fail)
        controller.keep()
        assert controller.is_keeping and not loaded.tune_window.keep.isEnabled()
        controller.discard()  # not while it is read
        qtbot.waitUntil(lambda: not controller.is_keeping)
    assert sentence(loaded) and controller.has_style and loaded.tune_window.keep.isEnabled()
    controller.keep()
    qtbot.waitUntil(lambda: len(loaded.importer.user_styles.cards) == 1 and not controller.has_style)
    qtbot.waitUntil(lambda: not controller.output.exists())


def test_a_picture_that_cannot_be_copied_is_told(
    qtbot: QtBot, loaded: Studio, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(qtbot, loaded)
    monkeypatch.setattr("studio.ui.window.action_handlers.whole_image", fail)
    loaded.actions["copy"].trigger()
    qtbot.waitUntil(lambda: bool(sentence(loaded)))


@pytest.mark.parametrize("act", ["read_request", "check_references", "read_training_log"])
def test_a_learnt_style_can_be_kept_even_if_nothing_says_how_to_go_on(
    qtbot: QtBot, loaded: Studio, fail: Fail, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    controller = loaded.tune_controller
    controller.output.parent.mkdir(parents=True)
    write_learned(controller.output, make_card(), make_learned())
    training_file(controller.output).touch()
    request = TuneRequest((make_picture(),), make_card(), controller.output)
    monkeypatch.setattr("studio.ui.finetune.unfinished.read_request", lambda _: request)
    monkeypatch.setattr(f"studio.ui.finetune.unfinished.{act}", fail)
    controller.look_for_unfinished()
    qtbot.waitUntil(lambda: controller.has_style)
    assert not controller.can_resume
