"""Turns what the methods paint into frames, signs of life and results, not more of them than anybody can see."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Hashable, Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from studio.core.engine_api.contract import Done, Event, Frame, LiveRequest, Progress, StyleRequest
from studio.core.errors import EngineError
from studio.core.picture import Picture, Pixels
from studio.core.resampling import resizing
from studio.engine.keep_colors import ColorKeeper, kept_amount
from studio.engine.optimization.optimize import Snapshot
from studio.engine.runtime.generators import SIGN_OF_LIFE, signs_of_life
from studio.engine.runtime.region_shares import RegionShares
from studio.engine.runtime.tensors import strips_of, writing

FRAME_INTERVAL = 0.1  # s between frames: ten a second are a film, more only cost


class Reporter:
    """Tells the events of one request. photo: for its colours, None for a pattern. started: by `time.perf_counter`.

    shares: of its regions, None where it has none. network: of Live, that paints it.
    key: the same for requests whose only image is the same; None where images are shown once.
    """

    def __init__(
        self,
        request: StyleRequest | LiveRequest,
        photo: Tensor | None,
        colors: ColorKeeper,
        started: float,
        key: Hashable = None,
        shares: RegionShares | None = None,
        network: str = "",
    ) -> None:
        self._shares, self._network = shares, network
        self._request, self._photo, self._colors, self._started, self._key = request, photo, colors, started, key
        self._alpha: Pixels | None = None
        self._alpha_size = (0, 0)  # (h, w)
        self._last_frame = self._last_event = 0.0
        self._last = Snapshot(torch.zeros((1, 3, 1, 1)), 0, 0, 0.0)

    def report(self, snapshot: Snapshot | None) -> Iterator[Event]:
        """What there is to say of a snapshot; None is a sign of life."""
        now = time.perf_counter()
        if snapshot is None:
            if now - self._last_event >= SIGN_OF_LIFE:
                self._last_event = now
                yield Progress(self._request.id, self._last.progress)
            return
        self._last = snapshot
        if snapshot.note:
            yield Progress(self._request.id, snapshot.progress, snapshot.note)
        if now - self._last_frame >= FRAME_INTERVAL:
            self._last_frame = self._last_event = now
            yield (yield from self.frame(snapshot, is_final=False))

    def done(self, image: Tensor, notes: Sequence[str] = ()) -> Iterator[Event]:
        """The last frame and the end. Raises EngineError if it is no picture."""
        final = yield from self.frame(replace(self._last, image=image, progress=1.0), is_final=True)
        if int(final.picture.pixels.max()) == int(final.picture.pixels.min()):
            raise EngineError("The result came out as one plain colour.", "Try another style, size or strength.")
        yield final
        yield Done(self._request.id, final.picture, final.uncolored, final.step, final.seconds, tuple(notes))

    def frame(self, snapshot: Snapshot, is_final: bool) -> Generator[Event, None, Frame]:
        """A snapshot as a frame, its colours kept as the recipe says. Raises EngineError where it holds no numbers."""
        if not math.isfinite(float(snapshot.image.sum())):  # `torch.isfinite` makes copies of the whole
            raise EngineError("The picture fell apart.", "Try another style, size or strength.")
        # Frames on the way are only looked at; what is kept has 16 bits.
        making = self._pictures(snapshot.image, is_deep=is_final and isinstance(self._request, StyleRequest))
        shown, uncolored = yield from signs_of_life(self._request.id, making, snapshot.progress)
        return Frame(
            request_id=self._request.id,
            step=snapshot.step,
            steps=snapshot.steps,
            progress=snapshot.progress,
            picture=shown,
            uncolored=uncolored,
            losses=snapshot.losses,
            seconds=time.perf_counter() - self._started,
            is_final=is_final,
            network=self._network,
        )

    def _pictures(self, image: Tensor, is_deep: bool) -> Generator[None, None, tuple[Picture, Picture | None]]:
        content = self._request.content
        like = content or self._request.styles[0]
        if self._request.recipe.method == "pattern":
            like = Picture(like.pixels, f"Pattern of {self._request.styles[0].name}")
        size = (image.shape[2], image.shape[3])
        if like.alpha is not None and size != self._alpha_size:  # not for each frame: a photo may be large
            self._alpha, self._alpha_size = (yield from resizing(like.alpha, (size[1], size[0]))), size
        pixels, fine = yield from writing(strips_of(image), size, is_deep=is_deep)
        painted = like.with_pixels(pixels, self._alpha, fine)
        amount = kept_amount(self._request.recipe.keep_color, self._request.regions, self._shares, size)
        if self._photo is None or content is None or (isinstance(amount, float) and amount == 0):
            return painted, None
        yield from content.fingerprinting()
        kept = self._colors.keep(strips_of(image), size, self._photo, amount, self._key, content.fingerprint)
        pixels, fine = yield from writing(kept, size, is_deep=is_deep)
        return painted.with_pixels(pixels, painted.alpha, fine), painted
