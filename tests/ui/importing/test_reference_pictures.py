"""Pictures chosen to learn from: each once, none too many, and none while they are being learnt from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from studio.core.engine_api.tune_settings import MOST_PICTURES
from studio.core.training.reference_checks import Remark
from studio.jobs.decoding.answering import OpensHere
from studio.ui.importing.reference_pictures import ReferencePictures
from studio.ui.threads.serial_executor import SerialExecutor
from tests.support.fakes import make_picture


@pytest.fixture
def chosen(qtbot: QtBot) -> Iterator[ReferencePictures]:
    """Each time it says how many there are."""
    files = SerialExecutor("chosen")
    yield ReferencePictures(files, lambda pictures: (Remark(f"These are {len(pictures)}."),), OpensHere())
    files.close()


def add(qtbot: QtBot, chosen: ReferencePictures, *places: Path) -> None:
    with qtbot.waitSignal(chosen.changed):
        chosen.add(places)


def names(chosen: ReferencePictures) -> list[str]:
    return [picture.name for picture in chosen.pictures]


def test_a_picture_chosen_twice_is_there_once(
    qtbot: QtBot, chosen: ReferencePictures, save_photo: Callable[..., Path]
) -> None:
    first = save_photo("a.png")
    add(qtbot, chosen, first)
    add(qtbot, chosen, first, save_photo("same.png"), save_photo("b.png", seed=1))
    assert names(chosen) == ["a.png", "b.png"]
    assert [remark.text for remark in chosen.remarks] == ["These are 2."]
    with qtbot.waitSignal(chosen.changed):
        chosen.remove([0])
    assert names(chosen) == ["b.png"]
    assert [remark.text for remark in chosen.remarks] == ["These are 1."]


def test_bad_files_are_named_and_left_out(
    qtbot: QtBot, chosen: ReferencePictures, save_photo: Callable[..., Path], tmp_path: Path
) -> None:
    broken = [tmp_path / f"broken {number}.png" for number in range(5)]
    for path in broken:
        path.write_bytes(b"no picture")
    with qtbot.waitSignal(chosen.message_posted) as posted:
        chosen.add([*broken, save_photo("good.png")])
    (message,) = posted.args
    assert [f"broken {number}.png" in message.text for number in range(5)] == [True, True, True, False, False]
    assert message.text.endswith("And 2 more are left out.") and message.is_problem
    assert names(chosen) == ["good.png"]


def test_more_than_the_most_are_left_out(qtbot: QtBot, chosen: ReferencePictures, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(MOST_PICTURES + 2):
        Image.fromarray(make_picture(20, 20, seed=number).pixels).save(folder / f"{number}.png")
    with qtbot.waitSignal(chosen.message_posted) as posted:
        chosen.add([folder])
    assert len(chosen.pictures) == MOST_PICTURES
    assert posted.args[0].remedy == "The others are left out."


def test_locked_they_stay(qtbot: QtBot, chosen: ReferencePictures, save_photo: Callable[..., Path]) -> None:
    add(qtbot, chosen, save_photo("a.png"))
    chosen.is_locked = True
    with qtbot.assertNotEmitted(chosen.changed):
        chosen.add([save_photo("b.png", seed=1)])
        chosen.remove([0])
    chosen.is_locked = False
    add(qtbot, chosen, save_photo("c.png", seed=2))  # whatever was asked before would have been done by now
    assert names(chosen) == ["a.png", "c.png"]


def test_what_is_chosen_while_others_are_opened_comes_besides_them(
    qtbot: QtBot, chosen: ReferencePictures, save_photo: Callable[..., Path]
) -> None:
    add(qtbot, chosen, save_photo("a.png"), save_photo("b.png", seed=1))
    with qtbot.waitSignals([chosen.changed] * 4):
        chosen.add([save_photo("c.png", seed=2)])
        chosen.add([save_photo("d.png", seed=3)])
        chosen.remove([0])
        chosen.remove([1])
    assert names(chosen) == ["c.png", "d.png"]
    assert [remark.text for remark in chosen.remarks] == ["These are 2."]


def test_what_comes_after_the_lock_is_left_out_and_told(
    qtbot: QtBot, chosen: ReferencePictures, save_photo: Callable[..., Path]
) -> None:
    add(qtbot, chosen, save_photo("a.png"))
    with qtbot.waitSignal(chosen.message_posted) as posted:
        chosen.add([save_photo("b.png", seed=1)])
        chosen.is_locked = True
    assert "left out" in posted.args[0].text and names(chosen) == ["a.png"]
    chosen.is_locked = False
    add(qtbot, chosen, save_photo("c.png", seed=2))
    assert names(chosen) == ["a.png", "c.png"]


def test_pictures_that_forbid_it_are_left_out_and_named(
    qtbot: QtBot, chosen: ReferencePictures, save_photo: Callable[..., Path]
) -> None:
    free, marked = save_photo("free.png"), save_photo("marked.png", seed=1)
    marked.write_bytes(marked.read_bytes() + b"http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-GENAIMLTRAINING")
    with qtbot.waitSignal(chosen.message_posted) as told:
        chosen.add([free, marked])
    assert names(chosen) == ["free.png"]
    (message,) = told.args
    assert message.text.startswith("1 of 2 pictures may not be learnt from, which leaves 1: too few.")
    assert "marked.png may not be learnt from: its data mining property (IPTC/PLUS" in message.text


def test_a_folder_without_pictures_and_a_picture_without_its_end_are_told(
    qtbot: QtBot, chosen: ReferencePictures, tmp_path: Path
) -> None:
    empty, cut = tmp_path / "holidays", tmp_path / "cut.jpg"
    empty.mkdir()
    Image.fromarray(make_picture(300, 280).pixels).save(cut)
    cut.write_bytes(cut.read_bytes()[:-3000])
    with qtbot.waitSignal(chosen.message_posted) as posted:
        chosen.add([empty, cut])
    (message,) = posted.args
    assert "There are no pictures that can be read in holidays." in message.text
    assert "cut.jpg is damaged: a part of it is missing." in message.text
    assert chosen.pictures == ()
