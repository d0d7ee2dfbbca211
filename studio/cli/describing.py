"""What pictures are like, for commands: one is opened while the engine looks at the one before."""

from __future__ import annotations

import argparse
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from studio.cli.terminal import plain_console, say
from studio.core.classifier.tuned_block import TunedBlock
from studio.core.engine_api.contract import DescribeRequest, EngineSettings, MakeEngine
from studio.core.engine_api.features import FeatureQuery
from studio.core.errors import EngineDied, EngineError, PictureError, StudioError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.library import library_index
from studio.core.library.indexing import thumbnail_of
from studio.core.picture import Picture
from studio.jobs.describing import ClusterDescriber, Describer, EngineDescriber
from studio.jobs.looking import Vectors

SHORT_EDGE = 512  # px of pictures that are looked at: twice of what the networks see, so that it is shrunk well
_AHEAD = 2  # pictures that are opened before they are looked at

Rows = NDArray[np.float32]
Seen = tuple[Path, Picture, Vectors] | tuple[Path, StudioError, None]


@contextmanager
def make_describer(
    make_engine: MakeEngine, settings: EngineSettings, cluster: str | None, tell: Callable[[str], None] = say
) -> Iterator[Describer]:
    """Who describes pictures: an engine here or, with an address of its scheduler, the workers of a cluster.

    tell: what is said of downloads here. Raises StudioError.
    """
    if cluster is None:
        with closing(make_engine(settings)) as engine:
            yield EngineDescriber(engine, tell)
    else:
        from studio.jobs.cluster import Cluster  # `check_cluster` has seen that it can be imported

        with Cluster(cluster, make_engine, settings) as workers:
            yield ClusterDescriber(workers)


class Describing:
    """Asks about pictures, in their order."""

    def __init__(
        self,
        describer: Describer,
        opener: PictureOpener,
        block: TunedBlock | None = None,
        may_download: bool = False,
    ) -> None:
        """block, may_download: as of a DescribeRequest."""
        self._describer = describer
        self._opener = opener
        self._block, self._may_download = block, may_download

    def vectors(self, picture: Picture, query: FeatureQuery | None = None) -> Vectors:
        """The vectors of a picture: of the library, or of a query. Raises StudioError."""
        return self._begin(picture, query)()

    def each(self, paths: Sequence[Path], query: FeatureQuery | None = None) -> Iterator[Seen]:
        """Each picture and its vectors in order, or what is wrong with it. What the engine raises goes through.

        But a picture whose every worker died is left out: others may go on.
        """
        asked: deque[Callable[[], Seen]] = deque()
        with closing(open_each(self._opener, paths)) as pictures:
            for path, picture in pictures:
                asked.append(self._ask(path, picture, query))
                if len(asked) >= self._describer.capacity:
                    yield asked.popleft()()
        while asked:
            yield asked.popleft()()

    def for_the_library(self, paths: Sequence[Path]) -> Iterator[library_index.Described | StudioError]:
        """As `studio.core.library.indexing.DescribeAll`."""
        for _, picture, vectors in self.each(paths):
            if vectors is None or isinstance(picture, StudioError):
                yield picture if isinstance(picture, StudioError) else EngineError("It was not looked at.")
                continue
            yield library_index.Described(
                picture.fingerprint, picture.width, picture.height, vectors, thumbnail_of(picture)
            )

    def _ask(self, path: Path, picture: Picture | StudioError, query: FeatureQuery | None) -> Callable[[], Seen]:
        if isinstance(picture, StudioError):
            return lambda: (path, picture, None)
        answer = self._begin(picture, query)

        def seen() -> Seen:
            try:
                return path, picture, answer()
            except EngineDied as error:
                return path, error, None

        return seen

    def _begin(self, picture: Picture, query: FeatureQuery | None) -> Callable[[], Vectors]:
        request = DescribeRequest(picture, query, self._block if query else None, self._may_download)
        return self._describer.begin(request)


def open_each(
    opener: PictureOpener, paths: Sequence[Path]
) -> Generator[tuple[Path, Picture | StudioError], None, None]:
    """Small copies of pictures in their order, or what is wrong with each; some are opened ahead. Close it."""
    with ThreadPoolExecutor(1, thread_name_prefix="opener") as threads:
        waiting: deque[tuple[Path, Future[Picture]]] = deque()
        try:
            for path in paths:
                waiting.append((path, threads.submit(opener.open_small, path, SHORT_EDGE)))
                if len(waiting) > _AHEAD:
                    yield _as_opened(*waiting.popleft())
            while waiting:
                yield _as_opened(*waiting.popleft())
        finally:
            for _, future in waiting:
                future.cancel()


def _as_opened(path: Path, opening: Future[Picture]) -> tuple[Path, Picture | StudioError]:
    try:
        return path, opening.result()
    except StudioError as error:
        return path, error
    except (OSError, ValueError) as error:
        return path, PictureError(f"{path.name} cannot be opened: {error}.")


def features_of(
    arguments: argparse.Namespace, looking: Describing, paths: Sequence[Path], query: FeatureQuery, stage: str
) -> tuple[list[int], Rows, tuple[int, ...]]:
    """Which pictures could be opened, their features, and the lengths of the layers."""
    seen: list[int] = []
    rows: list[Rows] = []
    blocks: tuple[int, ...] = ()
    pictures = looking.each(paths, query)
    told = track(
        pictures, stage, len(paths), console=plain_console(stderr=True), transient=True, disable=arguments.json
    )
    for number, (path, picture, vectors) in enumerate(told):
        if vectors is None:
            say(f"Left out: {path}: {picture}")
            continue
        seen.append(number)
        rows.append(row_of(vectors, query))
        blocks = tuple(len(vectors[layer]) for layer in query.layers)
    if not seen:
        raise StudioError("None of the pictures could be opened.")
    return seen, np.stack(rows), blocks


def row_of(vectors: Vectors, query: FeatureQuery) -> Rows:
    """The vectors of all layers, one behind the other."""
    return np.concatenate([vectors[layer] for layer in query.layers])
