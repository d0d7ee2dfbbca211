"""The layers of an artwork for formats that have them: below it the photo, and masks as hidden layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.core.artwork.blend import Blend
from studio.core.engine_api.build_requests import draw_mask
from studio.core.engine_api.contract import Seen
from studio.core.image_io import Layer
from studio.core.picture import Picture, Pixels
from studio.core.regions.rasterize import mask_size
from studio.core.regions.region import Region


def layers_of(
    content: Picture | None, regions: Sequence[Region] = (), seen: Seen | None = None, blend: Blend | None = None
) -> tuple[Layer, ...]:
    """What lies below an artwork that was painted of this photo, the topmost first; nothing below a pattern.

    Masks are hidden: of each region that is in the photo, called as it is, white where it holds; and of the photo's
    transparency, white where it is opaque. seen: what there is in the photo; None where nobody has looked, and then
    regions that have to be found are left out. blend: what the photo was blended of.
    """
    if content is None:
        return ()
    photo = Layer(f"Photo: {(blend or content).name}", content)
    size = mask_size(content.width, content.height)
    known = [region for region in regions if seen is not None or not region.mask.found]
    drawn = [(region.name, draw_mask(region.mask, size, seen)) for region in reversed(known)]
    masks = [_hidden(f"Region: {name}", values) for name, values in drawn if values.any()]
    if content.alpha is not None:
        masks.append(_hidden("Mask", content.alpha))
    return (*masks, photo)


def _hidden(name: str, values: Pixels) -> Layer:
    return Layer(name, Picture(np.repeat(values[:, :, None], 3, axis=2), name), is_visible=False)
