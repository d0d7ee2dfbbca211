"""Unsaved work that a project takes the place of is kept and told of; one click brings it back, after a restart too."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from studio.core.project.project_file import load_project
from studio.core.project.session_store import take_session
from studio.core.project.waiting_sessions import left_work, waiting_sessions
from studio.ui.app import Studio
from studio.ui.session.message import Message
from studio.ui.session.settings import Settings
from tests.core.project.projects import make_evening
from tests.support.fakes import GUARD_SECONDS, FakeEngine


@pytest.fixture
def messages(studio: Studio) -> list[Message]:
    found: list[Message] = []
    studio.session.message_posted.connect(lambda message: found.append(message) if message is not None else None)
    return found


def recent(studio: Studio) -> list[QAction]:
    menu = studio.window.tool_bar.menu.menus["Open recent"]
    menu.aboutToShow.emit()
    return [action for action in menu.actions() if action.isEnabled() and action.text()]


def unsaved(studio: Studio) -> list[QAction]:
    return [action for action in recent(studio) if "not saved yet" in action.text()]


def begin(qtbot: QtBot, studio: Studio) -> None:
    with qtbot.waitSignal(studio.autosave.began):
        studio.autosave.start()


def leave_work(qtbot: QtBot, studio: Studio, evening: Path) -> None:
    """Do something, and open a project over it."""
    studio.session.take_artwork(make_evening())
    studio.session.change(strength=0.77)
    studio.session.commit()
    with qtbot.waitSignal(studio.autosave.left):
        studio.projects.open(evening)


def test_work_that_another_project_takes_the_place_of_is_told_of_and_brought_back_with_one_click(
    qtbot: QtBot, studio: Studio, messages: list[Message], evening: Path
) -> None:
    begin(qtbot, studio)
    leave_work(qtbot, studio, evening)
    news = messages[-1]
    assert "not saved yet" in news.text and news.action == "bring_back" and not news.is_problem
    assert studio.session.artwork.recipe.strength != 0.77
    studio.actions["bring_back"].trigger()
    qtbot.waitUntil(lambda: studio.session.artwork.recipe.strength == 0.77)
    assert studio.session.artwork.can_undo and studio.projects.path is None
    qtbot.waitUntil(lambda: len(waiting_sessions()) == 1)  # the project is in its file, as it was


def test_what_was_changed_in_a_project_is_told_apart_from_its_file(
    qtbot: QtBot, studio: Studio, messages: list[Message], evening: Path
) -> None:
    begin(qtbot, studio)
    with qtbot.waitSignal(studio.projects.named):
        studio.projects.open(evening)
    studio.session.change(strength=0.77)
    studio.session.commit()
    with qtbot.waitSignal(studio.autosave.left):
        studio.projects.open(evening)
    said = "What you changed in evening.studio was not saved yet."
    qtbot.waitUntil(lambda: bool(messages) and messages[-1].text == said)


def test_it_is_among_what_was_opened_recently_and_the_project_is_too(
    qtbot: QtBot, studio: Studio, evening: Path
) -> None:
    begin(qtbot, studio)
    leave_work(qtbot, studio, evening)
    qtbot.waitUntil(lambda: len(unsaved(studio)) == 1)
    assert unsaved(studio)[0].text().startswith("boat.jpg and sky.png, not saved yet")
    assert "evening.studio" in [action.text() for action in recent(studio)]
    unsaved(studio)[0].trigger()
    qtbot.waitUntil(lambda: studio.session.artwork.recipe.strength == 0.77)
    qtbot.waitUntil(lambda: not unsaved(studio))
    (entry,) = [action for action in recent(studio) if action.text() == "evening.studio"]
    entry.trigger()
    qtbot.waitUntil(lambda: studio.projects.path == evening)
    qtbot.waitUntil(lambda: len(unsaved(studio)) == 1)


def test_it_is_offered_after_a_restart(
    qtbot: QtBot, studio: Studio, evening: Path, settings: Settings, thumbnail_folder: Path
) -> None:
    begin(qtbot, studio)
    leave_work(qtbot, studio, evening)
    qtbot.waitUntil(lambda: studio.projects.path == evening)
    studio.close()
    again = Studio(lambda: FakeEngine(), settings, thumbnail_folder)
    try:
        begin(qtbot, again)
        assert again.session.artwork.recipe.strength != 0.77  # the project, which was on the canvas
        qtbot.waitUntil(lambda: len(unsaved(again)) == 1)
        unsaved(again)[0].trigger()
        qtbot.waitUntil(lambda: again.session.artwork.recipe.strength == 0.77)
    finally:
        again.close()


def test_a_session_that_was_being_begun_as_the_studio_closed_is_free_for_the_next_start(
    qtbot: QtBot, studio: Studio, evening: Path
) -> None:
    begin(qtbot, studio)
    before = {one.folder for one in waiting_sessions()}
    studio.autosave.recorder.begin(load_project(evening))
    until = time.monotonic() + GUARD_SECONDS
    while not (begun := {one.folder for one in waiting_sessions()} - before):  # nobody takes what comes from there
        assert time.monotonic() < until
        time.sleep(0.01)
    studio.close()
    take_session(begun.pop()).close()


def test_an_empty_canvas_leaves_nothing_behind(
    qtbot: QtBot, studio: Studio, messages: list[Message], evening: Path
) -> None:
    begin(qtbot, studio)
    qtbot.waitUntil(lambda: len(waiting_sessions()) == 1)
    (empty,) = waiting_sessions()
    studio.projects.open(evening)
    qtbot.waitUntil(lambda: [one.folder for one in waiting_sessions()] not in ([], [empty.folder]))
    assert not empty.folder.exists() and not any(message.action == "bring_back" for message in messages)


def test_a_session_that_cannot_be_brought_back_leaves_the_project_its_name(
    qtbot: QtBot, studio: Studio, messages: list[Message], evening: Path, tmp_path: Path
) -> None:
    begin(qtbot, studio)
    studio.projects.open(evening)
    qtbot.waitUntil(lambda: studio.projects.path == evening)
    studio.projects.go_to(tmp_path / "20200101-000000-00000000")
    qtbot.waitUntil(lambda: any(message.is_problem for message in messages))
    assert studio.projects.path == evening and studio.window.windowTitle().startswith("evening")


def test_the_title_has_the_name_of_the_project_and_a_star_while_it_differs_from_its_file(
    qtbot: QtBot, studio: Studio, evening: Path
) -> None:
    studio.projects.open(evening)
    qtbot.waitUntil(lambda: studio.projects.path == evening)
    assert studio.window.windowTitle() == "evening \N{EN DASH} Style Studio"
    studio.session.change(strength=0.31)
    studio.session.commit()
    assert studio.window.windowTitle() == "evening * \N{EN DASH} Style Studio"
    studio.projects.save_as(evening.with_name("night.studio"))
    qtbot.waitUntil(lambda: studio.window.windowTitle() == "night \N{EN DASH} Style Studio")


def test_a_session_nobody_can_read_is_offered_without_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "20200101-000000-00000000"
    folder.mkdir()
    (folder / "sitting.json").write_bytes(b"no document")
    assert [(work.folder, work.name) for work in left_work(3, tmp_path)] == [(folder, "")]
