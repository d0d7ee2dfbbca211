"""Measures *Protect faces* and what a region costs: faces that are found again in the artwork, and the time of Live.

    python -m tests.benchmarks.regions [--photos FOLDER ...] [--method live] [--edge 384] [--styles 35]

For each photo in which there are faces at that size (of the demo photos, and of folders), and each bundled style, it
paints without a region, with the faces protected and with the faces left as they are in the photo, and looks for the
faces again: one is found where a face in the artwork overlaps it by a third. A face counts if it is at least `--least`
px wide and is found in that style where it is left as it is: others are lost to what is around them. Printed are the
shares found, and the ratio of the times when a slider moves, medians over the styles for each photo.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from studio.core.card import bundled_cards
from studio.core.engine_api.build_requests import style_request
from studio.core.engine_api.contract import Done, EngineSettings, Seen, StyleRequest
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe
from studio.core.regions.faces import Face
from studio.core.regions.region import Region
from studio.core.regions.shapes import Found, Mask
from studio.core.resampling import reduced
from studio.core.resources import resource_folder
from studio.core.styles.load_style import open_style
from studio.engine.torch_engine import TorchEngine
from studio.jobs.looking import look_at

SAME = 1 / 3  # of two boxes together that both cover, if it is the same face
ARMS = ("plain", "protected", "left")


def main() -> None:
    """Print a line per style, and the totals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, nargs="+", default=[], help="folders of more photos")
    parser.add_argument("--method", choices=("live", "finish"), default="live")
    parser.add_argument("--edge", type=int, default=384)
    parser.add_argument("--least", type=float, default=24, help="width of a face that counts, px")
    parser.add_argument("--strength", type=float, default=StyleRecipe().strength)
    parser.add_argument("--styles", type=int, default=1000, help="so many of the bundled ones, evenly")
    arguments = parser.parse_args()
    folders = [resource_folder("demo"), *arguments.photos]
    engine = TorchEngine(EngineSettings(device="cpu"))
    files = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in (".jpg", ".png")]
    opened = {picture.fingerprint: picture for picture in map(open_picture, files)}.values()  # each picture once
    photos = [
        (photo, seen, faces)
        for photo in (reduced(picture, arguments.edge) for picture in opened)
        if (faces := large(seen := look_at(photo, engine), photo, arguments.least))
    ]
    for photo, _, faces in photos:
        print(f"{photo.name}: {len(faces)} faces")
    cards = bundled_cards("styles")
    styles = [open_style(card) for card in cards[:: max(1, len(cards) // arguments.styles)]]
    recipe = StyleRecipe(method=arguments.method, long_edge=arguments.edge, strength=arguments.strength)
    region = Region("Faces", Mask.of(Found("faces")))
    regions = {"plain": (), "protected": (region.protect(),), "left": (replace(region, is_painted=False),)}
    engine.describe()
    found = dict.fromkeys(ARMS, 0)
    seconds: dict[tuple[str, int], list[float]] = defaultdict(list)
    tried = 0
    for style in styles:
        for number, (photo, seen, faces) in enumerate(photos):
            there = {}
            for arm in ARMS:
                for strength in (0.9 * recipe.strength, recipe.strength):  # a slider moves; all else is known by then
                    each = recipe.change(strength=strength)
                    artwork, took = paint(engine, style_request(photo, [style], each, None, regions[arm], seen))
                there[arm] = again(faces, look_at(artwork, engine).faces)
                seconds[arm, number].append(took)
            tried += len(faces)
            for arm in ARMS:
                found[arm] += len(there[arm] & there["left"])
        print(f"{style.card.id:50} {found['left']:4} of {tried} faces count, found {found}", flush=True)
    times = {arm: [statistics.median(seconds[arm, number]) for number in range(len(photos))] for arm in ARMS}
    for arm in ARMS:
        print(f"{arm:10} {found[arm] / found['left']:6.1%} found again, {statistics.mean(times[arm]):.3f} s each")
    ratios = [after / before for before, after in zip(times["plain"], times["protected"], strict=True)]
    print(f"time with protected faces: {statistics.median(ratios):.2f} times ({min(ratios):.2f} to {max(ratios):.2f})")
    engine.close()


def large(seen: Seen, photo: Picture, least: float) -> tuple[Face, ...]:
    """The faces that are at least so many px wide."""
    return tuple(face for face in seen.faces if (face.right - face.left) * photo.width >= least)


def paint(engine: TorchEngine, request: StyleRequest) -> tuple[Picture, float]:
    """The artwork, and how many seconds it took."""
    started = time.perf_counter()
    for event in engine.run(request):
        if isinstance(event, Done):
            return event.result, time.perf_counter() - started
    raise AssertionError("no picture")


def again(wanted: Sequence[Face], there: Sequence[Face]) -> set[int]:
    """Which of the faces are there again."""
    return {at for at, one in enumerate(wanted) if any(overlap(one, other) >= SAME for other in there)}


def overlap(first: Face, second: Face) -> float:
    """Intersection over union of two boxes."""
    width = min(first.right, second.right) - max(first.left, second.left)
    height = min(first.bottom, second.bottom) - max(first.top, second.top)
    if min(width, height) <= 0:
        return 0.0
    areas = [(face.right - face.left) * (face.bottom - face.top) for face in (first, second)]
    return width * height / (sum(areas) - width * height)


if __name__ == "__main__":
    main()
