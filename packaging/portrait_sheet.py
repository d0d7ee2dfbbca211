"""The portrait in the README: the photo, all of it in one style, and with regions in hands of their own.

    python packaging/portrait_sheet.py [-o packaging/screenshots/portrait.webp]

Everything is bundled: the demo portrait and three styles. The person is painted in one style, with the face protected;
what is behind her in another; and over that, from the top, a third fades in.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image

from studio.core.card import bundled_cards
from studio.core.engine_api.build_requests import style_request
from studio.core.engine_api.contract import Done, EngineSettings, Seen
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.core.recipe import METHODS, QUALITIES, StyleRecipe
from studio.core.regions.region import Region
from studio.core.regions.shapes import Found, Gradient, Mask
from studio.core.styles.load_style import open_style
from studio.core.styles.style import Style
from studio.engine.torch_engine import TorchEngine
from studio.jobs.looking import look_at

PHOTO = "grace-hopper"
PERSON, BEHIND = "renoir-girls-at-the-piano", "van-gogh-cafe-terrace-at-night"
SKY = "hokusai-the-great-wave-off-kanagawa"
EDGE = 640  # px at which is painted
FIELD = 600  # px of a picture in the sheet
GAP = 12


def main() -> None:
    """Paint and save the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=Path("packaging/screenshots/portrait.webp"))
    parser.add_argument("--method", choices=METHODS[:2], default="finish")
    parser.add_argument("--quality", choices=QUALITIES, default="standard")
    parser.add_argument(
        "--styles", nargs=3, default=(PERSON, BEHIND, SKY), help="of the person, behind her, at the top"
    )
    parser.add_argument("--edge", type=int, default=EDGE, help="px at which is painted (%(default)s)")
    parser.add_argument("--device", help="where to compute (the best there is)")
    arguments = parser.parse_args()
    cards = {card.id: card for card in (*bundled_cards("demo"), *bundled_cards("styles"))}
    photo = open_picture(cards[PHOTO].file)
    person, behind, sky = (open_style(cards[name]) for name in arguments.styles)
    recipe = StyleRecipe(method=arguments.method, quality=arguments.quality, strength=0.8, long_edge=arguments.edge)
    engine = TorchEngine(EngineSettings(device=arguments.device))
    seen = look_at(photo, engine)
    background = Mask.of(Found("background"))
    top = Gradient((0.5, 0.0), (0.5, 0.75))
    regions = (
        Region("Background", background, {"strength": 0.9}, (behind,)),
        Region("Top", background.then("intersect", top), {"strength": 0.9}, (sky,)),
        Region("Face", Mask.of(Found("faces"))).protect(),
    )
    pictures = [photo, *(_paint(engine, photo, person, recipe, part, seen) for part in ((), regions))]
    _sheet(pictures).save(arguments.output, quality=84)
    engine.close()


def _paint(
    engine: TorchEngine, photo: Picture, style: Style, recipe: StyleRecipe, regions: tuple[Region, ...], seen: Seen
) -> Picture:
    *_, done = engine.run(style_request(photo, [style], recipe, regions=regions, seen=seen))
    assert isinstance(done, Done)
    return done.result


def _sheet(pictures: list[Picture]) -> Image.Image:
    images = [Image.fromarray(picture.pixels) for picture in pictures]
    images = [
        image.resize((round(image.width * FIELD / image.height), FIELD), Image.Resampling.LANCZOS) for image in images
    ]
    sheet = Image.new("RGB", (sum(image.width + GAP for image in images) - GAP, FIELD), "white")
    left = 0
    for image in images:
        sheet.paste(image, (left, 0))
        left += image.width + GAP
    return sheet


if __name__ == "__main__":
    main()
