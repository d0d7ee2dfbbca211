"""Measures *Protect faces*: faces that are found again in the artwork, what it costs the style, and the time of Live.

    python -m tests.benchmarks.regions [--photos FOLDER ...] [--method live] [--edge 384] [--styles 35]

For each photo in which there are faces at that size (of the demo photos, and of folders), and each bundled style, it
paints without a region, with the faces protected and with the faces left as they are in the photo, and looks for the
faces again: one is found where a face in the artwork overlaps it by a third. A face counts if it is at least `--least`
px wide and is found in that style where it is left as it is: others are lost to what is around them, and how many
these are is told, for no way of painting the face itself can do better.

The style error is that of picture_quality.py, of all that lies outside of the faces: how much farther from the style
the rest of the picture is because faces are protected. `--strengths` tries others than that of *Protect*. `--times`
moves a slider, and tells how much longer that takes, medians over the styles for each photo.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from studio.core.card import bundled_cards
from studio.core.engine_api.build_requests import draw_mask, style_request
from studio.core.engine_api.contract import Done, EngineSettings, Seen, StyleRequest
from studio.core.generators import run_to_end
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.core.recipe import QUALITIES, StyleRecipe
from studio.core.regions.faces import Face
from studio.core.regions.region import PROTECTION, Region
from studio.core.regions.shapes import Found, Mask
from studio.core.resampling import reduced
from studio.core.resources import resource_folder
from studio.core.styles.load_style import open_style
from studio.core.styles.style import Style
from studio.engine.losses.statistics import Moments, moments
from studio.engine.networks.vgg import Encoder
from studio.engine.networks.weights import LAYOUTS, load_encoder_weights
from studio.engine.runtime.tensors import resize, resize_to, to_tensor
from studio.engine.torch_engine import TorchEngine
from studio.engine.vision.faces import find_faces
from studio.engine.vision.load import load_face_network
from studio.jobs.looking import look_at

sys.path.insert(0, str(Path(__file__).parent))  # for the benchmark beside this one
from picture_quality import STYLE_LAYERS, _relative_distance

SAME = 1 / 3  # of two boxes together that both cover, if it is the same face
CPU = torch.device("cpu")
FACES = Region("Faces", Mask.of(Found("faces")))


class Judge:
    """Finds faces in pictures, and takes the style error of what lies outside of a mask."""

    def __init__(self) -> None:
        self._faces = load_face_network(CPU)
        weights = run_to_end(load_encoder_weights("vgg16", None))
        self._encoder = Encoder(LAYOUTS["vgg16"], weights, CPU, torch.float32)

    def faces(self, picture: Picture) -> list[Face]:
        """The faces in a picture."""
        return find_faces(self._faces, to_tensor(picture, CPU))

    @torch.no_grad()
    def of_style(self, style: Style, edge: int) -> dict[str, Moments]:
        """The moments of a style at a size, by layer."""
        features = self._encoder(resize_to(to_tensor(style.picture, CPU), edge), STYLE_LAYERS)
        return {layer: moments(features[layer]) for layer in STYLE_LAYERS}

    @torch.no_grad()
    def error(self, picture: Picture, outside: Tensor, wanted: dict[str, Moments]) -> float:
        """The style error where `outside` (1, 1, h, w) is 1."""
        seen = self._encoder(to_tensor(picture, CPU), STYLE_LAYERS)
        shares = {layer: resize(outside, (maps.shape[2], maps.shape[3])).clamp(0, 1) for layer, maps in seen.items()}
        return statistics.mean(
            _relative_distance(moments(maps, shares[layer]), wanted[layer]) for layer, maps in seen.items()
        )


def main() -> None:
    """Print a line per style, and the totals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, nargs="+", default=[], help="folders of more photos")
    parser.add_argument("--most", type=int, default=1000, help="photos, the first ones")
    parser.add_argument("--method", choices=("live", "finish"), default="live")
    parser.add_argument("--quality", choices=QUALITIES, default="standard")
    parser.add_argument("--edge", type=int, default=384)
    parser.add_argument("--least", type=float, default=24, help="width of a face that counts, px")
    parser.add_argument("--strength", type=float, default=1.0, help="of the whole picture")
    parser.add_argument("--strengths", type=float, nargs="*", default=[], help="others of protected faces")
    parser.add_argument("--styles", type=int, default=1000, help="so many of the bundled ones, evenly")
    parser.add_argument("--every", type=int, default=5, help="style in which the style error is taken")
    parser.add_argument("--times", action="store_true")
    arguments = parser.parse_args()
    judge, engine = Judge(), TorchEngine(EngineSettings(device="cpu"))
    engine.describe()
    folders = [resource_folder("demo"), *arguments.photos]
    photos = list(photos_with_faces(folders, arguments.edge, arguments.least, judge, engine))[: arguments.most]
    for photo, _, faces, _ in photos:
        print(f"{photo.name}: faces {', '.join(f'{width_of(face, photo):.0f}' for face in faces)} px wide")
    cards = bundled_cards("styles")
    styles = [open_style(card) for card in cards[:: max(1, len(cards) // arguments.styles)]][: arguments.styles]
    recipe = StyleRecipe(
        method=arguments.method, long_edge=arguments.edge, strength=arguments.strength, quality=arguments.quality
    )
    regions = {"plain": (), "protected": (FACES.protect(),), "left": (replace(FACES, is_painted=False),)}
    regions |= {f"{value:g}": (FACES.change(**PROTECTION | {"strength": value}),) for value in arguments.strengths}
    found = dict.fromkeys(regions, 0)
    errors: dict[str, list[float]] = {arm: [] for arm in regions}
    seconds: dict[tuple[str, int], list[float]] = defaultdict(list)
    tried = 0
    for place, style in enumerate(styles):
        wanted = judge.of_style(style, arguments.edge) if place % arguments.every == 0 else None
        for number, (photo, seen, faces, outside) in enumerate(photos):
            there = {}
            for arm, own in regions.items():
                artwork, took = paint(engine, style_request(photo, [style], recipe, None, own, seen))
                there[arm] = again(faces, judge.faces(artwork))
                if wanted is not None:
                    errors[arm].append(judge.error(artwork, outside, wanted))
                if arguments.times:  # a slider moves; all else is known by now
                    other = recipe.change(strength=0.9 * recipe.strength)
                    took = paint(engine, style_request(photo, [style], other, None, own, seen))[1]
                seconds[arm, number].append(took)
            tried += len(faces)
            for arm in regions:
                found[arm] += len(there[arm] & there["left"])
        print(f"{style.card.id:50} {found['left']:4} of {tried} faces count, found {found}", flush=True)
    for arm in regions:
        rise = statistics.mean(errors[arm]) / statistics.mean(errors["plain"]) - 1
        print(
            f"{arm:10} {found[arm]:4} of {found['left']} ({found[arm] / found['left']:6.1%}) found again, "
            f"style error outside {statistics.mean(errors[arm]):.4f} ({rise:+.2%})"
        )
    print(f"left as the photo, {found['left']} of {tried} ({found['left'] / tried:.1%}) are found")
    times = {arm: [statistics.median(seconds[arm, number]) for number in range(len(photos))] for arm in regions}
    ratios = [after / before for before, after in zip(times["plain"], times["protected"], strict=True)]
    print(f"time with protected faces: {statistics.median(ratios):.2f} times ({min(ratios):.2f} to {max(ratios):.2f})")
    engine.close()


def photos_with_faces(
    folders: Sequence[Path], edge: int, least: float, judge: Judge, engine: TorchEngine
) -> list[tuple[Picture, Seen, list[Face], Tensor]]:
    """Photos with what is in them, their faces of at least so many px, and where none is; each picture once."""
    files = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in (".jpg", ".png")]
    opened = {picture.fingerprint: picture for picture in map(open_picture, files)}.values()
    photos = []
    for photo in (reduced(picture, edge) for picture in opened):
        faces = [face for face in judge.faces(photo) if width_of(face, photo) >= least]
        if faces:
            seen = look_at(photo, engine)
            mask = draw_mask(FACES.mask, (photo.width, photo.height), seen)
            outside = torch.from_numpy(1 - mask.astype(np.float32) / 255)[None, None]
            photos.append((photo, seen, faces, outside))
    return photos


def width_of(face: Face, photo: Picture) -> float:
    """Of a face, px."""
    return (face.right - face.left) * photo.width


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
