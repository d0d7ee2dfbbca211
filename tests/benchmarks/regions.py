"""Measures *Protect faces* and what a region costs: faces that are found again in the artwork, and the time of Live.

    python -m tests.benchmarks.regions [--photos FOLDER] [--method live] [--edge 384] [--styles 35]

For each photo in which there are faces at that size (of the demo photos, and of a folder), and each bundled style, it
paints without a region and with the faces protected, and looks for the faces again: one counts as found where a face in
the artwork overlaps it by a third. Printed are the shares found, and the ratio of the times of one run.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from studio.core.card import bundled_cards
from studio.core.engine_api.build_requests import style_request
from studio.core.engine_api.contract import Done, EngineSettings, StyleRequest
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


def main() -> None:
    """Print a line per style, and the totals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, help="a folder of more photos")
    parser.add_argument("--method", choices=("live", "finish"), default="live")
    parser.add_argument("--edge", type=int, default=384)
    parser.add_argument("--strength", type=float, default=StyleRecipe().strength)
    parser.add_argument("--styles", type=int, default=1000, help="so many of the bundled ones, evenly")
    arguments = parser.parse_args()
    folders = [resource_folder("demo"), *([arguments.photos] if arguments.photos else [])]
    engine = TorchEngine(EngineSettings(device="cpu"))
    files = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in (".jpg", ".png")]
    photos = [
        (photo, seen)
        for photo in (reduced(open_picture(path), arguments.edge) for path in files)
        if (seen := look_at(photo, engine)).faces
    ]
    cards = bundled_cards("styles")
    styles = [open_style(card) for card in cards[:: max(1, len(cards) // arguments.styles)]]
    recipe = StyleRecipe(method=arguments.method, long_edge=arguments.edge, strength=arguments.strength)
    protected = Region("Faces", Mask.of(Found("faces"))).protect()
    engine.describe()
    found = {"plain": 0, "protected": 0}
    seconds = {"plain": 0.0, "protected": 0.0}
    count = 0
    for style in styles:
        for photo, seen in photos:
            count += len(seen.faces)
            for name, regions in (("plain", ()), ("protected", (protected,))):
                artwork, took = paint(engine, style_request(photo, [style], recipe, None, regions, seen))
                found[name] += again(seen.faces, look_at(artwork, engine).faces)
                seconds[name] += took
        print(f"{style.card.id:50} {count:4} faces, found {found['plain']:4} and {found['protected']:4}", flush=True)
    for name in found:
        print(
            f"{name:10} {found[name] / count:6.1%} found again, {seconds[name] / len(styles) / len(photos):.2f} s each"
        )
    print(f"time with protected faces: {seconds['protected'] / seconds['plain']:.2f} times")
    engine.close()


def paint(engine: TorchEngine, request: StyleRequest) -> tuple[Picture, float]:
    """The artwork, and how many seconds it took."""
    started = time.perf_counter()
    for event in engine.run(request):
        if isinstance(event, Done):
            return event.result, time.perf_counter() - started
    raise AssertionError("no picture")


def again(wanted: Sequence[Face], there: Sequence[Face]) -> int:
    """How many faces are there again."""
    return sum(any(overlap(one, other) >= SAME for other in there) for one in wanted)


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
