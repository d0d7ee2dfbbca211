"""A batch at work on an output folder: opens the photos, writes the artworks and keeps the journal in step."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence, Set
from pathlib import Path

from studio.core.artwork.layers import layers_of
from studio.core.batch.job import BatchItem, BatchJob, ItemReport, ItemState
from studio.core.batch.journal import Journal, Record, read_journal
from studio.core.batch.plan import find_photos, identity_of, plan_items
from studio.core.engine_api.build_requests import not_found
from studio.core.engine_api.contract import Done, Seen, StyleRequest
from studio.core.errors import PictureError, StudioError, WriteError
from studio.core.image_io import is_plain, open_picture, save_picture
from studio.core.image_io.output.signing_key import SigningKey
from studio.core.image_io.output_check import file_identity
from studio.core.picture import Picture
from studio.core.project.picture_bytes import reachable_original
from studio.core.rescue import keep_safe, unsaved
from studio.core.storage.atomic_write import make_folder, unwritable
from studio.jobs.as_studio_error import as_studio_error
from studio.jobs.batch.output_files import check_inside, file_facts

OpenPhoto = Callable[[Path], Picture]
Look = Callable[[Picture], Seen]

_logger = logging.getLogger(__name__)


class Batch:
    """What is left to paint, and the only writer into the output folder; make one with the functions below.

    For each item of `left`, in any order: `open` it, have the request painted, `deliver` what came; or `leave` it, with
    the error. Whatever happens to the process in between, the next batch on the folder continues with what is left,
    paints nothing twice and loses nothing. `finish` it when all items were tried, and `close` it in any case.

    items: all, those that are done included. left: those that are not done. For one thread at a time.
    """

    def __init__(
        self,
        folder: Path,
        job: BatchJob,
        journal: Journal,
        items: Iterable[BatchItem],
        may_overwrite: bool,
        open_photo: OpenPhoto,
    ) -> None:
        self.folder = folder
        self._open_photo = open_photo
        self.job = job
        self.key: SigningKey | None = None  # which signs each artwork; in memory alone, no journal knows it
        self.notes: tuple[str, ...] = ()  # what the user should know about the photos
        self.items = tuple(items)
        self._seen: dict[int, Seen] = {}  # by item, what is in its photo
        self._journal = journal
        self._may_overwrite = may_overwrite
        self._sources = {identity_of(item.photo) for item in self.items}
        of_regions = (style for region in job.regions for style in region.styles)
        styles = (style.card.file for style in (*job.styles, *of_regions))
        self._source_files = {file_identity(path) for path in (*(item.photo for item in self.items), *styles)}
        self.left = tuple(item for item in self.items if not self._is_done(item))

    def open(self, item: BatchItem, look: Look | None = None) -> StyleRequest | ItemReport:
        """The request for an item; or that it is skipped, its photo cannot be opened or its file may not be written.

        look: tells what is in a photo; needed where the job `needs_look`.

        This and the two below raise StudioError only if the journal cannot be written.
        """
        try:
            self._check_free(item)
            content = self._open_photo(item.photo)
            seen = None
            if self.job.needs_look and look is not None:
                self._seen[item.number] = seen = look(content)
            return self.job.request(content, seen)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one photo, the others are to be painted
            return self._end(item, "skipped", _as_sentence(error))

    def deliver(self, item: BatchItem, request: StyleRequest, done: Done) -> ItemReport:
        """Write a painted item and note it."""
        path, seen = self.folder / item.output, self._seen.pop(item.number, None)
        sources, regions = (request.content, *request.styles), self.job.regions
        try:
            assert request.content is not None
            self._check_free(item)
            make_folder(path.parent)
            self._journal.note(item, "writing", replaces=file_facts(path))
            size = save_picture(
                done.result,
                path,
                self.job.options,
                self.job.credits(request.content),
                allow_plain=any(is_plain(source) for source in sources if source is not None),
                layers=layers_of(request.content, regions, seen) if self.job.options.format == "ora" else (),
                key=self.key,
                photos=[reachable_original(request.content)] if self.key is not None else [],
            )
        except Exception as error:  # noqa: BLE001 - as above
            return self._leave_unsaved(item, request, done, _as_sentence(error))
        self._journal.note(item, "done")
        missing = () if seen is None else not_found(regions, seen)
        notes = (*request.content.notes, *missing, *done.notes)
        return ItemReport(item, "done", 1.0, size=size, seconds=done.seconds, notes=notes)

    def _leave_unsaved(self, item: BatchItem, request: StyleRequest, done: Done, error: StudioError) -> ItemReport:
        """Note that an item failed after it was painted; its picture is kept elsewhere."""
        if not is_plain(done.result):  # else there is nothing worth keeping
            assert request.content is not None
            made_of = self.job.credits(request.content)
            error = unsaved(error, keep_safe(done.result, item.output, self.job.options, made_of))
        try:
            return self.leave(item, error)
        except WriteError as full:  # nothing more can be written here: say where the last picture was kept
            raise WriteError(full.message, f"{full.remedy} {item.photo.name} has been painted. {error}") from full

    def leave(self, item: BatchItem, error: StudioError) -> ItemReport:
        """Note that an item failed after it was opened. The next batch tries it again, as it does what was skipped."""
        return self._end(item, "failed", error)

    def finish(self) -> None:
        """Note that every item was tried."""
        self._journal.end()

    def close(self) -> None:
        """Release the folder; idempotent."""
        self._journal.close()

    def _end(self, item: BatchItem, state: ItemState, error: StudioError) -> ItemReport:
        self._seen.pop(item.number, None)
        self._journal.note(item, state, reason=str(error))
        return ItemReport(item, state, reason=str(error))

    def _check_free(self, item: BatchItem) -> None:
        path, is_there = self.folder / item.output, True
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            is_there = False
        except (OSError, ValueError) as error:  # such as a name too long, seen before it is painted
            raise unwritable(path, error) from error
        if is_there and (identity_of(path) in self._sources or file_identity(path) in self._source_files):
            raise PictureError(
                f"{item.output} is the same file as one of the photos or styles.", "Choose another folder."
            )
        check_inside(self.folder, item.output)
        if is_there and not self._may_overwrite:
            raise PictureError(f"{item.output} exists already.", "Move it away, or allow overwriting.")

    def _is_done(self, item: BatchItem) -> bool:
        line = self._journal.line_of(item)
        facts = file_facts(self.folder / item.output)
        match line.get("state"):
            case "done":
                return facts is not None
            case "writing":  # ended between the new file and its line, or just before: the file itself tells
                return facts is not None and facts != line.get("replaces")
        return False


def open_batch(
    folder: Path,
    job: BatchJob,
    places: Sequence[Path],
    *,
    may_overwrite: bool = False,
    open_photo: OpenPhoto = open_picture,
    left_out: Set[Path] = frozenset(),
) -> Batch:
    """A batch that paints the photos in `places` but for some, or continues one that was interrupted in this folder.

    What the same batch did here before counts as done, unless it came to its end and `may_overwrite`: then all is
    painted again. Raises StudioError: photos that are not there, a folder that cannot be written or is in use, or a
    batch with other settings that was interrupted here (unless `may_overwrite`).
    """
    search = find_photos(places, folder, left_out)
    journal = _open_journal(folder)
    try:
        record = journal.record
        known = tuple(record.items.values()) if record else ()
        items = plan_items(search.photos, folder, job.options.format, known)
        if record is not None and _is_continued(record, job, may_overwrite):
            journal.add_items(item for item in items if item.number not in record.items)
        elif record is None or record.has_ended or may_overwrite:
            journal.begin(job.to_values() | {"may_overwrite": may_overwrite}, items)
        else:
            raise StudioError(
                f"A batch with other settings was interrupted in {folder}.",
                "Continue it with the same settings, choose another folder, or allow overwriting to start again.",
            )
        batch = Batch(folder, job, journal, items, may_overwrite, open_photo)
        batch.notes = search.notes
        if record is not None and record.refused:
            batch.notes += (f"The journal in {folder} was changed by others; left out: {record.refused[0]}.",)
        return batch
    except BaseException:
        journal.close()
        raise


def resume_batch(folder: Path, open_photo: OpenPhoto = open_picture) -> Batch:
    """The batch that was interrupted in this folder, with the settings it began with. Raises StudioError."""
    if read_journal(folder) is None:
        raise _nothing_to_resume(folder)
    journal = Journal(folder)
    try:
        record = journal.record
        if record is None:
            raise _nothing_to_resume(folder)
        if record.refused:
            raise StudioError(
                f"The batch in {folder} cannot be resumed, as others have changed its journal: {record.refused[0]}.",
                "Begin a new one. Nothing was overwritten.",
            )
        values, items = record.job, record.items.values()
        may_overwrite = values.get("may_overwrite") is True
        return Batch(folder, BatchJob.from_values(values, open_photo), journal, items, may_overwrite, open_photo)
    except BaseException:
        journal.close()
        raise


def _nothing_to_resume(folder: Path) -> StudioError:
    return StudioError(f"No batch was interrupted in {folder}.")


def _open_journal(folder: Path) -> Journal:
    make_folder(folder)
    return Journal(folder)


def _is_continued(record: Record, job: BatchJob, may_overwrite: bool) -> bool:
    is_same = {name: record.job.get(name) for name in job.identity} == job.identity
    return is_same and not (record.has_ended and may_overwrite)


def _as_sentence(error: Exception) -> StudioError:
    """The error as a sentence for the list; the log has the traceback of a fault of ours."""
    if not isinstance(error, StudioError | OSError | MemoryError):
        _logger.error("A photo of a batch is left out.", exc_info=error)
    return as_studio_error(error, "The studio")
