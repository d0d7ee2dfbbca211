"""The folder that is proposed for the artworks."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from studio.ui.batch.batch_options import BatchOptions, scan


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder of the library with a picture two folders below."""
    place = tmp_path / "pictures" / "1889" / "june"
    place.mkdir(parents=True)
    (place / "night.png").write_bytes(b"a picture")
    return tmp_path / "pictures"


def proposed(place: Path, *library: Path) -> Path | None:
    return scan(BatchOptions((place,), proposes_folder=True, library=library)).options.folder


def test_without_a_library_artworks_go_beside_the_photo(library: Path) -> None:
    photo = library / "1889" / "june" / "night.png"
    assert proposed(photo) == photo.with_name("painted")
    assert proposed(photo.parent) == photo.with_name("painted")
    assert proposed(photo, library.with_name("pictures of others")) == photo.with_name("painted")


def test_artworks_of_the_library_go_beside_its_folder(library: Path) -> None:
    for place in (library, library / "1889", library / "1889" / "june" / "night.png"):
        assert proposed(place, library.with_name("other"), library) == library.with_name("pictures painted")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_photo_reached_by_a_link_is_known_to_be_in_the_library(library: Path) -> None:
    link = library.with_name("link")
    link.symlink_to(library / "1889", target_is_directory=True)
    assert proposed(link / "june", library) == library.with_name("pictures painted")


def test_where_nothing_can_be_written_beside_the_library_the_artist_is_asked(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda folder, mode: folder != library.parent)
    assert proposed(library / "1889", library) is None
