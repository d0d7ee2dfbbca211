"""Runs a batch on an engine, one item after the other; what goes wrong with an item ends that item only."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from studio.core.batch.job import BatchItem, ItemReport
from studio.core.engine_api.contract import Done, Engine, StyleRequest
from studio.core.errors import WeightsError
from studio.core.generators import mapped
from studio.jobs.as_studio_error import as_studio_error
from studio.jobs.batch.batch import Batch
from studio.jobs.following import follow
from studio.jobs.looking import LastingLook, look_at


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
    return mapped(follow(request, engine), lambda news: ItemReport(item, "painting", news.progress))


def _run_item(batch: Batch, item: BatchItem, engine: Engine) -> Iterator[ItemReport]:
    look = LastingLook(lambda content: look_at(content, engine), WeightsError)
    request = batch.open(item, look)
    look.check()
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
