"""LessonPlace: the folder in which a style lies while it is learnt, and that nobody else works in meanwhile."""

from __future__ import annotations

from pathlib import Path

from studio.core.storage.atomic_write import machine, make_folder
from studio.core.storage.folder_lock import FolderLock


class LessonPlace:
    """Its folder is locked for as long as there is a style in it; where the disk knows no locks, it is another one.

    There each computer has a folder of its own: two that share the disk could not know of each other, and what one has
    learnt would be overwritten by what the other learns, or be deleted. Any thread may read `output`; the others wait
    for the disk.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = self._shared = folder
        self._lock = FolderLock(folder)  # a dead studio's is void

    @property
    def output(self) -> Path:
        """Where the style lies until it is kept; told for good by `take`."""
        return self._folder / "style.safetensors"

    @property
    def is_there(self) -> bool:
        """Whether anybody ever learnt here."""
        return self._folder.is_dir()

    def take(self) -> bool:
        """Take it, unless another studio has it; whether it is taken. Raises StudioError if one cannot write there."""
        make_folder(self._folder)
        if not self._lock.take_if_free():
            return False
        if self._lock.is_held or self._folder != self._shared:
            return True
        self._lock.release()
        self._folder = self._shared.with_name(f"{self._shared.name}-{machine()}")
        make_folder(self._folder)
        self._lock = FolderLock(self._folder, is_of_this_computer=True)
        return self._lock.take_if_free()

    def release(self) -> None:
        """Let others learn here."""
        self._lock.release()
