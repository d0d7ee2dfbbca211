"""Keep the photo's colours: lightness of the artwork, hue and chroma of the photo, in OKLab."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

import torch
from torch import Tensor

from studio.engine.runtime.lru_cache import TensorCache
from studio.engine.runtime.oklab import from_oklab, to_oklab
from studio.engine.runtime.tensors import resize

KEPT_LABS = 64 << 20  # bytes


class ColorKeeper:
    """Keeps colours for a slider: it asks for the same two pictures again and again, so their OKLab is remembered."""

    def __init__(self) -> None:
        self._labs = TensorCache(KEPT_LABS)

    @torch.no_grad()
    def keep(
        self,
        painted: Iterable[Tensor],
        size: tuple[int, int],
        photo: Tensor,
        amount: float,
        painted_key: Hashable = None,
        photo_key: Hashable = None,
    ) -> Iterator[Tensor]:
        """The painting with its colours moved towards the photo's by `amount` (0 to 1); its lightness stays.

        painted, and what comes out: all strips of an image of `size` (h, w), from the top, (1, 3, rows, w) sRGB in
        [0, 1]. photo: (1, 3, H, W), laid over it.
        painted_key, photo_key: unique to what is in them; None: it will not be asked for again.
        """
        if amount == 0:
            yield from painted
            return
        top = 0
        for part in painted:
            if part.shape[2] == size[0]:
                lab, photo_lab = self._lab(part, size, painted_key), self._lab(photo, size, photo_key)
            else:  # too large to be remembered
                photo = resize(photo, size)
                lab, photo_lab = (to_oklab(one.clamp(0, 1)) for one in (part, photo[:, :, top : top + part.shape[2]]))
            yield from_oklab(torch.cat((lab[:, :1], torch.lerp(lab[:, 1:], photo_lab[:, 1:], amount)), 1)).clamp_(0, 1)
            top += part.shape[2]

    def close(self) -> None:
        """Forget everything."""
        self._labs.clear()

    def _lab(self, image: Tensor, size: tuple[int, int], key: Hashable) -> Tensor:
        whole_key = (key, tuple(image.shape[2:]), size)
        lab = None if key is None else self._labs.get(whole_key)
        if lab is None:
            lab = to_oklab(resize(image, size).clamp(0, 1))
            if key is not None:
                self._labs[whole_key] = lab
        return lab
