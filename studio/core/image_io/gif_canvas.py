"""The part of a GIF's canvas that its first frame leaves free: transparent, as browsers show it."""

from __future__ import annotations

from PIL import Image, ImageFile

Box = tuple[int, int, int, int]


def frame_box(image: ImageFile.ImageFile) -> Box | None:
    """Left, top, right, bottom of the first frame of a GIF that leaves some of its canvas free; else None."""
    box: Box | None = getattr(image, "dispose_extent", None) if image.format == "GIF" else None
    return None if box is None or box == (0, 0, *image.size) else box


def with_free_canvas(image: Image.Image, box: Box) -> Image.Image:
    """A loaded GIF with all outside the box of its frame transparent: Pillow paints it in a colour of the palette."""
    canvas = Image.new("RGBA", image.size)
    canvas.paste(image.crop(box).convert("RGBA"), box)
    canvas.format = image.format
    canvas.info = {key: value for key, value in image.info.items() if key not in ("transparency", "background")}
    return canvas
