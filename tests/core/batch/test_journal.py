"""The journal: what it tells after any end, and that one batch at a time holds a folder."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from studio.core.batch.job import BatchItem
from studio.core.batch.journal import JOURNAL_NAME, LARGEST_JOURNAL, Journal, read_journal
from studio.core.errors import StudioError

BOAT, SEA = BatchItem(0, Path("/photos/boat.jpg"), "boat.png"), BatchItem(1, Path("/photos/\udcff.jpg"), "sea.png")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The journal of a batch of two: one is done, one is being written."""
    journal = Journal(tmp_path)
    assert journal.record is None
    journal.begin({"title": "Holiday"}, [BOAT, SEA])
    journal.note(BOAT, "writing", replaces=None)
    journal.note(BOAT, "done")
    journal.note(SEA, "writing", replaces=[1, 2, 3])
    journal.close()
    return tmp_path / JOURNAL_NAME


def test_it_tells_what_was_noted(file: Path) -> None:
    record = read_journal(file.parent)
    assert record is not None
    assert record.job == {"title": "Holiday"}
    assert record.items == {0: BOAT, 1: SEA}
    assert record.states[0]["state"] == "done" and record.states[1]["replaces"] == [1, 2, 3]
    assert record.written == {"boat.png", "sea.png"}
    assert not record.has_ended


def test_a_journal_cut_off_anywhere_tells_what_was_whole_and_goes_on(file: Path) -> None:
    data = file.read_bytes()
    for length in range(len(data)):
        file.write_bytes(data[:length])
        journal = Journal(file.parent)
        whole = data[:length].count(b"\n")
        assert (journal.record is not None) == (whole >= 3)  # the batch and its two items
        assert journal.record is None or len(journal.record.items) == 2
        assert file.read_bytes() == (data[: data.rfind(b"\n", 0, length) + 1] if whole >= 3 else b"")
        journal.begin({}, [SEA])
        journal.close()
        again = read_journal(file.parent)
        assert again is not None and again.items == {1: SEA}


def test_a_batch_cut_off_in_its_items_never_began_and_the_one_before_it_goes_on(file: Path) -> None:
    before, more = file.read_bytes(), BatchItem(2, Path("/photos/new.jpg"), "new.png")
    journal = Journal(file.parent)
    journal.begin({"title": "Another"}, [SEA, more])
    journal.close()
    whole = file.read_bytes()
    for length in range(len(before), len(whole)):
        file.write_bytes(whole[:length])
        assert read_journal(file.parent).job == {"title": "Holiday"}
        journal = Journal(file.parent)
        assert journal.record.job == {"title": "Holiday"} and journal.record.items == {0: BOAT, 1: SEA}
        journal.add_items([more])
        journal.close()
        assert read_journal(file.parent).items == {0: BOAT, 1: SEA, 2: more}
        assert read_journal(file.parent).refused == []


def test_an_item_that_is_damaged_later_costs_only_itself(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([lines[0], b"\0" * (len(lines[1]) - 1) + b"\n", *lines[2:]]))
    record = read_journal(file.parent)
    assert record is not None and record.items == {1: SEA} and record.states.keys() == {1}


@pytest.mark.parametrize("items", [{}, {"items": None}, {"items": "2"}, {"items": -1}, {"items": 1}])
def test_a_batch_that_does_not_say_how_many_items_it_has_goes_on(file: Path, items: dict[str, object]) -> None:
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([json.dumps({"journal": 1, "job": {}} | items) + "\n", *lines[1:]]))
    assert read_journal(file.parent).items == {0: BOAT, 1: SEA}


