"""Runs lessons on an engine, one after the other; what goes wrong with one ends that one only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from studio.core.batch.job import BatchItem, ItemReport
from studio.core.engine_api.contract import Done, Engine, Progress
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import WeightsError
from studio.jobs.as_studio_error import as_studio_error
from studio.jobs.following import follow
from studio.jobs.lessons.lessons import LessonReport, Lessons


def run_lessons(lessons: Lessons, engine: Engine) -> Iterator[ItemReport]:
    """Reports of every item that is left, as it is opened, learnt and done, skipped or failed.

    Closing the iterator stops, in the middle of a lesson if need be. Raises StudioError for what would affect every
    lesson: an engine that cannot start, weights that are missing, a journal that cannot be written.
    """
    engine.describe()
    for item in lessons.left:
        yield LessonReport(item, "opening")
        request = lessons.open(item)
        if isinstance(request, ItemReport):
            yield request
        else:
            yield from _run_item(lessons, item, request, engine)
    lessons.finish()


def _run_item(lessons: Lessons, item: BatchItem, request: TuneRequest, engine: Engine) -> Iterator[ItemReport]:
    told = LessonReport(item, "learning")
    yield told
    with closing(follow(request, engine, "a style")) as events:
        while True:
            try:
                news = next(events)
            except StopIteration as end:
                done: Done = end.value
                break
            except WeightsError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever happens to one, the others are still to be learnt
                yield lessons.leave(item, as_studio_error(error))
                return
            if isinstance(news, Progress) and (news.training_step is not None or news.progress != told.progress):
                told = LessonReport(item, "learning", news.progress, training_step=news.training_step)
                yield told
    yield lessons.deliver(item, done)
