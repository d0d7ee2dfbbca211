"""ExportOptions: how a file is written; what does not fit together is refused in words before anything is painted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from studio.core.errors import PictureError
from studio.core.image_io.formats import WRITE_LIMITS, ExportFormat, format_title
from studio.core.image_io.output.rgb_profiles import INTENTS, NUMBERED_PROFILES, Intent


def holds_profile(format_name: ExportFormat, profile: str) -> bool:
    """Whether a format can be written in an export's profile, as far as that can be told without reading it."""
    return WRITE_LIMITS[format_name].has_profiles or profile in NUMBERED_PROFILES


@dataclass(frozen=True)
class ExportOptions:
    """How a file is written.

    quality: 1-100, of JPEG, WebP, AVIF and JPEG XL. size: (width, height) px to scale to, None for the picture's own.
    dpi: None for what the photo came with. keep_gps: the place, and serial numbers too; with keep_exif only.
    label_ai: IPTC's "made with AI" mark. no_learn: IPTC's mark that forbids to learn from the picture.
    lossless: of WebP and JPEG XL; PNG, TIFF and OpenRaster always are, JPEG and AVIF never.
    depth: bits of a value, see `WRITE_LIMITS`. dither: see `dithered`; of 8 bits only.
    profile: "srgb", "display-p3", "adobe-rgb", "photo" for the photo's own, or the path of an ICC profile. intent: how
    colours come into it, of which "perceptual" and "saturation" differ only where a profile has tables for them.
    """

    format: ExportFormat = "png"
    quality: int = 92
    size: tuple[int, int] | None = None
    dpi: float | None = None
    keep_exif: bool = True
    keep_gps: bool = False
    label_ai: bool = True
    lossless: bool = False
    depth: int = 8
    profile: str = "srgb"
    intent: Intent = "relative"
    dither: bool = False
    no_learn: bool = False

    def __post_init__(self) -> None:
        if self.format not in WRITE_LIMITS:
            raise PictureError(f"{self.format} is not an export format; choose one of {', '.join(WRITE_LIMITS)}.")
        if not 1 <= self.quality <= 100:
            raise PictureError(f"The quality is {self.quality}; it must be between 1 and 100.")
        if self.dpi is not None and not 1 < self.dpi <= 100_000:
            raise PictureError(f"The resolution is {self.dpi:g} dpi; it must be between 2 and 100,000.")
        if self.intent not in INTENTS:
            raise PictureError(f"{self.intent} is not a rendering intent; choose one of {', '.join(INTENTS)}.")
        limits = WRITE_LIMITS[self.format]
        if self.depth not in limits.depths:
            depths = " or ".join(map(str, limits.depths))
            others = [format_title(name) for name, each in WRITE_LIMITS.items() if self.depth in each.depths]
            raise PictureError(
                f"{format_title(self.format)} is written in {depths} bits and not in {self.depth}.",
                f"Choose {' or '.join(others)}." if others else "",
            )
        if not holds_profile(self.format, self.profile):
            raise PictureError(
                f"{format_title(self.format)} is written in sRGB, Display P3 or Adobe RGB.",
                "Choose one of these, or another format such as TIFF.",
            )

    def in_format(self, name: ExportFormat) -> ExportOptions:
        """The same in another format, as far as it can hold it: else in the bits it has, else in sRGB."""
        limits = WRITE_LIMITS[name]
        depth = limits.depths[-1] if self.depth > 8 else limits.depths[0]
        return replace(
            self, format=name, depth=depth, profile=self.profile if holds_profile(name, self.profile) else "srgb"
        )

    @property
    def is_lossless(self) -> bool:
        """Whether the file holds exactly the picture's pixels."""
        return self.format in ("png", "tiff", "ora") or (self.format in ("webp", "jxl") and self.lossless)
