"""Why the library shows nothing, in words, and what the one button does about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.ui.library.empty_page import EmptyPage
from studio.ui.library.questions import Kind, Question

FOLDER = Path("paintings")


@dataclass
class StillIndexer:
    """An indexer at rest."""

    folders: tuple[Path, ...] = (FOLDER,)
    state: str = "idle"
    is_open: bool = True


def page_for(qtbot: QtBot, question: Question, indexer: StillIndexer) -> EmptyPage:
    page = EmptyPage(indexer)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.show()
    page.show_why(question)
    return page


@pytest.mark.parametrize(
    ("kind", "words", "title"),
    [
        ("all", "boats", "Nothing matches"),
        ("alike", "boats", "Nothing matches"),
        ("alike", "", "Nothing is that much alike."),
        ("styles", "boats", "No style is that much alike."),
        ("twice", "", "Every picture is there once."),
    ],
)
def test_a_search_without_an_answer_says_so_and_offers_all_pictures(
    qtbot: QtBot, kind: Kind, words: str, title: str
) -> None:
    page = page_for(qtbot, Question((FOLDER,), kind=kind, words=words), StillIndexer())
    assert page.title.text().startswith(title) and page.button.text() == "Show all pictures"
    with qtbot.waitSignal(page.all_requested), qtbot.assertNotEmitted(page.add_requested):
        page.button.click()


def test_without_folders_the_button_adds_one(qtbot: QtBot) -> None:
    page = page_for(qtbot, Question((), words="boats"), StillIndexer(folders=()))
    assert "alike in strokes" in page.text.text()
    with qtbot.waitSignal(page.add_requested), qtbot.assertNotEmitted(page.all_requested):
        page.button.click()


@pytest.mark.parametrize(
    "indexer", [StillIndexer(state="looking"), StillIndexer(is_open=False)], ids=["looks", "opens"]
)
def test_while_pictures_are_looked_at_there_is_nothing_to_do(qtbot: QtBot, indexer: StillIndexer) -> None:
    page = page_for(qtbot, Question((FOLDER,)), indexer)
    assert "in a moment" in page.title.text() and not page.button.isVisible()


def test_folders_without_pictures_name_the_formats(qtbot: QtBot) -> None:
    page = page_for(qtbot, Question((FOLDER,)), StillIndexer())
    assert "no pictures" in page.title.text() and "JPEG" in page.text.text() and page.button.isVisible()
