"""What the art in the studio represents is counted from cards, and what is not known stands beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from studio.core.card import OWN_CATEGORY, bundled_cards
from studio.core.library.about_art import MOST_SHOWN, Share, portrait_of, portraits_of_folders, portraits_of_models
from studio.core.library.facts import Facts
from studio.core.library.library_index import Described, FileState, LibraryIndex

CARD = bundled_cards("styles")[0]


def test_works_are_counted_by_what_their_cards_say() -> None:
    cards = [replace(CARD, title=f"A{year}", author="Anna", year=str(year)) for year in (1801, 1802, 1901)]
    cards.append(replace(CARD, title="B", author="", year="", licence="unknown", no_learn=True))
    portrait = portrait_of("Mine", cards)
    assert portrait.total == 4
    assert portrait.shares["century"] == (Share("19th century", 2), Share("20th century", 1), Share("", 1))
    assert portrait.shares["author"] == (Share("Anna", 3), Share("", 1))
    assert portrait.shares["licence"][-1] == Share("", 1)
    assert "region" not in portrait.shares and any("region" in sentence for sentence in portrait.missing)
    assert "1 of them are not to be learnt from." in portrait.known


def test_whose_a_style_is_is_no_kind_of_work() -> None:
    portrait = portrait_of("Mine", [replace(CARD, category=OWN_CATEGORY)])
    assert "medium" not in portrait.shares


def test_of_many_entries_the_most_frequent_are_named_and_the_others_added_up() -> None:
    cards = [
        replace(CARD, title=f"{name}{work}", author=f"painter {name}")
        for name in range(MOST_SHOWN + 3)
        for work in range(MOST_SHOWN + 3 - name)
    ]
    shares = portrait_of("Many", cards).shares["author"]
    assert [share.name for share in shares] == [*(f"painter {name}" for name in range(MOST_SHOWN)), None]
    assert shares[-1] == Share(None, 3 + 2 + 1)
    assert sum(share.count for share in shares) == len(cards)


def test_every_bundled_network_says_what_it_has_seen_and_what_it_lacks() -> None:
    portraits = {portrait.title: portrait for portrait in portraits_of_models()}
    cards = bundled_cards("models")
    assert len(portraits) == len(cards)
    for card in cards:
        assert portraits[card.title].known[0] == card.trained_on and portraits[card.title].missing == (card.limits,)


def test_the_styles_a_network_was_trained_on_here_are_counted_from_its_card() -> None:
    trained = [portrait for portrait in portraits_of_models() if portrait.total]
    assert len(trained) >= 2  # the two Live networks of the studio
    for portrait in trained:
        assert sum(share.count for share in portrait.shares["century"]) == portrait.total
        assert sum(share.count for share in portrait.shares["medium"]) == portrait.total


def test_folders_of_the_library_are_counted_from_its_index(tmp_path: Path) -> None:
    vectors = {name: np.full(size, size**-0.5, np.float32) for name, size in (("style", 128), ("subject", 128))}
    vectors["palette"] = np.full(294, 294**-0.5, np.float32)
    with LibraryIndex(tmp_path / "index", is_writer=True) as index:
        for number, author in enumerate(("Anna", "Anna", "")):
            facts = Facts(title=f"Walk {number}", author=author, year="1890", work=str(number))
            path = tmp_path / "walks" / f"{number}.png"
            index.add(path, FileState(1, 1), facts, Described(f"f{number}", 9, 9, vectors))
        index.commit()
    (portrait,) = portraits_of_folders([tmp_path / "walks", tmp_path / "empty"], tmp_path / "index")
    assert (portrait.title, portrait.total) == ("walks", 3)
    assert portrait.shares["author"] == (Share("Anna", 2), Share("", 1))
