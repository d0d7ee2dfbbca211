"""The sheet of the Live network's page: photos in styles it did not learn from, by Live and by Finish side by side.

    python packaging/live_sheet.py [-o packaging/screenshots/live-beside-finish.webp]

Photos are the demo photos and details of three of them; styles are spread evenly over the bundled ones, all of which
train-base leaves out. Both methods paint at 192 px with the settings the studio begins with.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from PIL import Image

from studio.core.card import bundled_cards
from studio.core.engine_api.contract import Done, EngineSettings, StyleRequest
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe
from studio.engine.torch_engine import TorchEngine

EDGE = 192  # px at which is painted
FIELD = 168  # px of a field of the sheet
STYLES = 8
DETAILS = {
    "giraffe": (0.35, 0.0, 0.9, 0.55),
    "grace-hopper": (0.2, 0.05, 0.75, 0.6),
    "kingfisher": (0.2, 0.15, 0.75, 0.75),
}
METHODS = ("live", "finish")


def main() -> None:
    """Paint and save the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=Path("packaging/screenshots/live-beside-finish.webp"))
    parser.add_argument("--device", help="where to compute (the best there is)")
    arguments = parser.parse_args()
    demo = {card.id: open_picture(card.file) for card in bundled_cards("demo")}
    photos = [*demo.values(), *(_detail(demo[name], *box) for name, box in DETAILS.items())]
    cards = bundled_cards("styles")
    styles = [open_picture(cards[number * len(cards) // STYLES].file) for number in range(STYLES)]
    engine = TorchEngine(EngineSettings(device=arguments.device))
    width = FIELD * (1 + len(METHODS) * STYLES)
    sheet = Image.new("RGB", (width, FIELD * (1 + len(photos))), "white")
    for column, style in enumerate(styles):
        _paste(sheet, style, 0, 1 + len(METHODS) * column)
    for row, photo in enumerate(photos, start=1):
        _paste(sheet, photo, row, 0)
        for column, style in enumerate(styles):
            for place, method in enumerate(METHODS):
                recipe = StyleRecipe().change(method=method, long_edge=EDGE)
                _paste(sheet, _paint(engine, photo, style, recipe), row, 1 + len(METHODS) * column + place)
        print(f"{row} of {len(photos)} photos", flush=True)
    sheet.save(arguments.output, quality=82)


def _paint(engine: TorchEngine, photo: Picture, style: Picture, recipe: StyleRecipe) -> Picture:
    *_, done = engine.run(StyleRequest(photo, (style,), recipe))
    assert isinstance(done, Done)
    return done.result


def _detail(photo: Picture, left: float, top: float, right: float, bottom: float) -> Picture:
    """A part of a photo; its edges as shares of the whole."""
    rows = slice(round(top * photo.height), round(bottom * photo.height))
    columns = slice(round(left * photo.width), round(right * photo.width))
    return replace(photo, pixels=photo.pixels[rows, columns].copy(), name=f"{photo.name}, detail")


def _paste(sheet: Image.Image, picture: Picture, row: int, column: int) -> None:
    image = Image.fromarray(picture.pixels)
    image.thumbnail((FIELD - 4, FIELD - 4))
    sheet.paste(image, (FIELD * column, FIELD * row))


if __name__ == "__main__":
    main()
