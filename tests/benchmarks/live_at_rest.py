"""How far what the larger Live network paints at rest is from what the small one has shown, in colours.

    python tests/benchmarks/live_at_rest.py [--size PX] [--styles ID ...] [--out FILE]

The demo photos in some styles of the gallery, as the window shows them: mean CIELAB distance (D65, CIE76) of the two
pictures reduced to 24 px along the longer edge, with the larger one held to the small one's coarse colours and without.
--out: a sheet of photos, small and larger.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from PIL import Image
from torch import Tensor

from studio.core.engine_api.contract import Done, EngineSettings, LiveRequest
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.core.recipe import FINE_NETWORK, QUICK_NETWORK, StyleRecipe
from studio.core.resources import resource_folder
from studio.engine.torch_engine import TorchEngine

sys.path.insert(0, str(Path(__file__).parent))  # for the benchmark beside this one
from picture_quality import lab_distance

STYLES = (
    "hokusai-the-great-wave-off-kanagawa",
    "van-gogh-cafe-terrace-at-night",
    "cassatt-summertime",
    "durer-lion",
    "kandinsky-composition-viii",
    "studio-stained-glass",
    "studio-watercolour",
    "arcimboldo-spring",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=512, help="px of the longer edge (%(default)s)")
    parser.add_argument("--styles", nargs="*", default=STYLES, help="of the gallery, by the names of their files")
    parser.add_argument("--out", type=Path, help="a sheet of the pictures")
    arguments = parser.parse_args()
    engine = TorchEngine(EngineSettings())
    engine.describe()
    photos = [open_picture(path) for path in sorted(resource_folder("demo").glob("*.jpg"))]
    names = [photo.name.split(".")[0] for photo in photos]
    print(f"| style | {' | '.join(names)} | without holding |", "|---" * (len(photos) + 2) + "|", sep="\n")
    all_held, all_free, rows = [], [], []
    for name in arguments.styles:
        style = open_picture(resource_folder("styles") / f"{name}.webp")
        held = []
        for photo in photos:
            small, larger = _painted(engine, photo, style, arguments.size)
            held.append(lab_distance(small, larger))
            rows.append((photo, small, larger))
        with _not_held():
            engine.close()  # what was painted is forgotten
            free = [lab_distance(*_painted(engine, photo, style, arguments.size)) for photo in photos]
        engine.close()
        all_held, all_free = all_held + held, all_free + free
        numbers = " | ".join(f"{distance:.1f}" for distance in held)
        print(f"| {name} | {numbers} | {statistics.mean(free):.1f}, at most {max(free):.1f} |", flush=True)
    for words, distances in (("held", all_held), ("not held", all_free)):
        print(f"{words}: {statistics.mean(distances):.1f} in the mean, {max(distances):.1f} at most")
    if arguments.out:
        _write_sheet(rows, arguments.out)


def _painted(engine: TorchEngine, photo: Picture, style: Picture, edge: int) -> tuple[Picture, Picture]:
    """What Live shows, by the small network and by the larger one."""
    pictures = []
    for network in (QUICK_NETWORK, FINE_NETWORK):
        request = LiveRequest(photo, (style,), StyleRecipe(long_edge=edge, network=network), edge, is_at_rest=True)
        *_, done = engine.run(request)
        assert isinstance(done, Done)
        pictures.append(done.result)
    return pictures[0], pictures[1]


@contextmanager
def _not_held() -> Generator[None, None, None]:
    def hold(painted: Tensor, reference: Tensor) -> Generator[None, None, None]:
        yield from ()

    with mock.patch("studio.engine.feed_forward.live_painter.hold_colors", hold):
        yield


def _write_sheet(rows: list[tuple[Picture, Picture, Picture]], path: Path) -> None:
    width = max(small.width for _, small, _ in rows)
    height = max(small.height for _, small, _ in rows)
    sheet = Image.new("RGB", (3 * width, height * len(rows)), "white")
    for row, pictures in enumerate(rows):
        for column, picture in enumerate(pictures):
            image = Image.fromarray(picture.pixels)
            image.thumbnail((width, height))
            sheet.paste(image, (width * column, height * row))
    sheet.save(path)


if __name__ == "__main__":
    main()
