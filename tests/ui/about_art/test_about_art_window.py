"""The panel about the art: words first, a bar for each share, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.core.card import bundled_cards
from studio.core.errors import StudioError
from studio.core.library.about_art import Portrait, Share, portrait_of
from studio.core.styles.style_library import StyleLibrary
from studio.ui.about_art import about_art
from studio.ui.about_art.about_art_window import AboutArtWindow
from studio.ui.about_art.share_bar import ShareBar
from studio.ui.app import Studio
from studio.ui.widgets.plain_text import PlainLabel
from studio.ui.widgets.screen_room import ScrolledPage
from tests.support.fakes import make_picture

GALLERY = Portrait(
    "The gallery", 4, ("4 works.",), {"century": (Share("19th century", 3), Share("", 1))}, ("No prints.",)
)
NETWORK = Portrait(
    "A network", 0, (f"{'It has seen very much of N. C. Wyeth. ' * 40}At last, a cat.",), {}, ("No paintings.",)
)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[AboutArtWindow]:
    parent = QWidget()
    qtbot.addWidget(parent)
    window = AboutArtWindow(parent)
    window.show_counted([GALLERY], [NETWORK])
    window.show()
    yield window
    window.close()


def texts_of(window: AboutArtWindow) -> list[str]:
    scrolled = window.findChild(ScrolledPage)
    assert scrolled is not None
    return [label.text() for label in scrolled.widget().findChildren(PlainLabel)]


def test_each_share_has_words_and_a_bar_of_its_length(window: AboutArtWindow) -> None:
    texts = [label.text() for label in window.findChildren(PlainLabel)]
    assert [bar.share for bar in window.findChildren(ShareBar)] == [0.75, 0.25]
    for text in ("The gallery", "4 works.", "Periods", "19th century", "3 of 4, 75%", "unknown", "1 of 4, 25%"):
        assert text in texts
    assert texts.index("No prints.") == texts.index("What is missing") + 1
    named = [label.accessibleName() for label in window.findChildren(PlainLabel) if label.accessibleName()]
    assert named == ["Periods, 19th century: 3 of 4, 75%", "Periods, unknown: 1 of 4, 25%"]


def test_what_a_network_has_seen_is_read_to_its_end(window: AboutArtWindow) -> None:
    texts = " ".join(label.text() for label in window.findChildren(PlainLabel))
    assert texts.count("It has seen very much of N. C. Wyeth.") == 40 and "At last, a cat." in texts


def test_a_bar_is_filled_as_far_as_its_share(qtbot: QtBot) -> None:
    filled = []
    for share in (0.0, 0.5, 1.0):
        bar = ShareBar(share)
        qtbot.addWidget(bar)
        bar.resize(200, 10)
        image = bar.grab().toImage()
        middle = [image.pixelColor(x * image.width() // 200, image.height() // 2).name() for x in range(5, 195)]
        filled.append(sum(shade != middle[-1] for shade in middle) if share < 1 else middle.count(middle[0]))
    assert filled[0] == 0 and abs(filled[1] - 95) <= 3 and filled[2] == 190


def test_the_menu_shows_gallery_own_styles_and_networks(qtbot: QtBot, studio: Studio) -> None:
    StyleLibrary().add(make_picture(name="My wall.png"))
    studio.importer.user_styles.load()
    qtbot.waitUntil(lambda: len(studio.importer.user_styles.cards) == 1)
    studio.actions["about_art"].trigger()
    window = studio.window.findChild(AboutArtWindow)
    assert window is not None
    qtbot.waitUntil(lambda: "The gallery" in texts_of(window))
    texts = texts_of(window)
    assert {"The gallery", "Your own styles", "What the networks have seen"} <= set(texts)
    assert all(card.title in texts for card in bundled_cards("models"))
    window.close()


def test_there_is_one_window_which_says_that_it_counts_and_is_counted_anew(
    qtbot: QtBot, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_count = Event()

    def count(title: str, cards: object) -> Portrait:
        may_count.wait(60)
        return portrait_of(title, bundled_cards("styles"))

    monkeypatch.setattr(about_art, "portrait_of", count)
    for _ in range(3):
        studio.actions["about_art"].trigger()
    (window,) = studio.window.findChildren(AboutArtWindow)
    assert window.isVisible() and texts_of(window) == ["Counting…"]
    may_count.set()
    qtbot.waitUntil(lambda: "The gallery" in texts_of(window))
    window.close()
    may_count.clear()
    studio.actions["about_art"].trigger()
    assert studio.window.findChildren(AboutArtWindow) == [window]
    assert window.isVisible() and texts_of(window) == ["Counting…"]
    may_count.set()
    qtbot.waitUntil(lambda: "The gallery" in texts_of(window))
    window.close()


def test_what_cannot_be_counted_leaves_no_window_that_counts_for_ever(
    qtbot: QtBot, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(title: str, cards: object) -> Portrait:
        raise StudioError("The cards cannot be read.")

    monkeypatch.setattr(about_art, "portrait_of", refuse)
    with qtbot.waitSignal(studio.session.message_posted) as told:
        studio.actions["about_art"].trigger()
    assert told.args[0].text == "The cards cannot be read."
    (window,) = studio.window.findChildren(AboutArtWindow)
    assert not window.isVisible()