def test_a_damaged_line_costs_only_itself(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(
        b"".join([*lines[:3], b"\0\0\xff{]\n", b"[1]\n", b'{"item": 7, "state": "writing"}\n', *lines[3:]])
    )
    record = read_journal(file.parent)
    assert record is not None and record.items == {0: BOAT, 1: SEA}
    assert record.states[0]["state"] == "done"


@pytest.mark.parametrize(
    "entry",
    [
        {"item": 2, "photo": "/photos/a.jpg", "output": "../x.png"},
        {"item": 2, "photo": "/photos/a.jpg", "output": "/home/anna/x.png"},
        {"item": 2, "photo": "/photos/a.jpg", "output": "C:\\x.png"},
        {"item": 2, "photo": "/photos/a.jpg", "output": "sub/../../x.png"},
        {"item": 2, "photo": "/photos/a.jpg", "output": "a\0.png"},
        {"item": 2, "photo": "/photos/a.jpg", "output": "\ud800.png"},
        {"item": 2, "photo": "/photos/\ud800.jpg", "output": "x.png"},
        {"item": 2, "photo": "/photos/a.jpg", "output": "x" * 5000},
        {"item": 2, "photo": "/photos/a.jpg", "output": ["x.png"]},
        {"item": 2, "photo": "/photos/a.jpg", "output": None},
        {"item": 2, "photo": "/photos/a.jpg"},
        {"item": 2, "photo": "/photos/a.jpg", "output": "boat.png"},
        {"item": 2, "photo": "/photos/a.jpg", "output": "./BOAT.png"},
        {"item": 2, "photo": 7, "output": "x.png"},
        {"item": 2, "photo": "a\0.jpg", "output": "x.png"},
        {"item": 2, "photo": "a.jpg", "output": "x.png"},
        {"item": 2, "output": "x.png"},
        {"item": 0, "photo": "/photos/a.jpg", "output": "x.png"},
        {"item": "2", "photo": "/photos/a.jpg", "output": "x.png"},
        {"item": True, "photo": "/photos/a.jpg", "output": "x.png"},
        {"item": -1, "photo": "/photos/a.jpg", "output": "x.png"},
        {"item": 1e300, "photo": "/photos/a.jpg", "output": "x.png"},
        {"item": [0], "photo": "/photos/a.jpg", "output": "x.png"},
        {"photo": "/photos/a.jpg", "output": "x.png"},
    ],
)
def test_an_entry_that_no_studio_writes_is_refused_and_said(file: Path, entry: dict[str, object]) -> None:
    with file.open("a") as journal:
        journal.write(json.dumps(entry) + "\n")
        journal.write(json.dumps({"item": 2, "state": "writing"}) + "\n")
    record = read_journal(file.parent)
    assert record is not None and record.items == {0: BOAT, 1: SEA}
    assert record.written == {"boat.png", "sea.png"} and record.states.keys() == {0, 1}
    (why,) = record.refused
    assert why.isprintable() and len(why) < 200


@pytest.mark.parametrize("state", [None, 3, ["done"], {"done": 1}, "painted", "waiting"])
def test_a_state_there_is_none_of_changes_nothing(file: Path, state: object) -> None:
    with file.open("a") as journal:
        journal.write(json.dumps({"item": 0, "state": state}) + "\n")
    assert read_journal(file.parent).states[0]["state"] == "done"


@pytest.mark.parametrize("job", [None, 3, [], "job"])
def test_a_job_that_is_none_is_empty(file: Path, job: object) -> None:
    file.write_text(json.dumps({"journal": 1, "job": job}) + "\n")
    assert read_journal(file.parent).job == {}


def test_a_batch_that_begins_anew_is_not_held_to_what_was_refused_before(file: Path) -> None:
    with file.open("a") as journal:
        journal.write(json.dumps({"item": 2, "photo": "/a.jpg", "output": "../x.png"}) + "\n")
    journal = Journal(file.parent)
    journal.begin({}, [BOAT])
    journal.close()
    record = read_journal(file.parent)
    assert record.refused == [] and record.items == {0: BOAT}


def test_a_journal_too_large_is_not_read(file: Path) -> None:
    before = file.stat().st_size
    with file.open("ab") as journal:
        journal.truncate(LARGEST_JOURNAL + 1)
    assert read_journal(file.parent) is None
    with pytest.raises(StudioError, match="larger than 64 MB"):
        Journal(file.parent)
    with file.open("ab") as journal:
        journal.truncate(before)
    Journal(file.parent).close()


def test_a_link_in_place_of_a_journal_is_not_written_through(tmp_path: Path) -> None:
    letter, folder = tmp_path / "letter.txt", tmp_path / "out"
    folder.mkdir()
    letter.write_text("Dear Anna,\n")
    (folder / JOURNAL_NAME).symlink_to(letter)
    with pytest.raises(StudioError, match="is not a journal but a link"):
        Journal(folder)
    assert letter.read_text() == "Dear Anna,\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
def test_a_pipe_in_place_of_a_journal_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / JOURNAL_NAME)
    assert read_journal(tmp_path) is None
    with pytest.raises(StudioError, match="is not a journal"):
        Journal(tmp_path)


def test_a_disk_that_cannot_flush_keeps_a_journal_all_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(os, "fsync", refuse)
    journal = Journal(file.parent)
    journal.note(SEA, "done")
    journal.close()
    assert read_journal(file.parent).states[1]["state"] == "done"


def test_it_has_ended_until_something_more_is_to_do(file: Path) -> None:
    journal = Journal(file.parent)
    journal.end()
    assert read_journal(file.parent).has_ended
    journal.note(SEA, "failed", reason="No memory.")
    assert not read_journal(file.parent).has_ended
    journal.end()
    journal.add_items([BatchItem(2, Path("/photos/new.jpg"), "new.png")])
    assert not read_journal(file.parent).has_ended
    journal.close()


def test_one_batch_at_a_time_holds_a_folder(tmp_path: Path) -> None:
    first = Journal(tmp_path)
    with pytest.raises(StudioError, match="Another Style Studio is writing to"):
        Journal(tmp_path)
    first.close()
    first.close()
    Journal(tmp_path).close()


def test_a_full_disk_leaves_the_journal_whole(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, write = file.read_bytes(), os.write

    def write_half(descriptor: int, data: bytes) -> int:
        if len(data) < 10:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[: len(data) // 2])

    journal = Journal(file.parent)
    monkeypatch.setattr(os, "write", write_half)
    with pytest.raises(StudioError, match="is full"):
        journal.note(SEA, "done")
    assert file.read_bytes() == before
    monkeypatch.setattr(os, "write", write)
    journal.note(SEA, "done")
    journal.close()
    assert file.read_bytes() == before + b'{"item": 1, "state": "done"}\n'


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="Nothing can be written into"):
        Journal(tmp_path / "nowhere")


def test_no_journal_tells_nothing(tmp_path: Path) -> None:
    assert read_journal(tmp_path) is None
