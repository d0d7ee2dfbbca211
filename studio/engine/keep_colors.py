"""Keep the photo's colours: lightness of the artwork, hue and chroma of the photo, in OKLab."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

import torch
from torch import Tensor

from studio.engine.runtime.lru_cache import TensorCache
from studio.engine.runtime.tensors import resize

KEPT_LABS = 64 << 20  # bytes

# Source: Ottosson 2020, "A perceptual color space for image processing"; rows are l, m, s and L, a, b.
_TO_CONES = ((0.4122214708, 0.5363325363, 0.0514459929), (0.2119034982, 0.6806995451, 0.1073969566),
             (0.0883024619, 0.2817188376, 0.6299787005))  # fmt: skip
_TO_LAB = ((0.2104542553, 0.7936177850, -0.0040720468), (1.9779984951, -2.4285922050, 0.4505937099),
           (0.0259040371, 0.7827717662, -0.8086757660))  # fmt: skip


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


def to_oklab(image: Tensor) -> Tensor:
    """OKLab of sRGB in [0, 1]. Shapes: (1, 3, H, W) -> (1, 3, H, W), L in [0, 1], a and b about +-0.4."""
    linear = torch.where(image <= 0.04045, image / 12.92, ((image.clamp_min(0) + 0.055) / 1.055) ** 2.4)
    cones = _mix(_TO_CONES, linear)  # none is below 0: all weights are positive
    return _mix(_TO_LAB, cones ** (1 / 3))


def from_oklab(lab: Tensor) -> Tensor:
    """Inverse of `to_oklab`; colours outside sRGB come out below 0 or above 1."""
    linear = _mix(_inverse(_TO_CONES), _mix(_inverse(_TO_LAB), lab) ** 3)
    return torch.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear.clamp_min(1e-8) ** (1 / 2.4) - 0.055)


_Rows = tuple[tuple[float, float, float], ...]


def _mix(rows: _Rows, image: Tensor) -> Tensor:
    return torch.einsum("ij,bjhw->bihw", torch.tensor(rows, device=image.device), image)


def _inverse(rows: _Rows) -> _Rows:
    first, second, third = torch.tensor(rows, dtype=torch.float64).inverse().tolist()
    return tuple(first), tuple(second), tuple(third)
