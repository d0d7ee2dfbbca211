"""The layers of an artwork for formats that have them: below it the photo, and the photo's transparency as a mask."""

from __future__ import annotations

import numpy as np

from studio.core.image_io import Layer
from studio.core.picture import Picture


def layers_of(content: Picture | None) -> tuple[Layer, ...]:
    """What lies below an artwork that was painted of this photo, the topmost first; nothing below a pattern.

    The mask is hidden: white where the photo is opaque, black where it is transparent.
    """
    if content is None:
        return ()
    photo = Layer(f"Photo: {content.name}", content)
    if content.alpha is None:
        return (photo,)
    mask = Picture(np.repeat(content.alpha[:, :, None], 3, axis=2), "mask")
    return Layer("Mask", mask, is_visible=False), photo
