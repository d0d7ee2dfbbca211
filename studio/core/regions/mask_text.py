"""Masks as text for JSON, where there is no file beside it to keep them in: PNG in base64."""

from __future__ import annotations

import base64
import binascii
import io

import numpy as np
from PIL import Image

from studio.core.errors import RecipeError
from studio.core.picture import Pixels
from studio.core.regions.rasterize import LONGEST

_LONGEST_TEXT = 32 << 20  # characters


def mask_text(values: Pixels) -> str:
    """The text of a mask (h, w) uint8."""
    file = io.BytesIO()
    Image.fromarray(values).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def mask_of_text(text: str) -> Pixels:
    """Inverse of `mask_text`. Raises RecipeError if it is none."""
    try:
        if len(text) > _LONGEST_TEXT:
            raise ValueError("too long")
        with Image.open(io.BytesIO(base64.b64decode(text, validate=True)), formats=["PNG"]) as image:
            if image.mode != "L" or max(image.size) > LONGEST:
                raise ValueError("no mask")
            return np.array(image)
    except (binascii.Error, ValueError, OSError, SyntaxError) as error:
        raise RecipeError("A mask can no longer be read.", "Draw it again.") from error
