"""Lessons at work on a folder: of the works of each artist a style, with a journal and with checkpoints."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.core.batch.job import BatchItem, ItemReport, ItemState
from studio.core.batch.journal import Journal, Record
from studio.core.engine_api.contract import Done
from studio.core.engine_api.learning import TrainingStep, TuneRequest
from studio.core.errors import PictureError, StudioError
from studio.core.rescue import keep_style_safe, unsaved
from studio.core.storage.atomic_write import make_folder, replace_file
from studio.core.storage.untrusted import name_key
from studio.core.styles.learned_style_file import decode_learned, training_file
from studio.jobs.as_studio_error import as_studio_error
from studio.jobs.batch.output_files import check_inside, file_facts

JOURNAL_NAME = ".style-studio-lessons.jsonl"

OpenLesson = Callable[[BatchItem, bool], TuneRequest]
"""The request of a lesson, with the works opened; or StudioError. Whether it goes on with one that was interrupted."""


@dataclass(frozen=True)
class LessonReport(ItemReport):
    """How a lesson stands. training_step: the last one that was heard of, while it is learning."""

    training_step: TrainingStep | None = None


class Lessons:
    """What is left to learn, and the only writer of the journal; make one with `open_lessons`.

    For each item of `left`, in any order: `open` it, have it learnt, `deliver` what came; or `leave` it, with the
    error. Whatever happens to the process in between, the next one on the folder goes on with what is left. An item's
    photo is the folder of the works, its output the file of the style.
    """

    def __init__(
        self, folder: Path, journal: Journal, items: Sequence[BatchItem], may_overwrite: bool, open_lesson: OpenLesson
    ) -> None:
        self.folder = folder
        self.notes: tuple[str, ...] = ()
        self.items = tuple(items)
        self._journal, self._may_overwrite, self._open_lesson = journal, may_overwrite, open_lesson
        self._replaced: dict[int, list[Any] | None] = {}  # by item that was begun, the file that was there before
        self.left = tuple(item for item in self.items if not self._is_done(item))

    def path_of(self, item: BatchItem) -> Path:
        """Where the style of an item is written."""
        return self.folder / item.output

    def open(self, item: BatchItem) -> TuneRequest | ItemReport:
        """The request for an item; or that it is skipped, for it cannot be learnt or its file may not be written.

        This and those below raise StudioError only if the journal cannot be written.
        """
        path, is_ours = self.path_of(item), self._is_ours(item)
        if is_ours:
            self._replaced[item.number] = self._journal.line_of(item).get("replaces")
        try:
            is_resumed = self._has_begun(item)
            check_inside(self.folder, item.output)
            if path.exists() and not (is_resumed or self._may_overwrite or is_ours):
                raise PictureError(f"{item.output} exists already.", "Move it away, or allow overwriting.")
            request = self._open_lesson(item, is_resumed)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one lesson, the others are to be learnt
            return self._end(item, "skipped", as_studio_error(error, "The studio"))
        self._journal.note(item, "writing", replaces=self._replaced.setdefault(item.number, file_facts(path)))
        return request

    def checkpoint(self, item: BatchItem) -> bytes:
        """What a lesson goes on from, b"" where it begins."""
        with suppress(OSError):
            return training_file(self.path_of(item)).read_bytes()
        return b""

    def keep(self, item: BatchItem, request: TuneRequest, style: bytes, checkpoint: bytes) -> None:
        """Write what was learnt so far elsewhere; b"" is nothing new. Raises StudioError if the disk refuses."""
        path = self.path_of(item)
        if style:
            _, learned = decode_learned(style, path)
            try:
                replace_file(path, style)
            except StudioError as error:
                raise unsaved(error, keep_style_safe(request.card, learned, item.output)) from error
        if checkpoint:
            replace_file(training_file(path), checkpoint)

    def deliver(self, item: BatchItem, done: Done) -> ItemReport:
        """Note that the style is written."""
        path = self.path_of(item)
        with suppress(OSError):  # where it was learnt elsewhere it is still there
            training_file(path).unlink()
        self._journal.note(item, "done")
        facts = file_facts(path)
        return LessonReport(item, "done", 1.0, size=facts[2] if facts else 0, seconds=done.seconds, notes=done.notes)

    def leave(self, item: BatchItem, error: StudioError) -> ItemReport:
        """Note that an item failed. The next lessons here try it again, from its checkpoint if there is one."""
        return self._end(item, "failed", error)

    def finish(self) -> None:
        """Note that every item was tried."""
        self._journal.end()

    def close(self) -> None:
        """Release the folder; idempotent."""
        self._journal.close()

    def _end(self, item: BatchItem, state: ItemState, error: StudioError) -> ItemReport:
        # What these lessons have begun stays theirs, also where this time not even its works could be opened.
        noted = "failed" if item.number in self._replaced else state
        self._journal.note(item, noted, reason=str(error), replaces=self._replaced.get(item.number))
        return LessonReport(item, state, reason=str(error))

    def _has_begun(self, item: BatchItem) -> bool:
        """Whether there is a checkpoint to go on from: always one of these lessons, others unless to be overwritten."""
        has_one = training_file(self.path_of(item)).is_file()
        return has_one and (not self._may_overwrite or self._journal.line_of(item).get("state") == "writing")

    def _is_ours(self, item: BatchItem) -> bool:
        """Whether the file that is there was written by these lessons, which were ended before its first checkpoint."""
        line, facts = self._journal.line_of(item), file_facts(self.path_of(item))
        return line.get("state") in ("writing", "failed") and facts != line.get("replaces")

    def _is_done(self, item: BatchItem) -> bool:
        return self._journal.line_of(item).get("state") == "done" and self.path_of(item).exists()


def open_lessons(
    folder: Path,
    job: Mapping[str, Any],
    outputs: Mapping[Path, str],
    open_lesson: OpenLesson,
    may_overwrite: bool = False,
) -> Lessons:
    """Lessons that learn of each folder of works a style in `folder`, or those that were interrupted there.

    job: as JSON, equal for lessons that learn the same. outputs: the name of each style's file, by its works. What the
    same lessons did here before counts as done, unless they came to their end and `may_overwrite`. Raises StudioError:
    a folder that cannot be written or is in use.
    """
    make_folder(folder)
    job = json.loads(json.dumps(job))
    journal = Journal(folder, JOURNAL_NAME)
    try:
        known = _continued(journal.record, job, outputs, may_overwrite)
        first_new = max(known.values(), default=-1) + 1
        new = [works for works in outputs if works not in known]
        numbers = {**known, **{works: number for number, works in enumerate(new, first_new)}}
        items = [BatchItem(numbers[works], works, output) for works, output in outputs.items()]
        if known:
            journal.add_items(item for item in items if item.photo not in known)
        else:
            journal.begin(job, items)
        return Lessons(folder, journal, items, may_overwrite, open_lesson)
    except BaseException:
        journal.close()
        raise


def _continued(
    record: Record | None, job: Mapping[str, Any], outputs: Mapping[Path, str], may_overwrite: bool
) -> dict[Path, int]:
    """The numbers of the items that a journal knows by their works; {} where other lessons are begun."""
    if record is None or record.job != job or (record.has_ended and may_overwrite):
        return {}
    works_of = {name_key(output): works for works, output in outputs.items()}
    items = record.items.values()
    is_other = any(works_of.get(name_key(item.output), item.photo) != item.photo for item in items)
    return {} if is_other else {item.photo: item.number for item in items}
