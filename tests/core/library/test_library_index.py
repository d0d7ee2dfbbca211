"""The index of the library: what changed is looked at, all else is remembered."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.core.errors import EngineError, PictureError, StudioError, WriteError
from studio.core.library.facts import Facts, FactsReader
from studio.core.library.files.index_database import IndexDamaged, is_damage
from studio.core.library.files.vector_file import BYTES_PER_PICTURE, KINDS
from studio.core.library.indexing import IndexNews, absolute_folders, changes_in, thumbnail_of, update
from studio.core.library.library_index import Described, FileState, LibraryIndex
from studio.core.storage.folder_lock import FolderLock
from tests.support.fakes import make_picture

MANIFEST = (
    "path\ttitle\tauthor\tyear\tkind\tlicence\tsource\n"
    "wave_full.jpg\tThe Wave\tHokusai\t1831\tprint full\tPublic domain\tx\n"
)


def vectors_of(seed: int) -> dict[str, NDArray[np.float32]]:
    draw = np.random.default_rng(seed)
    found = {kind: draw.random(length, dtype=np.float32) for kind, (length, _) in KINDS.items()}
    return {kind: vector / np.float32(np.linalg.norm(vector)) for kind, vector in found.items()}


class Looker:
    """Describes files by their content, and notes which."""

    def __init__(self) -> None:
        self.looked: list[str] = []

    def __call__(self, paths: Sequence[Path]) -> Iterator[Described | StudioError]:
        return map(self.look, paths)

    def look(self, path: Path) -> Described | StudioError:
        self.looked.append(path.name)
        data = path.read_bytes()
        if data == b"broken":
            return PictureError(f"{path.name} is not a picture.")
        if data == b"too much":
            return EngineError("There is not enough memory.")
        return Described(data.hex(), 4, 3, vectors_of(sum(data)), b"small")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LibraryIndex]:
    with LibraryIndex(tmp_path / "index", is_writer=True) as index:
        yield index


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    (folder / "below").mkdir(parents=True)
    (folder / "MANIFEST.tsv").write_text(MANIFEST, encoding="utf-8")
    (folder / "wave_full.jpg").write_bytes(b"wave")
    (folder / "wave_crop2.jpg").write_bytes(b"detail")
    (folder / "below" / "boat.png").write_bytes(b"boat")
    (folder / "below" / "bad.png").write_bytes(b"broken")
    return folder


def run(index: LibraryIndex, folder: Path) -> tuple[list[str], list[IndexNews]]:
    looker = Looker()
    news = list(update(index, [folder], looker))
    return looker.looked, news


def test_a_second_look_opens_only_what_changed(index: LibraryIndex, folder: Path) -> None:
    looked, news = run(index, folder)
    assert sorted(looked) == ["bad.png", "boat.png", "wave_crop2.jpg", "wave_full.jpg"]
    assert [item.problem for item in news if item.problem] == ["bad.png is not a picture."]
    assert (news[-1].done, news[-1].total) == (4, 4)
    assert run(index, folder) == ([], [])
    (folder / "below" / "boat.png").write_bytes(b"boat, repainted")
    assert run(index, folder)[0] == ["boat.png"]
    assert index.count == 3


def test_what_the_engine_could_not_look_at_is_told_and_looked_at_again(index: LibraryIndex, folder: Path) -> None:
    (folder / "below" / "boat.png").write_bytes(b"too much")
    _, news = run(index, folder)
    assert {item.path.name: item.problem for item in news}["boat.png"] == "There is not enough memory."
    assert index.count == 2
    assert run(index, folder)[0] == ["boat.png"]


def test_what_was_deleted_is_forgotten_unless_its_whole_folder_is_away(index: LibraryIndex, folder: Path) -> None:
    run(index, folder)
    (folder / "wave_full.jpg").unlink()
    run(index, folder)
    assert index.find(folder / "wave_full.jpg") is None
    away = folder.with_name("away")
    folder.rename(away)
    assert changes_in(index, [folder]).gone == ()
    assert index.count == 2


@pytest.mark.parametrize("place", [".", "below"])
def test_a_folder_that_cannot_be_read_just_now_has_lost_nothing(
    index: LibraryIndex, folder: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    run(index, folder)
    scandir, away = os.scandir, folder / place

    def refuse(path: str | Path = ".") -> object:
        if Path(path) == away:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return scandir(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", refuse)
        assert changes_in(index, [folder]).gone == ()
    (folder / "below" / "boat.png").unlink()
    assert changes_in(index, [folder]).gone == (folder / "below" / "boat.png",)


def test_facts_of_a_work_hold_for_its_details_and_survive(index: LibraryIndex, folder: Path) -> None:
    run(index, folder)
    index.close()
    with LibraryIndex(index.folder) as again:
        whole, detail = (again.find(folder / f"wave_{part}.jpg") for part in ("full", "crop2"))
        assert whole is not None and detail is not None
        assert whole.facts == detail.facts
        assert (whole.facts.author, whole.facts.medium, whole.facts.period) == ("Hokusai", "print", "1830s")
        assert sorted(again.arranged([folder], "hokusai wave").tolist()) == sorted([whole.row, detail.row])
        assert again.arranged([folder], "hokusai boat").tolist() == []
        assert again.thumbnail(whole.row) == b"small"
        stored = again.vectors("style", np.array([whole.row]))[0]
        assert np.abs(stored - vectors_of(sum(b"wave"))["style"]).max() < 1e-3


def test_a_manifest_above_tells_of_pictures_far_below_by_their_path_and_of_no_others(tmp_path: Path) -> None:
    rows = (
        "path\ttitle\tauthor",
        "prints/edo/1.png\tThe Wave\tHokusai",
        "paint\\oil\\1.png\tThe Harvest\tvan Gogh",
        "2.png\tAlone\tNobody",
    )
    (tmp_path / "MANIFEST.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    reader = FactsReader()
    assert reader.facts_of(tmp_path / "prints" / "edo" / "1.png").title == "The Wave"
    assert reader.facts_of(tmp_path / "prints" / "edo" / "1_crop2.png").title == "The Wave"
    assert reader.facts_of(tmp_path / "paint" / "oil" / "1.png").title == "The Harvest"
    assert reader.facts_of(tmp_path / "paint" / "other" / "1.png").title == ""
    assert reader.facts_of(tmp_path / "prints" / "edo" / "2.png").title == ""
    assert reader.facts_of(tmp_path / "near" / "2.png").title == "Alone"


def test_a_changed_picture_is_whole_at_every_moment_and_gives_its_old_place_back(index: LibraryIndex) -> None:
    state, path = FileState(1, 1), Path("/pictures/a.png")
    first = index.add(path, state, Facts(), Described("a", 1, 1, vectors_of(1)))
    index.commit()
    second = index.add(path, state, Facts(), Described("b", 1, 1, vectors_of(2)))
    third = index.add(path, state, Facts(), Described("c", 1, 1, vectors_of(3)))
    assert len({first, second, third}) == 3  # until it is committed, the old rows are needed
    index.commit()
    assert index.add(Path("/pictures/b.png"), state, Facts(), Described("d", 1, 1, vectors_of(4))) in (first, second)


def test_vectors_come_in_the_order_they_are_asked_for(index: LibraryIndex) -> None:
    for number in range(4):
        index.add(Path(f"/p/{number}"), FileState(1, 1), Facts(), Described("x", 1, 1, vectors_of(number)))
    for rows in ([0, 1, 2], [1, 3, 2], [2, 0], [3, 99]):
        found = index.vectors("subject", np.array(rows))
        for vector, row in zip(found, rows, strict=True):
            expected = vectors_of(row)["subject"] if row < 4 else np.zeros(128)
            assert np.abs(vector - expected).max() < 1e-3


def test_only_pictures_below_the_folder_are_found(index: LibraryIndex) -> None:
    for name in ("/p/a.png", "/p/below/b.png", "/p2/c.png", "/o.png"):
        index.add(Path(name), FileState(1, 1), Facts(), Described(name, 1, 1, vectors_of(1)))
    assert [picture.path.name for picture in index.pictures(index.rows(Path("/p")))] == ["a.png", "b.png"]
    assert set(index.known(Path("/p"))) == {Path("/p/a.png"), Path("/p/below/b.png")}


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_a_name_that_is_no_text_is_kept_byte_by_byte(index: LibraryIndex) -> None:
    path = Path(os.fsdecode(b"/p/\xff\xfe.png"))
    index.add(path, FileState(1, 1), Facts(), Described("x", 1, 1, vectors_of(1)))
    assert index.find(path) is not None


def test_a_damaged_index_is_made_again_by_who_writes_and_named_to_who_reads(tmp_path: Path, folder: Path) -> None:
    place = tmp_path / "index"
    with LibraryIndex(place, is_writer=True) as index:
        run(index, folder)
    for name in ("library.sqlite", "library.sqlite-wal"):
        (place / name).write_bytes(b"this is no database, but it is long enough to be looked at" * 100)
    with pytest.raises(StudioError, match="damaged"):
        LibraryIndex(place)
    with LibraryIndex(place, is_writer=True) as index:
        assert index.count == 0
        assert len(run(index, folder)[0]) == 4


def test_two_studios_do_not_write_at_once(index: LibraryIndex) -> None:
    with pytest.raises(StudioError, match="Another Style Studio"):
        LibraryIndex(index.folder, is_writer=True)
    LibraryIndex(index.folder).close()


def test_a_reader_opens_while_somebody_is_writing(index: LibraryIndex, folder: Path) -> None:
    path = folder / "wave_full.jpg"
    index.add(path, FileState.of(path), Facts(), Described("a", 1, 1, vectors_of(0)))  # not committed yet
    with LibraryIndex(index.folder) as reader:
        assert reader.count == 0
    index.commit()


def test_labels_last_as_long_as_the_picture_does(index: LibraryIndex, folder: Path) -> None:
    run(index, folder)
    boat = index.find(folder / "below" / "boat.png")
    assert boat is not None
    index.labels.put(boat.row, "artists", "Hokusai", 0.7)
    index.commit()
    assert index.labels.of([boat.row]) == {boat.row: [("artists", "Hokusai", 0.7)]}
    index.forget([boat.path])
    assert index.labels.of([boat.row]) == {}


def test_all_labels_of_some_pictures_are_told(index: LibraryIndex, folder: Path) -> None:
    run(index, folder)
    first, second, *_ = map(int, index.rows())
    index.labels.put(first, "periods", "ukiyo-e", 0.7)
    index.labels.put(first, "painters", "", 0.2)
    assert index.labels.of([first, second]) == {first: [("painters", "", 0.2), ("periods", "ukiyo-e", 0.7)]}


def test_looking_for_changes_tells_how_many_it_found_and_can_be_given_up(index: LibraryIndex, folder: Path) -> None:
    told: list[int] = []
    changes_in(index, [folder], told.append)
    assert told == [2, 4]

    def give_up(found: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        changes_in(index, [folder], give_up)


def test_a_picture_takes_less_than_a_kilobyte() -> None:
    assert BYTES_PER_PICTURE <= 1000


def test_thumbnails_are_small_files_of_the_whole_picture() -> None:
    data = thumbnail_of(make_picture(640, 400))
    assert data[8:12] == b"WEBP"
    assert len(data) < 8000


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="There is no folder"):
        absolute_folders([tmp_path / "nothing"])


def test_damage_that_is_met_later_is_noted_and_mended_by_who_writes_next(tmp_path: Path, folder: Path) -> None:
    place = tmp_path / "index"
    with LibraryIndex(place, is_writer=True) as index:
        run(index, folder)
    file = place / "library.sqlite"
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)  # it opens as a database; its pages are none
    file.write_bytes(data)
    with pytest.raises(IndexDamaged), LibraryIndex(place) as reader:
        reader.arranged([folder])
    with LibraryIndex(place, is_writer=True) as index:
        assert index.count == 0
        assert len(run(index, folder)[0]) == 4
    with LibraryIndex(place) as reader:
        assert reader.is_current and reader.count == 3


def test_a_reader_sees_that_the_index_was_made_again(tmp_path: Path, folder: Path) -> None:
    place = tmp_path / "index"
    with LibraryIndex(place, is_writer=True) as index:
        run(index, folder)
    with LibraryIndex(place) as reader:
        assert reader.is_current
        (place / "library.sqlite").write_bytes(b"this is no database" * 300)
        LibraryIndex(place, is_writer=True).close()
        assert not reader.is_current


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("left", [0, 1])
def test_pictures_whose_vectors_were_cut_off_are_looked_at_again(
    tmp_path: Path, folder: Path, kind: str, left: int
) -> None:
    place = tmp_path / "index"
    with LibraryIndex(place, is_writer=True) as index:
        run(index, folder)
        vectors = index.vectors(kind, index.rows())
    file = next(place.glob(f"{kind}.*"))
    row_bytes = file.stat().st_size // 3
    os.truncate(file, left * row_bytes + 5)
    with LibraryIndex(place, is_writer=True) as index:
        assert index.count == left
        assert len(run(index, folder)[0]) == 3 - left
        assert sorted(map(tuple, index.vectors(kind, index.rows()))) == sorted(map(tuple, vectors))


def test_vectors_that_were_cut_off_and_written_on_are_noticed(tmp_path: Path, folder: Path) -> None:
    place = tmp_path / "index"
    with LibraryIndex(place, is_writer=True) as index:
        run(index, folder)
        os.truncate(next(place.glob("subject.*")), 0)
        (folder / "new.png").write_bytes(b"new")
        run(index, folder)
        assert index.count == 4
    with LibraryIndex(place, is_writer=True) as index:
        assert index.count == 1
        run(index, folder)
        assert index.count == 4 and index.vectors("subject", index.rows()).any(1).all()


def test_what_the_disk_refuses_is_a_sentence_and_costs_nothing(tmp_path: Path, folder: Path) -> None:
    place = tmp_path / "index"
    with LibraryIndex(place, is_writer=True) as index:
        run(index, folder)
        full = index._database._connection
        pages = full.execute("PRAGMA page_count").fetchone()[0]
        full.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StudioError, match="is full"):
            for number in range(200):
                index.labels.put(number, "m" * 1000, "x" * 1000, 0.5)
    with LibraryIndex(place, is_writer=True) as index:
        assert index.count == 3 and not index.labels.counts()


def test_another_program_that_holds_the_database_is_no_damage() -> None:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    assert not is_damage(error)
    assert not is_damage(sqlite3.ProgrammingError("Cannot operate on a closed database."))
    assert is_damage(sqlite3.OperationalError("no such table: pictures"))


def test_a_file_that_cannot_be_read_just_now_is_looked_at_again(index: LibraryIndex, folder: Path) -> None:
    class Unplugged(Looker):
        def look(self, path: Path) -> Described | StudioError:
            path.rename(path.with_name(f"away {path.stem}"))
            return PictureError(f"{path.name} is not there any more.")

    list(update(index, [folder], Unplugged()))
    assert index.count == 0 and not index.problems()
    for path in list(folder.rglob("away *")):
        path.rename(path.with_name(path.name.removeprefix("away ") + (".png" if path.parent != folder else ".jpg")))
    assert len(run(index, folder)[0]) == 4
    assert index.count == 3 and [path.name for path in index.problems()] == ["bad.png"]


def test_an_index_that_may_not_be_written_can_be_read(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "index"
    with LibraryIndex(place, is_writer=True) as index:
        run(index, folder)
    before = sorted(path.name for path in place.iterdir())
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with LibraryIndex(place) as reader:
        assert len(reader.arranged([folder], "wave")) == 2
        assert sorted(path.name for path in place.iterdir()) == before  # nothing was written beside it


def test_a_folder_that_takes_no_lock_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(lock: FolderLock) -> None:
        raise WriteError(".style-studio.lock may not be written there.")

    monkeypatch.setattr(FolderLock, "take", refuse)
    with pytest.raises(StudioError, match="index of the library cannot be written in"):
        LibraryIndex(tmp_path / "index", is_writer=True)
