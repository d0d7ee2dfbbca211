"""What pictures are like, for commands: one is opened while the engine looks at the one before."""

from __future__ import annotations

import argparse
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from studio.cli.terminal import plain_console, say
from studio.core.classifier.tuned_block import TunedBlock
from studio.core.engine_api.contract import Described, DescribeRequest, Engine, Progress
from studio.core.engine_api.features import FeatureQuery
from studio.core.errors import EngineError, PictureError, StudioError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.library import library_index
from studio.core.library.indexing import thumbnail_of
from studio.core.picture import Picture

SHORT_EDGE = 512  # px of pictures that are looked at: twice of what the networks see, so that it is shrunk well
_AHEAD = 2  # pictures that are opened before they are looked at

Rows = NDArray[np.float32]
Vectors = Mapping[str, Rows]


class Describing:
    """Asks an engine about pictures, one after the other."""

    def __init__(
        self,
        engine: Engine,
        opener: PictureOpener,
        block: TunedBlock | None = None,
        may_download: bool = False,
        tell: Callable[[str], None] = lambda note: None,
    ) -> None:
        """block, may_download: as of a DescribeRequest. tell: what is said meanwhile, of downloads, not too often."""
        self._engine = engine
        self._opener = opener
        self._block, self._may_download, self._tell = block, may_download, tell
        self._told = ""

    def vectors(self, picture: Picture, query: FeatureQuery | None = None) -> Vectors:
        """The vectors of a picture: of the library, or of a query. Raises StudioError."""
        request = DescribeRequest(picture, query, self._block if query else None, self._may_download)
        with closing(iter(self._engine.run(request))) as events:  # type: ignore[type-var]
            for event in events:
                if isinstance(event, Progress) and event.note and event.note != self._told:
                    self._told = event.note
                    self._tell(event.note)
                if isinstance(event, Described):
                    return event.vectors
        raise EngineError("The engine ended without a result.", "Try again.")

    def each(
        self, paths: Sequence[Path], query: FeatureQuery | None = None
    ) -> Iterator[tuple[Path, Picture, Vectors] | tuple[Path, StudioError, None]]:
        """Each picture and its vectors in order, or what is wrong with it. What the engine raises goes through."""
        with ThreadPoolExecutor(1, thread_name_prefix="opener") as threads:
            waiting: deque[tuple[Path, Future[Picture]]] = deque()
            try:
                for path in paths:
                    waiting.append((path, threads.submit(self._opener.open_small, path, SHORT_EDGE)))
                    if len(waiting) > _AHEAD:
                        yield self._look(*waiting.popleft(), query)
                while waiting:
                    yield self._look(*waiting.popleft(), query)
            finally:
                for _, future in waiting:
                    future.cancel()

    def for_the_library(self, paths: Sequence[Path]) -> Iterator[library_index.Described | StudioError]:
        """As `studio.core.library.indexing.DescribeAll`."""
        for _, picture, vectors in self.each(paths):
            if vectors is None or isinstance(picture, StudioError):
                yield picture if isinstance(picture, StudioError) else EngineError("It was not looked at.")
                continue
            yield library_index.Described(
                picture.fingerprint, picture.width, picture.height, vectors, thumbnail_of(picture)
            )

    def _look(
        self, path: Path, opening: Future[Picture], query: FeatureQuery | None
    ) -> tuple[Path, Picture, Vectors] | tuple[Path, StudioError, None]:
        try:
            picture = opening.result()
        except StudioError as error:
            return path, error, None
        except (OSError, ValueError) as error:
            return path, PictureError(f"{path.name} cannot be opened: {error}."), None
        return path, picture, self.vectors(picture, query)


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


def row_of(vectors: Mapping[str, Rows], query: FeatureQuery) -> Rows:
    """The vectors of all layers, one behind the other."""
    return np.concatenate([vectors[layer] for layer in query.layers])
