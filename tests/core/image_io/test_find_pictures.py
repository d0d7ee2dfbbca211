"""What is found in dropped files and folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.core.errors import PictureError
from studio.core.image_io.find_pictures import MOST_TRIED, open_some, pictures_in
from studio.core.image_io.opening.opener import OpeningCancelled
from studio.core.picture import Picture
from tests.support.picture_files import encoded, noise


def test_folders_give_their_pictures_and_files_themselves(tmp_path: Path) -> None:
    names = ("b/2.JPG", "b/1.png", "b/notes.txt", "b/._1.png", "b/.hidden/3.png", "b/deep/4.webp", "a.txt")
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = pictures_in([tmp_path / "b", tmp_path / "a.txt", tmp_path / "gone.png"])
    shown = [path.relative_to(tmp_path).as_posix() for path in found]
    assert shown == ["b/1.png", "b/2.JPG", "b/deep/4.webp", "a.txt", "gone.png"]


def test_folders_are_looked_into_as_deep_as_was_asked(tmp_path: Path) -> None:
    for name in ("a.png", "one/b.png", "one/two/c.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for levels, names in ((0, ["a.png"]), (1, ["a.png", "b.png"]), (None, ["a.png", "b.png", "c.png"])):
        assert [path.name for path in pictures_in([tmp_path], levels)] == names


def test_the_first_pictures_that_open_are_taken_and_the_rest_counted(tmp_path: Path) -> None:
    (tmp_path / "1.png").touch()
    for number in (2, 3, 4):
        (tmp_path / f"{number}.png").write_bytes(encoded("PNG", noise(16, 16)))
    opened = open_some([tmp_path], 2)
    assert [picture.name for picture in opened.pictures] == ["2.png", "3.png"]
    assert [path.name for path in opened.left_out] == ["1.png", "4.png"]
    assert len(open_some([tmp_path], 9).pictures) == 3


def test_if_none_opens_the_first_says_why(tmp_path: Path) -> None:
    (tmp_path / "1.png").touch()
    (tmp_path / "2.png").write_bytes(b"no picture")
    with pytest.raises(PictureError, match=r"1\.png is empty"):
        open_some([tmp_path], 1)


def test_of_many_broken_files_only_so_many_are_tried(tmp_path: Path) -> None:
    tried: list[Path] = []

    def fail(path: Path) -> Picture:
        tried.append(path)
        raise PictureError("broken")

    with pytest.raises(PictureError, match="broken"):
        open_some([tmp_path / f"{number}.png" for number in range(1000)], 1, fail)
    assert len(tried) == MOST_TRIED


def test_who_gives_up_gives_up_all_of_them(tmp_path: Path) -> None:
    tried: list[Path] = []

    def give_up(path: Path) -> Picture:
        tried.append(path)
        raise OpeningCancelled("The picture was not opened.")

    with pytest.raises(OpeningCancelled):
        open_some([tmp_path / "1.png", tmp_path / "2.png"], 1, give_up)
    assert len(tried) == 1


def test_a_search_can_be_given_up_at_each_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()

    def check() -> None:
        raise OpeningCancelled("It was given up.")

    with pytest.raises(OpeningCancelled):
        pictures_in([tmp_path], check=check)
