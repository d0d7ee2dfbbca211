"""Runs lessons on the machines of a cluster. Works and checkpoints travel; only this process writes into the folder."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from queue import SimpleQueue
from typing import Any

from studio.core.batch.job import BatchItem, ItemReport
from studio.core.engine_api.contract import Engine, EngineSettings, MakeEngine
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import EngineDied, StudioError, WeightsError
from studio.jobs.cluster import Cluster, ClusterGone, Task
from studio.jobs.lessons.keeper import LessonKeeper, Piece
from studio.jobs.lessons.lessons import LessonReport, Lessons

PIECE_SECONDS = 10.0  # of work that a death of a worker may cost; a checkpoint travels after each
MOST_LOSSES = 3  # workers that a lesson may lose without coming further


def run_on_cluster(
    lessons: Lessons, address: str, make_engine: MakeEngine, settings: EngineSettings
) -> Iterator[ItemReport]:
    """Reports of every item that is left, as `run_lessons` gives them, but of as many lessons at once as are workers.

    address, settings: as of a Cluster. A lesson whose worker is lost goes on at another from its last checkpoint, as
    it does in a later run here. Closing the iterator cancels. Raises StudioError for what would affect every lesson.
    """
    with Cluster(address, partial(LessonKeeper, make_engine), settings) as cluster:
        yield from _Learning(lessons, cluster).run()
        lessons.finish()


@dataclass(frozen=True)
class _UnderWay:
    """A lesson.

    request: resumed as soon as there is a checkpoint here. place: of the worker that has it. reached: the furthest
    step. losses: workers lost after the step `lost_at`.
    """

    item: BatchItem
    request: TuneRequest
    place: str = ""
    reached: int = 0
    losses: int = 0
    lost_at: int = -1

    def lost(self) -> _UnderWay:
        """The same without its worker. Raises EngineDied if it loses one after the other."""
        losses = 1 if self.reached > self.lost_at else self.losses + 1
        if losses >= MOST_LOSSES:
            raise EngineDied("")
        return replace(self, place="", losses=losses, lost_at=self.reached)


class _Learning:
    """Lessons under way on a cluster."""

    def __init__(self, lessons: Lessons, cluster: Cluster) -> None:
        self._lessons, self._cluster = lessons, cluster
        self._left = deque(lessons.left)
        self._lost: deque[_UnderWay] = deque()  # with their worker; they come first
        self._under_way: dict[Task[Piece | None], _UnderWay] = {}
        self._ended: SimpleQueue[Task[Any]] = SimpleQueue()

    def run(self) -> Iterator[ItemReport]:
        """Reports until every lesson was tried."""
        while self._left or self._lost or self._under_way:
            while (self._left or self._lost) and len(self._under_way) < self._cluster.workers:
                yield from self._begin_next()
            if self._under_way:
                yield from self._take(self._cluster.next_of(self._ended))

    def _begin_next(self) -> Iterator[ItemReport]:
        if self._lost:
            self._begin(self._lost.popleft())
            return
        item = self._left.popleft()
        yield LessonReport(item, "opening")
        request = self._lessons.open(item)
        if isinstance(request, ItemReport):
            yield request
            return
        self._begin(_UnderWay(item, request))
        yield LessonReport(item, "learning")

    def _begin(self, lesson: _UnderWay) -> None:
        used = {other.place for other in self._under_way.values()}
        place = next((place for place in self._cluster.places if place not in used), "")
        checkpoint = self._lessons.checkpoint(lesson.item) if lesson.request.is_resumed else b""
        work = partial(_begin, lesson.request, checkpoint, PIECE_SECONDS)
        self._under_way[self._cluster.start(work, self._ended, place)] = replace(lesson, place=place)

    def _take(self, task: Task[Piece | None]) -> Iterator[ItemReport]:
        """What came of a piece of a lesson; the next one is begun."""
        lesson = self._under_way.pop(task)
        item, request = lesson.item, lesson.request
        try:
            piece = task.result()
            if piece is None:
                self._lost.append(lesson.lost())
                return
            self._lessons.keep(item, request, piece.style, piece.checkpoint)
        except (WeightsError, ClusterGone):
            raise
        except StudioError as error:
            yield self._lessons.leave(item, _of_a_lesson(error))
            return
        if piece.done is not None:
            yield self._lessons.deliver(item, piece.done)
            return
        yield LessonReport(item, "learning", piece.progress, training_step=piece.training_step)
        if piece.checkpoint:
            request = replace(request, is_resumed=True)
        step = piece.training_step.step if piece.training_step else 0
        lesson = replace(lesson, request=request, place=task.place, reached=max(step, lesson.reached))
        work = partial(_go_on, request.id, PIECE_SECONDS)
        self._under_way[self._cluster.start(work, self._ended, task.place)] = lesson


def _begin(request: TuneRequest, checkpoint: bytes, seconds: float, engine: Engine) -> Piece:
    """Runs on a worker."""
    assert isinstance(engine, LessonKeeper)
    return engine.begin(request, checkpoint, seconds)


def _go_on(request_id: int, seconds: float, engine: Engine) -> Piece | None:
    """Runs on a worker, perhaps on another than the piece before."""
    assert isinstance(engine, LessonKeeper)
    return engine.go_on(request_id, seconds)


def _of_a_lesson(error: StudioError) -> StudioError:
    """The error in words that fit."""
    if not isinstance(error, EngineDied):
        return error
    return EngineDied(
        "Every worker that learnt this style died, perhaps for lack of memory.",
        "Choose a smaller batch or smaller crops; the same command goes on with it.",
    )
