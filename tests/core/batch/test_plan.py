"""Which photos a batch finds, and what their artworks are called."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from studio.core.batch.job import BatchItem
from studio.core.batch.journal import Journal, read_journal
from studio.core.batch.plan import Photo, find_photos, plan_items
from studio.core.errors import PictureError
from studio.core.storage.untrusted import name_key
from tests.support.network_share import NEEDS_SHARES, connect_share


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def found(places: Sequence[Path], output: Path) -> list[str]:
    return [str(path.path.relative_to(output.parent)) for path in find_photos(places, output).photos]


def outputs(photos: Sequence[Photo], output: Path, known: Sequence[BatchItem] = ()) -> list[str]:
    return [item.output for item in plan_items(photos, output, "png", known)]


def test_a_folder_gives_its_pictures_in_the_order_people_count(tmp_path: Path) -> None:
    touch(tmp_path, "a/boat10.jpg", "a/boat9.JPG", "a/Boat1.png", "a/notes.txt", "a/._boat9.jpg", "a/.trash/x.jpg")
    touch(tmp_path, "a/summer/sea.heic", "a/winter/ice.webp")
    names = ["a/Boat1.png", "a/boat9.JPG", "a/boat10.jpg", "a/summer/sea.heic", "a/winter/ice.webp"]
    assert found([tmp_path / "a"], tmp_path / "out") == names


def test_a_named_file_is_taken_whatever_its_name(tmp_path: Path) -> None:
    touch(tmp_path, "scan", "b.png")
    assert found([tmp_path / "scan", tmp_path / "b.png"], tmp_path / "out") == ["scan", "b.png"]


def test_a_picture_named_twice_is_painted_once_and_that_is_said(tmp_path: Path) -> None:
    touch(tmp_path, "a/boat.jpg")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "a" / "boat.jpg")
    places = [tmp_path / "a" / "boat.jpg", tmp_path / "a", tmp_path / "a" / ".." / "a", tmp_path / "link.jpg"]
    search = find_photos(places, tmp_path / "out")
    assert [photo.path for photo in search.photos] == [tmp_path / "a" / "boat.jpg"]
    assert search.notes == ("3 pictures are named more than once and painted once.",)


def test_the_output_folder_inside_the_photos_is_no_photo(tmp_path: Path) -> None:
    touch(tmp_path, "a/boat.jpg", "a/out/boat.png", "a/out/deeper/boat.png")
    assert found([tmp_path / "a"], tmp_path / "a" / "out") == ["boat.jpg"]


def test_what_any_batch_has_written_is_no_photo(tmp_path: Path) -> None:
    touch(tmp_path, "a/boat.jpg", "a/boat.png", "a/old/sea.png", "a/old/mine.png")
    for folder, name in ((tmp_path / "a", "boat.png"), (tmp_path / "a" / "old", "sea.png")):
        journal, item = Journal(folder), BatchItem(0, tmp_path / "a" / "boat.jpg", name)
        journal.begin({}, [item])
        journal.note(item, "writing", replaces=None)
        journal.begin({}, [])  # another batch since
        journal.close()
    output = tmp_path / "out"
    assert found([tmp_path / "a"], output) == ["a/boat.jpg", "a/old/mine.png"]
    assert found([tmp_path / "a" / "old"], output) == ["a/old/mine.png"]


@pytest.mark.parametrize("name", ["nowhere", "x" * 5000])
def test_a_place_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(PictureError, match="There is no picture or folder"):
        find_photos([tmp_path / name], tmp_path / "out")


def test_a_folder_without_pictures_is_told(tmp_path: Path) -> None:
    touch(tmp_path, "a/notes.txt")
    with pytest.raises(PictureError, match="There are no pictures to paint in"):
        find_photos([tmp_path / "a"], tmp_path / "out")


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_folder_that_may_not_be_read_is_left_out_and_told(tmp_path: Path) -> None:
    touch(tmp_path, "a/boat.jpg", "a/closed/x.jpg")
    (tmp_path / "a" / "closed").chmod(0)
    search = find_photos([tmp_path / "a"], tmp_path / "out")
    (tmp_path / "a" / "closed").chmod(0o700)
    assert len(search.photos) == 1 and "closed may not be read" in search.notes[0]


def test_no_two_artworks_have_one_name(tmp_path: Path) -> None:
    names = ["boat.jpg", "boat.heic", "boat.HEIC", "BOAT.jpg", "boat heic.webp", "sub/boat.jpg", "scan"]
    photos = [Photo(tmp_path / str(number) / name, str(Path(name).parent)) for number, name in enumerate(names)]
    given = outputs(photos, tmp_path / "out")
    assert given == [
        "boat.png", "boat heic.png", "boat 2.png", "BOAT jpg.png", "boat heic webp.png", "sub/boat.png", "scan.png"
    ]  # fmt: skip
    assert len({name_key(name) for name in given}) == len(names)


@pytest.mark.skipif(os.name == "nt", reason="no names of files there")
@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("C:boat.jpg", "C boat.png"),
        ("..\\boat.jpg", "boat.png"),
        ("\\boat.jpg", "boat.png"),
        ("c:/boat.jpg", "c/boat.png"),
        ("a\\..\\b.jpg", "a.. b.png"),
        ("12:30.jpg", "12 30.png"),
        ('a<b>"c"|d?*.jpg', "a b c d.png"),
        ("aux.jpg", "aux_.png"),
        ("Com1.final.jpg", "Com1_.final.png"),
        ("CON/LPT1 /NUL.jpg", "CON_/LPT1_/NUL_.png"),
        ("boat .jpg", "boat.png"),
        ("boat..jpg", "boat.png"),
        ("summer./ winter /boat.jpg", "summer/winter/boat.png"),
        ("???/***.jpg", "photos/artwork.png"),
        ("caf\udce9.jpg", "caf.png"),
        ("gnp.\u202etaob.jpg", "gnp. taob.png"),
        ("x" * 250 + ".jpg", "x" * 200 + ".png"),
        ("é" * 125 + ".jpg", "é" * 100 + ".png"),
        ("boat." + "x" * 250, "boat.png"),
    ],
)
def test_no_artwork_is_called_what_another_system_refuses(name: str, output: str, tmp_path: Path) -> None:
    (item,) = plan_items([Photo(tmp_path / name, str(Path(name).parent))], tmp_path, "png")
    assert item.output == output
    journal = Journal(tmp_path)
    journal.begin({}, [item])
    journal.close()
    record = read_journal(tmp_path)
    assert record is not None and record.items == {0: item} and record.refused == []


@pytest.mark.parametrize("stem", ["IMG  01", ".boat", " boat", "v1.2", "Con brio", "浪 & Ærø's (2)", "x" * 190])
def test_what_every_system_takes_stays_as_it_is(stem: str, tmp_path: Path) -> None:
    assert outputs([Photo(tmp_path / f"{stem}.jpg", stem)], tmp_path / "out") == [f"{stem}/{stem}.png"]


def test_photos_that_would_be_called_the_same_are_numbered(tmp_path: Path) -> None:
    names = ["aux.jpg", "aux_.jpg", "AUX.heic", "12:30.jpg", "12?30.jpg", "12*30.jpg", "12*30.webp"]
    names += [f"{'x' * 220} {number}.jpg" for number in range(3)]
    given = outputs([Photo(tmp_path / str(number) / name) for number, name in enumerate(names)], tmp_path / "out")
    assert given == [
        "aux_.png", "aux_ jpg.png", "AUX_ heic.png", "12 30.png", "12 30 jpg.png", "12 30 2.png", "12 30 webp.png",
        f"{'x' * 200}.png", f"{'x' * 200} 2.png", f"{'x' * 200} 3.png",
    ]  # fmt: skip


def test_an_item_that_is_known_keeps_a_name_that_was_given_before(tmp_path: Path) -> None:
    photo = Photo(tmp_path / "12:30.jpg")
    known = [BatchItem(0, photo.path, "12:30.png")]
    assert outputs([photo], tmp_path / "out", known) == ["12:30.png"]


def test_an_artwork_never_takes_the_name_of_a_photo_in_its_folder(tmp_path: Path) -> None:
    photos = [Photo(tmp_path / "boat.jpg"), Photo(tmp_path / "boat.png")]
    assert outputs(photos, tmp_path) == ["boat jpg.png", "boat png.png"]


def test_known_items_keep_number_and_name_and_new_ones_make_room(tmp_path: Path) -> None:
    jpeg, heic = Photo(tmp_path / "boat.jpg"), Photo(tmp_path / "boat.heic")
    first = plan_items([jpeg], tmp_path / "out", "png")
    both = plan_items([heic, jpeg], tmp_path / "out", "png", first)
    assert [(item.number, item.output) for item in both] == [(1, "boat heic.png"), (0, "boat.png")]
    assert outputs([jpeg], tmp_path / "out", plan_items([jpeg], tmp_path / "out", "webp")) == ["boat.png"]


def test_five_thousand_photos_are_planned(tmp_path: Path) -> None:
    photos = [Photo(tmp_path / f"{number}.jpg") for number in range(5000)]
    items = plan_items(photos, tmp_path / "out", "jpeg")
    assert len({item.output for item in items}) == 5000
    assert items[-1] == BatchItem(4999, tmp_path / "4999.jpg", "4999.jpg")


@NEEDS_SHARES
def test_addresses_of_network_places_are_found_where_they_are_connected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = connect_share(tmp_path, monkeypatch)
    touch(share, "scan", "works/boat.png")
    places = [Path("smb:/nas/art/works"), Path("smb:/nas/art/scan")]
    search = find_photos(places, tmp_path / "out")
    assert [photo.path for photo in search.photos] == [share / "works" / "boat.png", share / "scan"]
    with pytest.raises(PictureError, match="lies at smb://box, which is not connected"):
        find_photos([Path("smb:/box/art/works")], tmp_path / "out")
