"""Keep the photo's colours: lightness of the artwork, hue and chroma of the photo, in OKLab."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

import torch
from torch import Tensor

from studio.core.engine_api.contract import RegionRequest
from studio.engine.runtime.lru_cache import TensorCache
from studio.engine.runtime.oklab import from_oklab, to_oklab
from studio.engine.runtime.region_shares import RegionShares
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
        amount: float | Tensor,
        painted_key: Hashable = None,
        photo_key: Hashable = None,
    ) -> Iterator[Tensor]:
        """The painting with its colours moved towards the photo's by `amount` (0 to 1); its lightness stays.

        amount: of the whole, or of each place, (1, 1, h, w).
        painted, and what comes out: all strips of an image of `size` (h, w), from the top, (1, 3, rows, w) sRGB in
        [0, 1]. photo: (1, 3, H, W), laid over it.
        painted_key, photo_key: unique to what is in them; None: it will not be asked for again.
        """
        if isinstance(amount, float | int) and amount == 0:
            yield from painted
            return
        top = 0
        for part in painted:
            if part.shape[2] == size[0]:
                lab, photo_lab = self._lab(part, size, painted_key), self._lab(photo, size, photo_key)
            else:  # too large to be remembered
                photo = resize(photo, size)
                lab, photo_lab = (to_oklab(one.clamp(0, 1)) for one in (part, photo[:, :, top : top + part.shape[2]]))
            share = amount[:, :, top : top + part.shape[2]] if isinstance(amount, Tensor) else amount
            colored = from_oklab(torch.cat((lab[:, :1], torch.lerp(lab[:, 1:], photo_lab[:, 1:], share)), 1))
            # Where nothing is kept nothing is changed, not even by what OKLab rounds.
            yield (
                torch.where(share > 0, colored, part).clamp_(0, 1)
                if isinstance(share, Tensor)
                else colored.clamp_(0, 1)
            )
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


def kept_amount(
    rest: float, regions: Sequence[RegionRequest], shares: RegionShares | None, size: tuple[int, int]
) -> float | Tensor:
    """How much of the photo's colours is kept: everywhere, or at each place (1, 1, h, w) of a picture of `size`.

    rest: where there is no region. shares: of the regions; None where there are none. What stays the photo has its
    colours in any case.
    """
    amounts = [region.recipe.keep_color if region.is_painted else 0.0 for region in regions]
    if shares is None or all(amount == rest for amount in amounts):
        return rest
    numbers = torch.tensor((*amounts, rest))[None, :, None, None]
    every = shares.at(size)
    return (every * numbers.to(every.device)).sum(1, keepdim=True)
