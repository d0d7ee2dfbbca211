"""What an earlier run of the program left of a lesson: a style that can be resumed, kept or begun again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from studio.core.engine_api.learning import TrainingStep, TuneRequest
from studio.core.errors import StudioError
from studio.core.storage.folder_lock import FolderLock
from studio.core.styles.learned_style_file import read_learned, training_file
from studio.core.training.reference_checks import Remark, check_references
from studio.core.training.tune_log import read_training_log
from studio.core.training.tune_request_file import read_request, request_file
from studio.ui.threads.task_error import task_error


@dataclass(frozen=True)
class Unfinished:
    """title: of the style. request: what was asked for, None if that cannot be read. can_resume: whether it goes on.

    remarks: on the pictures it is learnt from. training_log: up to where it resumes. has_style: whether there is
    anything to keep.
    """

    title: str
    request: TuneRequest | None = None
    remarks: tuple[Remark, ...] = ()
    training_log: Sequence[TrainingStep] = ()
    has_style: bool = True
    can_resume: bool = False


def find_unfinished(output: Path, lock: FolderLock) -> Unfinished:
    """What lies where styles are learnt; what has learnt nothing is found once. Raises StudioError if nothing is there.

    lock: of the folder; it is kept as long as there is a style in it.
    """
    if not output.exists():
        return _find_not_begun(output, lock)
    title = read_learned(output)[0].title
    _take(lock, title)
    can_resume = training_file(output).is_file()  # neither when it was over, nor while the first step was being saved
    if not can_resume and not request_file(output).is_file():
        return Unfinished(title)
    try:
        request = read_request(output)
        log = read_training_log(output) if can_resume else ()
        return Unfinished(title, request, check_references(request.references), log, can_resume=can_resume)
    except Exception as error:  # noqa: BLE001 - what there is can be kept all the same
        task_error(error)
        return Unfinished(title)


def delete_lesson(output: Path, lock: FolderLock) -> None:
    """Delete all there is of it, and let others learn here."""
    for path in (training_file(output), request_file(output), output):
        delete(path)
    lock.release()


def delete(path: Path) -> None:
    """Delete a file, or leave it for the next one to overwrite."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _find_not_begun(output: Path, lock: FolderLock) -> Unfinished:
    request = read_request(output)
    _take(lock, request.card.title)
    remarks = check_references(request.references)
    delete_lesson(output, lock)  # it is in the window from now on
    return Unfinished(request.card.title, request, remarks, has_style=False)


def _take(lock: FolderLock, title: str) -> None:
    if not lock.take_if_free():
        text = QCoreApplication.translate("Unfinished", "{} is being learnt by another window of the studio.")
        raise StudioError(text.format(title))
