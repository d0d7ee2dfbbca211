"""Labels of the library: given in the background, never without what they are not, searched, filtered and coloured."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.card import bundled_cards
from studio.core.library.library_index import LibraryIndex
from studio.ui.app import Studio
from studio.ui.library.library_model import ENTRY_ROLE
from tests.ui.curator.conftest import CLASSES, WORKS, TrainingEngine, press

NAME = "Classifier of artists"
PICTURES = len(CLASSES) * WORKS + 1


def shown(studio: Studio) -> list[str]:
    """The files that are shown; [] while one of them is still to be read."""
    entries = [studio.library.entries.entry(int(row)) for row in studio.library.room.model.rows]
    return [entry.picture.path.stem for entry in entries if entry is not None] if all(entries) else []


def said(studio: Studio) -> dict[str, str]:
    """What is written below each picture."""
    room = studio.library.room
    found = {}
    for number in range(room.model.rowCount()):
        entry = room.model.data(room.model.index(number), ENTRY_ROLE)
        if entry is not None:
            found[entry.picture.path.stem] = room.model.shown_label(entry)
    return found


@pytest.fixture
def library(qtbot: QtBot, studio: Studio, artists: Path, kept: Path) -> Studio:
    """The studio in its library, with the artists in it and a classifier of them kept."""
    studio.curator.window.close()
    studio.actions["library"].trigger()
    studio.library.add([artists])
    indexer = studio.library.indexer
    qtbot.waitUntil(lambda: indexer.state == "idle" and len(shown(studio)) == PICTURES, timeout=60000)
    return studio


@pytest.fixture
def labelled(qtbot: QtBot, library: Studio, kept: Path) -> Studio:
    """The same, labelled."""
    with qtbot.waitSignal(library.curator.labeller.labelled, timeout=60000):
        library.curator.label(kept)
    qtbot.waitUntil(lambda: all(said(library).values()) and len(said(library)) == PICTURES)
    return library


def test_every_picture_has_a_label_with_its_certainty_and_what_it_is_not(labelled: Studio) -> None:
    labels = said(labelled)
    assert all(label.endswith("; not an attribution") for label in labels.values())
    right = [stem for stem, label in labels.items() if label.startswith(f"{stem.split()[0]}: ")]
    assert len(right) > PICTURES / 2
    assert labels["lonely"].startswith("unknown: ")
    assert labelled.library.room.grid.delegate.has_labels


def test_labels_can_be_searched(qtbot: QtBot, labelled: Studio) -> None:
    counts = labels_of(labelled)
    labelled.library.room.head.search.setText("ocean")
    by_label = {stem for stem, label in said(labelled).items() if label.startswith("ocean: ")}
    by_name = {f"ocean {number}" for number in range(WORKS)}
    qtbot.waitUntil(lambda: set(shown(labelled)) == by_label | by_name)
    assert counts["ocean"] == len(by_label)


def labels_of(studio: Studio) -> dict[str, int]:
    with LibraryIndex() as index:
        return index.labels.counts()[NAME]


def test_labels_can_be_filtered_and_shown_all_again(qtbot: QtBot, labelled: Studio) -> None:
    count = labels_of(labelled)["ember"]
    labelled.curator.show_only((NAME, "ember"))
    qtbot.waitUntil(lambda: len(shown(labelled)) == count)
    assert labelled.curator.bar.text.text() == (
        "Only what Classifier of artists labels as ember. A classifier is not an attribution."
    )
    assert labelled.curator.bar.isVisible()
    press(qtbot, labelled.curator.bar.clear)
    qtbot.waitUntil(lambda: len(shown(labelled)) == PICTURES)
    assert not labelled.curator.bar.isVisible()


def test_unknown_is_a_filter_too(qtbot: QtBot, labelled: Studio) -> None:
    count = labels_of(labelled)[""]
    labelled.curator.show_only((NAME, ""))
    qtbot.waitUntil(lambda: len(shown(labelled)) == count)
    assert "lonely" in shown(labelled)
    assert "labels as unknown" in labelled.curator.bar.text.text()


def test_the_menu_offers_bundled_and_own_classifiers_and_what_they_said(qtbot: QtBot, labelled: Studio) -> None:
    button = labelled.curator.button
    qtbot.waitUntil(lambda: NAME in button.counts and [path.stem for path in button.own] == [NAME])
    button.entries.aboutToShow.emit()
    texts = [action.text() for action in button.entries.actions()]
    assert texts[:2] == ["Train a classifier", "Label the library with"] and f"Show only: {NAME}" in texts
    classifiers = button.entries.actions()[1].menu()
    offered = [action.text() for action in classifiers.actions() if action.text()]
    assert offered == ["Photo or painting", NAME, "Choose a file\N{HORIZONTAL ELLIPSIS}"]
    part = next(action.menu() for action in button.entries.actions() if action.text().startswith("Show only"))
    assert any(action.text().startswith("ember  (") for action in part.actions())


def test_the_map_is_coloured_by_labels(qtbot: QtBot, labelled: Studio) -> None:
    room = labelled.library.room
    room.head.map.click()
    qtbot.waitUntil(lambda: len(room.map.controller.pictures) == PICTURES)
    room.map.colors.setCurrentIndex(room.map.colors.findData("label"))
    scale = room.map.map._works.scale
    assert scale.title == "Label (not an attribution)" and set(scale.labels) <= set(CLASSES) and len(scale.labels) > 1
    assert any("not an attribution" in title for title in room.map.map._works.titles)


def test_labelling_can_be_stopped_and_keeps_what_was_said(
    qtbot: QtBot, library: Studio, kept: Path, engine: TrainingEngine
) -> None:
    engine.describing = type(engine.describing)()
    library.curator.label(kept)
    qtbot.waitUntil(lambda: engine.describing._waiting > 0)
    assert "Labelling with Classifier of artists: 0 of 19. A classifier is not an attribution." in (
        library.curator.bar.text.text()
    )
    for number in range(1, 4):
        engine.describing.let_pass()
        qtbot.waitUntil(lambda number=number: library.curator.labeller.done == number)  # type: ignore[misc]
    press(qtbot, library.curator.bar.stop)
    engine.describing.open()
    qtbot.waitUntil(lambda: len([label for label in said(library).values() if label]) == 3)
    assert not library.curator.labeller.is_labelling and not library.curator.bar.isVisible()


def test_labelling_anew_forgets_what_was_said_before(qtbot: QtBot, labelled: Studio, kept: Path) -> None:
    with LibraryIndex(is_writer=True) as index:
        index.labels.put(int(index.rows()[0]), NAME, "nonsense", 1.0)
        index.commit()
    with qtbot.waitSignal(labelled.curator.labeller.labelled, timeout=60000):
        labelled.curator.label(kept)
    assert "nonsense" not in labels_of(labelled)


@pytest.mark.parametrize("data", [b"", b"\xff" * 64, b'\x10\x00\x00\x00\x00\x00\x00\x00{"__metadata__":{}}'])
def test_a_hostile_file_costs_a_sentence(qtbot: QtBot, library: Studio, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "<b>evil.safetensors"
    path.write_bytes(data)
    library.curator.label(path)
    qtbot.waitUntil(lambda: _message(library) != "")
    assert "is not a classifier of the studio's" in _message(library)
    assert not library.curator.labeller.is_labelling


def _message(studio: Studio) -> str:
    message = studio.library.room.messages.message
    return "" if message is None else f"{message.text} {message.remedy}"


def test_a_classifier_of_other_features_says_so(qtbot: QtBot, library: Studio) -> None:
    card = next(card for card in bundled_cards("models") if card.category == "classifier")
    library.curator.label(card.file)
    qtbot.waitUntil(lambda: "was trained on" in _message(library))
    assert not library.curator.labeller.is_labelling


def test_an_empty_library_says_so(qtbot: QtBot, studio: Studio, kept: Path) -> None:
    studio.curator.window.close()
    studio.actions["library"].trigger()
    studio.curator.label(kept)
    qtbot.waitUntil(lambda: "There are no pictures in the library." in _message(studio))
    assert not studio.curator.labeller.is_labelling
