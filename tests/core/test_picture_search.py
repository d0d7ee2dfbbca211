"""What is found in dropped files and folders."""

from __future__ import annotations

from pathlib import Path

from studio.core.picture_search import pictures_in


def test_folders_give_their_pictures_and_files_themselves(tmp_path: Path) -> None:
    names = ("b/2.JPG", "b/1.png", "b/notes.txt", "b/._1.png", "b/.hidden/3.png", "b/deep/4.webp", "a.txt")
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = pictures_in([tmp_path / "b", tmp_path / "a.txt", tmp_path / "gone.png"])
    shown = [path.relative_to(tmp_path).as_posix() for path in found]
    assert shown == ["b/1.png", "b/2.JPG", "b/deep/4.webp", "a.txt", "gone.png"]
