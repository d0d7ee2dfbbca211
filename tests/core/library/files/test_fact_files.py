"""Facts of pictures that stay as they are follow the manifests and cards that tell them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from studio.core.errors import PictureError, StudioError
from studio.core.library.facts import FactsReader
from studio.core.library.files.vector_file import KINDS
from studio.core.library.indexing import renew_facts, update
from studio.core.library.library_index import Described, LibraryIndex

NAMES = ("boat.png", "below/boat.png", "below/deep/harbour.png", "beside/quay.png")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    for name in NAMES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LibraryIndex]:
    with LibraryIndex(tmp_path / "index", is_writer=True) as index:
        yield index


def describe(paths: Sequence[Path]) -> Iterable[Described]:
    vectors = {kind: np.full(length, length**-0.5, np.float32) for kind, (length, _) in KINDS.items()}
    return (Described(os.fsencode(path.name).hex(), 4, 3, vectors) for path in paths)


def look(index: LibraryIndex, folder: Path) -> list[str]:
    """Bring the index up to date; the names of the pictures that were opened."""
    return [news.path.name for news in update(index, [folder], describe)]


def authors(index: LibraryIndex, folder: Path) -> dict[str, str]:
    found = {name: index.find(folder / name) for name in NAMES}
    return {name: picture.facts.author for name, picture in found.items() if picture and picture.facts.author}


def write_manifest(folder: Path, **rows: str) -> None:
    """A manifest of authors by the names of files; "/" in them is written "__"."""
    lines = [f"{name.replace('__', '/')}.png\t{author}" for name, author in rows.items()]
    write(folder / "MANIFEST.tsv", "\n".join(["path\tauthor", *lines]) + "\n")


def write(path: Path, text: str) -> None:
    """Write it, and see that its time is another one, however coarse the clock of the disk is."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 10**9, before + 10**9))


def write_card(path: Path, author: str) -> None:
    """Beside the picture of its name."""
    facts = {"title": "Boat", "author": author, "year": "1880", "licence": "CC0 1.0", "source": "x"}
    card = {"id": path.stem, "kind": "style", "file": f"{path.stem}.png", **facts}
    write(path, json.dumps(card))


def test_a_manifest_that_comes_changes_and_goes_is_followed_and_no_picture_is_opened(
    index: LibraryIndex, folder: Path
) -> None:
    look(index, folder)
    assert authors(index, folder) == {}
    write_manifest(folder, boat="Ada", beside__quay="Bo")
    assert look(index, folder) == []
    assert authors(index, folder) == {"boat.png": "Ada", "below/boat.png": "Ada", "beside/quay.png": "Bo"}
    write_manifest(folder / "below", boat="Cy", deep__harbour="Di")
    look(index, folder)
    assert authors(index, folder) == {
        "boat.png": "Ada", "below/boat.png": "Cy", "below/deep/harbour.png": "Di", "beside/quay.png": "Bo"
    }  # fmt: skip
    (folder / "MANIFEST.tsv").unlink()
    assert look(index, folder) == []
    assert authors(index, folder) == {"below/boat.png": "Cy", "below/deep/harbour.png": "Di"}


def test_a_manifest_above_the_folder_of_the_library_counts(index: LibraryIndex, folder: Path) -> None:
    look(index, folder / "below")
    write_manifest(folder, below__deep__harbour="Ada")
    look(index, folder / "below")
    assert authors(index, folder) == {"below/deep/harbour.png": "Ada"}


def test_a_card_that_changes_is_read_again_for_its_picture(index: LibraryIndex, folder: Path) -> None:
    write_card(folder / "below" / "boat.json", "Ada")
    look(index, folder)
    assert authors(index, folder) == {"below/boat.png": "Ada"}
    write_card(folder / "below" / "boat.json", "Bo")
    assert look(index, folder) == []
    assert authors(index, folder) == {"below/boat.png": "Bo"}
    (folder / "below" / "boat.json").unlink()
    look(index, folder)
    assert authors(index, folder) == {}


def test_what_did_not_change_is_not_read_again(
    index: LibraryIndex, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_manifest(folder, boat="Ada")
    look(index, folder)
    monkeypatch.setattr("studio.core.library.indexing.FactsReader.facts_of", lambda self, path: pytest.fail(str(path)))
    look(index, folder)


def test_facts_of_a_disk_that_is_away_stay(index: LibraryIndex, folder: Path) -> None:
    write_manifest(folder, boat="Ada")
    look(index, folder)
    folder.rename(folder.with_name("away"))
    look(index, folder)
    assert authors(index, folder) == {"boat.png": "Ada", "below/boat.png": "Ada"}


def test_an_index_from_before_learns_what_its_manifests_say_by_now(tmp_path: Path, folder: Path) -> None:
    with LibraryIndex(tmp_path / "index", is_writer=True) as index:
        look(index, folder)
        index._database.execute("DROP TABLE fact_files")
        index.commit()
    write_manifest(folder, boat="Ada")
    with LibraryIndex(tmp_path / "index") as reader:
        assert authors(reader, folder) == {}
        with LibraryIndex(tmp_path / "index", is_writer=True) as index:
            assert look(index, folder) == []
        assert authors(reader, folder) == {"boat.png": "Ada", "below/boat.png": "Ada"}


def test_a_search_that_is_given_up_notes_nothing(index: LibraryIndex, folder: Path) -> None:
    """Else what it did not come to would never be read."""
    look(index, folder)
    write_manifest(folder, boat="Ada")
    calls = 0

    def give_up() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        renew_facts(index, [folder, folder / "below"], FactsReader(), give_up)
    look(index, folder)
    assert authors(index, folder) == {"boat.png": "Ada", "below/boat.png": "Ada"}


@pytest.mark.skipif(os.name == "nt", reason="links and names that Windows does not allow")
def test_a_card_that_leads_to_itself_hides_no_other_change(index: LibraryIndex, folder: Path) -> None:
    (folder / "boat.json").symlink_to("boat.json")
    write_manifest(folder, boat="Ada")
    look(index, folder)
    write_manifest(folder, boat="Bo")
    look(index, folder)
    assert authors(index, folder)["boat.png"] == "Bo"
    (folder / "MANIFEST.tsv").unlink()
    (folder / "MANIFEST.tsv").symlink_to("MANIFEST.tsv")
    look(index, folder)
    assert authors(index, folder) == {}


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names and pipes that these do not allow")
def test_names_too_long_for_a_card_and_no_unicode_are_indexed_as_any(index: LibraryIndex, folder: Path) -> None:
    names = [b"x" * 251 + b".png", b"\xff.png"]
    for name in names:
        Path(folder, os.fsdecode(name)).write_bytes(name)
    assert len(look(index, folder)) == len(NAMES) + 2
    found = [index.find(folder / os.fsdecode(name)) for name in names]
    assert all(picture is not None for picture in found)
    assert look(index, folder) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
def test_a_pipe_with_the_name_of_a_picture_is_not_waited_for(index: LibraryIndex, folder: Path) -> None:
    os.mkfifo(folder / "pipe.png")

    def refuse(paths: Sequence[Path]) -> Iterable[Described | StudioError]:
        for path, described in zip(paths, describe(paths), strict=True):
            yield PictureError("It is not an ordinary file.") if path.name == "pipe.png" else described

    news = {one.path.name: one.problem for one in update(index, [folder], refuse)}
    assert news.pop("pipe.png") == "It is not an ordinary file." and set(news.values()) == {""}
