"""SoftProof: how a picture will look in print, shown on a screen; and which of its colours the printer cannot print."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

from studio.core.errors import PictureError
from studio.core.image_io.color_profile import STRIP, srgb_profile
from studio.core.image_io.header_checks import DECODER_ERRORS
from studio.core.image_io.output.rgb_profiles import Intent, cms_intent, profile_name
from studio.core.picture import Picture, Pixels

OUT_OF_GAMUT = (235, 0, 235)  # what paintings hardly have
_SPACES = (b"RGB ", b"CMYK", b"GRAY")
_PROFILE_ERRORS: tuple[type[Exception], ...] = (ImageCms.PyCMSError, *DECODER_ERRORS)


class SoftProof:
    """A printer's profile (of RGB, inks or grey) laid over pictures. May be used on any thread, on one at a time.

    intent: how the printer's colours are chosen. warns: paint what it cannot print in `OUT_OF_GAMUT`. Paper counts as
    white, as the eye takes it. Raises PictureError where a profile cannot be printed with.
    """

    def __init__(self, icc: bytes, intent: Intent = "relative", *, warns: bool = False) -> None:
        name = profile_name(icc)
        if name is None or icc[16:20] not in _SPACES:
            raise PictureError("This is not a printer profile.", "Choose the .icc file of your printer and paper.")
        self.name = name
        try:
            self._shown = _transform(icc, intent, ImageCms.Flags.SOFTPROOFING)
            checks = ImageCms.Flags.SOFTPROOFING | ImageCms.Flags.GAMUTCHECK
            self._checked = _transform(icc, intent, checks) if warns else None
        except _PROFILE_ERRORS as error:
            raise PictureError(
                f"The profile {name} cannot be printed with.", "Choose the .icc file of your printer and paper."
            ) from error

    def of(self, picture: Picture) -> Picture:
        """The picture as it will look, in sRGB for the screen; 8 bits."""
        pixels = np.empty_like(picture.pixels)
        rows = max(1, STRIP // picture.width)
        for top in range(0, picture.height, rows):
            pixels[top : top + rows] = self._strip(picture.pixels[top : top + rows])
        return picture.with_pixels(pixels, picture.alpha)

    def _strip(self, pixels: Pixels) -> Pixels:
        image = Image.fromarray(pixels)
        shown: Pixels = np.asarray(ImageCms.applyTransform(image, self._shown))
        if self._checked is None:
            return shown
        # littleCMS paints what is out of gamut in a grey of its own, which a painting may have.
        differs = (np.asarray(ImageCms.applyTransform(image, self._checked)) != shown).any(axis=2)
        marked = shown.copy()
        marked[differs] = OUT_OF_GAMUT
        return marked


def _transform(icc: bytes, intent: Intent, flags: ImageCms.Flags) -> ImageCms.ImageCmsTransform:
    screen = ImageCms.ImageCmsProfile(BytesIO(srgb_profile()))
    compensation = ImageCms.Flags.NONE if intent == "absolute" else ImageCms.Flags.BLACKPOINTCOMPENSATION
    return ImageCms.buildProofTransform(
        screen,
        screen,
        ImageCms.ImageCmsProfile(BytesIO(icc)),
        "RGB",
        "RGB",
        renderingIntent=cms_intent(intent),
        proofRenderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=flags | compensation,
    )
