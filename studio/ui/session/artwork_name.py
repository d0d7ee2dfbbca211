"""What an artwork is called: after the photo, or after both that are blended."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from studio.core.artwork.artwork import Artwork


def artwork_name(artwork: Artwork) -> str:
    """The photo's name, or those of both that are blended; "" without a photo."""
    if artwork.blend is not None:
        return _both(*(picture.name for picture in artwork.blend.pictures))
    return artwork.content.name if artwork.content else ""


def artwork_file_stem(artwork: Artwork) -> str:
    """The same without the endings of the photos, for a file that is made of them."""
    if artwork.blend is not None:
        return _both(*(Path(picture.name).stem for picture in artwork.blend.pictures))
    return Path(artwork_name(artwork)).stem


def _both(base: str, over: str) -> str:
    return QCoreApplication.translate("ArtworkName", "{} and {}").format(base, over)
