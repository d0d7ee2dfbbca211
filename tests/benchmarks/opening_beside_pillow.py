"""How long pictures take to open and how much memory, beside Pillow alone: 1, 24 and 100 megapixels in each format.

    python tests/benchmarks/opening_beside_pillow.py [--megapixels 1 24 100] [--only TEXT]

Each figure is of a process of its own. "Pillow": open, load, and the pixels as an array of RGB, without any profile,
check or EXIF. "studio": the same file through the decode process, once it has started, up to the Picture in this one;
memory is that of the decode process (VmHWM, on Linux), and the Picture's own comes on top. Files are made first.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

FORMATS = {
    "JPEG": ("jpg", {"quality": 90}),
    "PNG": ("png", {"compress_level": 1}),
    "TIFF, Deflate": ("tif", {"compression": "tiff_adobe_deflate"}),
    "WebP": ("webp", {"quality": 80, "method": 0}),
    "AVIF": ("avif", {"quality": 60, "speed": 10}),
    "BMP": ("bmp", {}),
    "GIF": ("gif", {}),
}
SMALL = 1_000_000  # px that are opened before, so that what is loaded once is loaded


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megapixels", type=float, nargs="+", default=[1.0, 24.0, 100.0])
    parser.add_argument("--only", default="", metavar="TEXT", help="formats whose names contain this")
    parser.add_argument("--row", nargs=3, help=argparse.SUPPRESS)  # what a process of its own is to measure
    arguments = parser.parse_args()
    if arguments.row:
        how, small, path = arguments.row
        seconds, peak = (with_pillow if how == "Pillow" else with_studio)(Path(small), Path(path))
        print(seconds, peak)
        return
    print("| format | megapixels | Pillow | studio | ratio | memory: Pillow | studio | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for name in FORMATS:
        for megapixels in arguments.megapixels if arguments.only in name else ():
            with tempfile.TemporaryDirectory() as folder:
                small, path = (save(Path(folder), pixels, name) for pixels in (SMALL, megapixels * 1e6))
                (slow, much), (seconds, peak) = (measured(how, small, path) for how in ("Pillow", "studio"))
            print(
                f"| {name} | {megapixels:g} | {slow:.2f} s | {seconds:.2f} s | {seconds / slow:.1f} |"
                f" {much:.0f} MB | {peak:.0f} MB | {peak / much:.1f} |",
                flush=True,
            )


def measured(how: str, small: Path, path: Path) -> tuple[float, float]:
    command = [sys.executable, __file__, "--row", how, str(small), str(path)]
    seconds, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds), float(peak)


def save(folder: Path, pixels: float, name: str) -> Path:
    """A picture with smooth parts and grain, as photos have them."""
    suffix, settings = FORMATS[name]
    height = round((pixels / 1.5) ** 0.5)
    width = round(pixels / height)
    across = np.linspace(0, 255, width, dtype=np.float32)
    random = np.random.default_rng(0)
    grain = random.integers(0, 16, (256, width, 3), dtype=np.uint8)
    rows = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, 256):
        part = rows[top : top + 256]
        part[...] = (across[None, :, None] * (0.3 + 0.6 * top / height)).astype(np.uint8)
        part += grain[: len(part)]
    path = folder / f"{round(pixels)}.{suffix}"
    image = Image.fromarray(rows)
    (image.quantize(64) if suffix == "gif" else image).save(path, **settings)
    return path


def with_pillow(small: Path, path: Path) -> tuple[float, float]:
    Image.MAX_IMAGE_PIXELS = None
    for each in (small, path):
        started = time.perf_counter()
        with Image.open(each) as image:
            pixels = np.asarray(image.convert("RGB"))
        seconds = time.perf_counter() - started
    assert pixels.ndim == 3
    return seconds, peak_of("self")


def with_studio(small: Path, path: Path) -> tuple[float, float]:
    from studio.jobs.decoding.decode_process import DecodeProcess

    opener = DecodeProcess()
    opener.open_picture(small)
    started = time.perf_counter()
    opener.open_picture(path)
    seconds = time.perf_counter() - started
    assert opener._child is not None
    peak = peak_of(str(opener._child._process.pid))
    opener.close()
    return seconds, peak


def peak_of(process: str) -> float:
    """MB that it held at most."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
