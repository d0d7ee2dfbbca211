"""What large pictures take of the memory: to open, in the engine, and per pixel of a tile of Finish.

    python tests/benchmarks/memory_of_large_pictures.py [--megapixels 100] [--only TEXT]

Each row is a process of its own, and the most memory it had in RAM at once (on Linux; `VmHWM`). The engine computes on
the processor. Files are made first, which is not measured. Prints one table with the target beside; takes some minutes.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

TARGET = "1.5 GB"
SHAPE = 3 / 2
TILE_EDGE = 1024  # px


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megapixels", type=float, default=100.0, help="of the pictures (100)")
    parser.add_argument("--only", default="", metavar="TEXT", help="rows that contain this")
    parser.add_argument("--row", nargs="+", help=argparse.SUPPRESS)  # what a process of its own is to measure
    arguments = parser.parse_args()
    if arguments.row:
        print(*ROWS[arguments.row[0]](*arguments.row[1:]), sep="|")
        return
    print("| what | peak | seconds | target |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for what, target, row in rows(Path(folder), arguments.megapixels * 1e6):
            if arguments.only in what:
                command = [sys.executable, __file__, "--row", *row()]
                peak, seconds = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("|")
                print(f"| {what} | {peak} | {float(seconds):.1f} | {target} |", flush=True)


def rows(folder: Path, pixels: float) -> Iterator[tuple[str, str, Callable[[], list[str]]]]:
    """Name, target, and what makes the arguments for a process, with the file it needs."""
    for name, settings in FILES.items():
        yield (
            f"open {name}",
            TARGET,
            lambda name=name, settings=settings: ["open", save(folder, pixels, name, settings)],
        )
    for what, edge, target in (("live", 512, TARGET), ("color", 512, TARGET), ("full", 4096, "-"), ("full", 8192, "-")):
        row = ["engine", what, str(edge)]
        yield f"engine, {what} at {edge} px", target, lambda row=row: [*row, save(folder, pixels, "jpg", {})]
    for dtype in ("float32", "bfloat16"):
        yield f"Finish, bytes per pixel of a tile in {dtype}", "-", lambda dtype=dtype: ["tile", dtype]


FILES: dict[str, dict[str, object]] = {
    "jpg": {},
    "jpg turned": {"orientation": 6},
    "jpg progressive": {"progressive": True, "subsampling": 0},
    "jpg CMYK": {"mode": "CMYK"},
    "png": {},
    "png transparent": {"mode": "RGBA"},
    "png grey": {"mode": "L"},
    "png grey in 16 bits": {"mode": "I;16"},
    "tif": {"compression": "tiff_lzw"},
    "webp": {"quality": 60, "method": 0},
}


def save(folder: Path, pixels: float, name: str, settings: dict[str, object]) -> str:
    """A file with something to see, and where it is."""
    path = folder / f"{name.replace(' ', '-')}.{name.split()[0]}"
    height = round(math.sqrt(pixels / SHAPE))
    size = (round(height * SHAPE), height)
    image = Image.fromarray(np.random.default_rng(0).integers(40, 216, (12, 18, 3), np.uint8)).resize(size)
    options, exif = dict(settings), Image.Exif()
    mode = str(options.pop("mode", "RGB"))
    exif[0x0112] = options.pop("orientation", 1)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    elif mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(size))
    else:
        image = image.convert(mode)
    image.save(path, exif=exif, **options)
    return str(path)


def measure_opening(path: str) -> tuple[str, float]:
    """Peak and seconds of `open_picture`."""
    from studio.core.image_io import open_picture

    started = time.perf_counter()
    open_picture(Path(path))
    return f"{_peak() / 1e9:.2f} GB", time.perf_counter() - started


def measure_engine(what: str, edge: str, path: str) -> tuple[str, float]:
    """Peak and seconds of a request to a warm engine; the photo is in its process, but was opened in another."""
    from studio.core.engine_api.contract import ColorRequest, EngineSettings, LiveRequest, Request, StyleRequest
    from studio.core.image_io import open_picture
    from studio.core.picture import Picture
    from studio.core.recipe import StyleRecipe
    from studio.core.resampling import reduced
    from studio.core.resources import resource_folder
    from studio.engine.torch_engine import TorchEngine

    photo = open_picture(Path(path))
    style = open_picture(resource_folder("styles/van-gogh-cafe-terrace-at-night.webp"))
    recipe = StyleRecipe(long_edge=int(edge), keep_color=0.5, method="live")
    requests: dict[str, Request] = {
        "live": LiveRequest(photo, (style,), recipe, int(edge)),
        "full": StyleRequest(photo, (style,), recipe),
        "color": ColorRequest(photo, Picture(255 - reduced(photo, int(edge)).pixels), 0.5),
    }
    engine = TorchEngine(EngineSettings(device="cpu"))
    engine.describe()
    _forget_peak()
    started = time.perf_counter()
    for _ in engine.run(requests[what]):
        pass
    return f"{_peak() / 1e9:.2f} GB", time.perf_counter() - started


def measure_tile(dtype: str) -> tuple[str, float]:
    """Bytes per pixel beyond what is there before an evaluation, and its seconds."""
    import torch

    from studio.core.generators import run_to_end
    from studio.core.recipe import StyleRecipe
    from studio.engine.networks.vgg import Encoder
    from studio.engine.networks.weights import LAYOUTS, load_encoder_weights
    from studio.engine.optimization.targets import Painting, make_objective, targets_at

    cpu, weak = torch.device("cpu"), StyleRecipe(strength=0.2)  # with all content layers
    encoder = Encoder(LAYOUTS["vgg16"], run_to_end(load_encoder_weights("vgg16", None)), cpu, getattr(torch, dtype))
    for edge in (64, TILE_EDGE):  # the first only loads what is loaded once
        image = torch.rand((1, 3, edge, edge), generator=torch.Generator().manual_seed(0))
        painting = Painting(image, (image[:, :, :256, :256],), (1.0,), weak, (edge, edge))
        with torch.no_grad():
            objective = run_to_end(make_objective(encoder, painting, targets_at(painting, edge), ("",), {}))
            objective._tile_pixels = 1 << 40  # one tile, whatever the memory there is
            _forget_peak()
            before, started = _peak(), time.perf_counter()
            run_to_end(objective.evaluate(1 - image))
    return f"{(_peak() - before) / TILE_EDGE**2:.0f} bytes", time.perf_counter() - started


ROWS: dict[str, Callable[..., tuple[str, float]]] = {
    "open": measure_opening,
    "engine": measure_engine,
    "tile": measure_tile,
}


def _peak() -> int:
    """The most bytes of this process in RAM since the last `_forget_peak`. `ru_maxrss` begins with its parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


if __name__ == "__main__":
    main()
