"""What an earlier run of the program left of a lesson: a style that can be resumed, kept or begun again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from studio.core.engine_api.learning import TrainingStep, TuneRequest
from studio.core.errors import StudioError
from studio.core.styles.learned_style_file import read_learned, training_file
from studio.core.training.reference_checks import Remark, check_references
from studio.core.training.tune_log import read_training_log
from studio.core.training.tune_request_file import read_request, request_file
from studio.ui.finetune.lesson_place import LessonPlace
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


def find_unfinished(place: LessonPlace) -> Unfinished:
    """What lies where styles are learnt; what has learnt nothing is found once. Raises StudioError if nothing is there.

    The place stays taken as long as there is a style in it.
    """
    if not place.is_there or not place.take():
        raise StudioError(QCoreApplication.translate("Unfinished", "Nothing was left of a lesson."))
    try:
        return _find(place)
    except StudioError:
        place.release()
        raise


def _find(place: LessonPlace) -> Unfinished:
    output = place.output
    if not output.exists():
        return _find_not_begun(place)
    title = read_learned(output)[0].title
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


def delete_lesson(place: LessonPlace) -> None:
    """Delete all there is of it, and let others learn here."""
    output = place.output
    for path in (training_file(output), request_file(output), output):
        delete(path)
    place.release()


def delete(path: Path) -> None:
    """Delete a file, or leave it for the next one to overwrite."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _find_not_begun(place: LessonPlace) -> Unfinished:
    request = read_request(place.output)
    remarks = check_references(request.references)
    delete_lesson(place)  # it is in the window from now on
    return Unfinished(request.card.title, request, remarks, has_style=False)
