"""PictureDescriber: what a picture outside the library is like, for somebody who waits for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QObject, Slot

from studio.core.engine_api.build_requests import draw_mask
from studio.core.engine_api.contract import Described, DescribeRequest, Seen
from studio.core.errors import PictureError, StudioError
from studio.core.image_io.opening.opener import Cancellation, PictureOpener
from studio.core.image_io.opening.thumbnail import shrunk
from studio.core.library.search import Vectors
from studio.core.picture import Picture
from studio.core.regions.shapes import Mask
from studio.jobs.worker import Worker
from studio.ui.importing.mime_payload import Payload, encoded
from studio.ui.library.index_writer import SHORT_EDGE
from studio.ui.session.session import Session
from studio.ui.threads.engine_question import EngineQuestion
from studio.ui.threads.serial_executor import SerialExecutor

_SMALLEST = 32  # px of a region: below that there is nothing to see
_INSIDE = 128  # of a mask, from which on a pixel belongs to the region

Take = Callable[[str, Vectors], None]
Refuse = Callable[[StudioError], None]


class PictureDescriber(QObject):
    """The newest question replaces those before, which are stopped: nobody waits for their answers any more."""

    def __init__(
        self,
        session: Session,
        worker: Worker,
        opener: PictureOpener,
        files: SerialExecutor,
        parent: QObject | None = None,
    ) -> None:
        """files: where pictures are opened and cut out."""
        super().__init__(parent)
        self._opener, self._files = opener, files
        self._question = EngineQuestion(worker, session.event_unclaimed, self)
        self._question.answered.connect(self._take_answer)
        self._question.failed.connect(self._take_failure)
        self._cancellation = Cancellation()  # of the newest question
        self._is_preparing = False
        self._name = ""  # of the picture that is asked about
        self._take: Take = lambda title, vectors: None
        self._refuse: Refuse = lambda error: None

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._is_preparing or self._question.request is not None

    def describe(self, picture: Picture, take: Take, refuse: Refuse) -> None:
        """Call `take` with the name of a picture and what it is like, or `refuse`."""
        self._prepare(lambda _: shrunk(picture, SHORT_EDGE), take, refuse)

    def describe_region(
        self, picture: Picture, mask: Mask, seen: Seen | None, name: str, take: Take, refuse: Refuse
    ) -> None:
        """The same for a region of a photo. name: of the region. seen: what there is in the photo."""
        self._prepare(lambda _: cut_out(picture, mask, seen, name), take, refuse)

    def describe_file(self, path: Path, take: Take, refuse: Refuse) -> None:
        """The same for a file."""
        self._prepare(lambda cancellation: self._opener.open_small(path, SHORT_EDGE, cancellation), take, refuse)

    def describe_payload(self, payload: Payload, name: str, take: Take, refuse: Refuse) -> None:
        """The same for a picture that was dropped or pasted."""
        self._prepare(
            lambda given_up: shrunk(self._opener.decode_picture(encoded(payload, name), name, given_up), SHORT_EDGE),
            take,
            refuse,
        )

    def _prepare(self, make: Callable[[Cancellation], Picture], take: Take, refuse: Refuse) -> None:
        self._cancellation.cancel()
        self._question.cancel()
        cancellation = self._cancellation = Cancellation()
        self._is_preparing = True

        def prepare() -> Picture:
            cancellation.check()
            return make(cancellation)

        def ask(picture: Picture) -> None:
            if cancellation is self._cancellation:
                self._is_preparing = False
                self._name, self._take, self._refuse = picture.name, take, refuse
                self._question.ask(DescribeRequest(picture))

        def give_up(error: StudioError) -> None:
            if cancellation is self._cancellation:
                self._is_preparing = False
                refuse(error)

        self._files.submit(prepare, ask, give_up)

    @Slot(object)
    def _take_answer(self, answer: Described) -> None:
        self._take(self._name, answer.vectors)

    @Slot(object)
    def _take_failure(self, error: StudioError) -> None:
        self._refuse(error)


def cut_out(picture: Picture, mask: Mask, seen: Seen | None, name: str) -> Picture:
    """The part of a picture in a mask; what is not in the region has its mean colour. Raises PictureError."""
    small = shrunk(picture, 2 * SHORT_EDGE)
    inside = draw_mask(mask, (small.width, small.height), seen) >= _INSIDE
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    if len(rows) < _SMALLEST or len(columns) < _SMALLEST:
        text = QCoreApplication.translate("PictureDescriber", "The region {} is too small to look for others like it.")
        raise PictureError(text.format(name), QCoreApplication.translate("PictureDescriber", "Choose a larger one."))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    pixels, inside = small.pixels[box].copy(), inside[box]
    pixels[~inside] = pixels[inside].mean(0).astype(np.uint8)
    return shrunk(Picture(pixels, name=name), SHORT_EDGE)
