"""The journal: what it tells after any end, and that one batch at a time holds a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.core.batch import BatchItem
from studio.core.batch_journal import JOURNAL_NAME, Journal, read_journal
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
        assert (journal.record is not None) == (whole > 0)
        assert len(journal.record.items if journal.record else ()) == min(max(whole - 1, 0), 2)
        journal.begin({}, [SEA])
        journal.close()
        again = read_journal(file.parent)
        assert again is not None and again.items == {1: SEA}


def test_a_damaged_line_costs_only_itself(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(
        b"".join([*lines[:3], b"\0\0\xff{]\n", b"[1]\n", b'{"item": 7, "state": "writing"}\n', *lines[3:]])
    )
    record = read_journal(file.parent)
    assert record is not None and record.items == {0: BOAT, 1: SEA}
    assert record.states[0]["state"] == "done"


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
    with pytest.raises(StudioError, match="Another batch is at work"):
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
    with pytest.raises(StudioError, match="Nothing may be written into"):
        Journal(tmp_path / "nowhere")


def test_no_journal_tells_nothing(tmp_path: Path) -> None:
    assert read_journal(tmp_path) is None
