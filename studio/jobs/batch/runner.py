"""Runs a batch on an engine, one item after the other; what goes wrong with an item ends that item only."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import suppress

from studio.core.batch.job import BatchItem, ItemReport
from studio.core.engine_api.contract import Done, Engine, Failed, Frame, Progress, StyleRequest
from studio.core.errors import EngineError, WeightsError
from studio.jobs.as_studio_error import as_studio_error
from studio.jobs.batch.batch import Batch
from studio.jobs.event_check import check_event
from studio.jobs.interruption import Interrupted, Interruptible
from studio.jobs.looking import look_at


def run_batch(batch: Batch, engine: Engine) -> Iterator[ItemReport]:
    """Reports of every item that is left, as it is opened, painted, saved and done, skipped or failed.

    Nothing happens between two next() calls: not asking for more is a pause, and closing the iterator cancels, in the
    middle of an item if need be. Raises StudioError for what would affect every item: an engine that cannot start,
    weights that are missing, a journal that cannot be written.
    """
    engine.describe()
    for item in batch.left:
        yield ItemReport(item, "opening")
        yield from _run_item(batch, item, engine)
    batch.finish()


def paint_item(item: BatchItem, request: StyleRequest, engine: Engine) -> Generator[ItemReport, None, Done]:
    """Reports of an item while it is painted; returns what came of it. Raises what the engine raises."""
    events = iter(engine.run(request))
    try:
        for event in events:
            match check_event(event, request):
                case Frame(progress=progress) | Progress(progress=progress):
                    yield ItemReport(item, "painting", progress)
                case Failed(error=error):
                    raise error
                case Done() as done:
                    return done
    except KeyboardInterrupt:
        if isinstance(engine, Interruptible):  # whoever catches it closes the engine: the step under way need not end
            engine.interrupt()
        raise
    finally:
        close = getattr(events, "close", None)  # generators have it, plain iterators do not
        if close is not None:
            with suppress(Interrupted):
                close()
    raise EngineError("The engine ended without a picture.", "Try again, or on another device.")


def _run_item(batch: Batch, item: BatchItem, engine: Engine) -> Iterator[ItemReport]:
    request = batch.open(item, lambda content: look_at(content, engine))
    if isinstance(request, ItemReport):
        yield request
        return
    try:
        done = yield from paint_item(item, request, engine)
    except WeightsError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever happens to one item, the others are still to be painted
        yield batch.leave(item, as_studio_error(error))
        return
    yield ItemReport(item, "saving", 1.0)
    yield batch.deliver(item, request, done)
