"""Finish against single-scale L-BFGS, as tutorials and libraries do it: time to reach the same total loss.

    python tests/benchmarks/finish_against_reference.py [--size 512] [--steps 300] [--out FOLDER]

Both run in this one run on the same machine, each in its own process and nothing extrapolated. The reference: one
scale, torch.optim.LBFGS, float32, default memory layout and allocator, starting from the photo, the same VGG-16,
losses and weights. Losses are those of the clamped picture, in float32; computing them for the record is not timed.
Writes a table (finish.md), the numbers (finish.json) and a plot of loss against seconds (finish.png).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from studio.core.engine_api.contract import EngineSettings
from studio.core.generators import run_to_end
from studio.core.image_io import open_picture
from studio.core.picture import fit_size
from studio.core.recipe import QUICK_NETWORK, StyleRecipe
from studio.core.resources import resource_folder
from studio.engine.feed_forward.job import FeedForwardJob
from studio.engine.feed_forward.live_painter import LivePainter
from studio.engine.feed_forward.strength import blend_vectors
from studio.engine.losses.band_statistics import band_covariances
from studio.engine.losses.losses import CONTENT_LAYERS, STYLE_LAYERS, relative_moments_loss
from studio.engine.losses.statistics import moments, positions, total_variation
from studio.engine.networks.style_predictor import StylePredictor
from studio.engine.networks.vgg import Encoder, best_encoder
from studio.engine.networks.weights import LAYOUTS, load_encoder_weights, load_style_network
from studio.engine.optimization.optimize import finish
from studio.engine.optimization.targets import Painting
from studio.engine.runtime.device import keep_freed_memory
from studio.engine.runtime.tensors import resize_to, to_tensor
from studio.engine.torch_engine import INITIAL_EDGES

PAIRS = (
    ("neuschwanstein.jpg", "van-gogh-cafe-terrace-at-night.webp"),
    ("kingfisher.jpg", "hokusai-the-great-wave-off-kanagawa.webp"),
    ("grace-hopper.jpg", "van-gogh-the-church-at-auvers.webp"),
)
CONTENT = 0.2  # of the content losses against the style's, at a strength of 0.6
CPU = torch.device("cpu")
Point = tuple[float, float]  # seconds, total loss


@dataclass(frozen=True)
class LossWeights:
    """How much the losses of the reference count. style, smoothness: factors. content: factor by layer."""

    style: float
    content: Mapping[str, float]
    smoothness: float


def weights_of(recipe: StyleRecipe) -> LossWeights:
    """The weights a recipe asks for: *Strength* moves the content weight, *Detail* where content is looked at."""
    content = CONTENT * 10 ** (2.5 * (0.6 - recipe.strength))
    return LossWeights(
        style=min(1.0, recipe.strength / 0.1),
        content={
            "relu4_2": content * (1 - 0.5 * recipe.detail),
            "relu3_3": content * recipe.detail,
            "relu2_2": max(0.0, 1 - recipe.strength / 0.35) * content,
        },
        smoothness=0.5 * recipe.smoothness**2,
    )


class PlainLoss:
    """The losses of Finish with *Freedom* 1, written down plainly for autograd, at one size."""

    def __init__(self, encoder: Encoder, recipe: StyleRecipe, photo: Tensor, style: Tensor) -> None:
        self._encoder, self._weights = encoder, weights_of(recipe)
        with torch.no_grad():
            seen = self._features(style)
            self._style = {layer: moments(seen[layer]) for layer in STYLE_LAYERS}
            self._rough = max(float(total_variation(style)), 1e-4)
            seen = self._features(photo)
            self._content = {layer: seen[layer] for layer in CONTENT_LAYERS if self._weights.content[layer] > 0}

    def __call__(self, image: Tensor) -> Tensor:
        """Total loss, a scalar with its graph. image: (1, 3, H, W)."""
        seen = self._features(image)
        parts = [relative_moments_loss(moments(seen[layer]), self._style[layer]) for layer in STYLE_LAYERS]
        total = torch.stack(parts).mean() * self._weights.style
        for layer, target in self._content.items():
            rows = positions(target)
            spread = rows.var() + 0.02 * rows.square().mean()
            total = total + self._weights.content[layer] * (seen[layer] - target).square().mean() / spread
        return total + self._weights.smoothness * total_variation(image) / self._rough

    def _features(self, image: Tensor) -> dict[str, Tensor]:
        features: dict[str, Tensor] = {}
        current = image
        for layer in self._encoder.layers:
            if layer.endswith("_1") and layer != "relu1_1":
                current = torch.nn.functional.max_pool2d(current, 2)
            current = self._encoder.convolve(layer, current)
            features[layer] = current
        return features


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=512, help="longer edge in px (512)")
    parser.add_argument("--steps", type=int, default=300, help="steps of the reference (300)")
    parser.add_argument("--pairs", type=int, default=len(PAIRS), help="how many of the pairs (all)")
    parser.add_argument("--out", type=Path, default=Path("benchmark-finish"), help="folder for table, numbers and plot")
    parser.add_argument("--role", choices=("reference", "draft", "standard", "high"), help=argparse.SUPPRESS)
    parser.add_argument("--pair", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.role == "reference":
        print(json.dumps(run_reference(arguments)))
    elif arguments.role:
        print(json.dumps(run_studio(arguments)))
    else:
        compare(arguments)


def compare(arguments: argparse.Namespace) -> None:
    arguments.out.mkdir(parents=True, exist_ok=True)
    results = []
    for number in range(arguments.pairs):
        result = {role: _in_own_process(arguments, role, number) for role in ("draft", "standard", "high", "reference")}
        results.append(result)
        print(_row(number, result), flush=True)
    (arguments.out / "finish.json").write_text(json.dumps(results))
    table = "\n".join([*_head(arguments), *(_row(number, result) for number, result in enumerate(results))])
    (arguments.out / "finish.md").write_text(table + "\n")
    _plot(results, arguments.out / "finish.png")
    print(f"\n{table}")


def run_reference(arguments: argparse.Namespace) -> dict[str, Any]:
    """Points of the reference, one per ten steps."""
    photo, style, recipe = _inputs(arguments, "standard")
    encoder = _encoder(torch.float32, torch.contiguous_format)
    loss_of = PlainLoss(encoder, recipe, photo, style)
    image = photo.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([image], lr=1, max_iter=1, history_size=10, tolerance_grad=0, tolerance_change=0)
    points: list[Point] = []
    seconds = 0.0

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = loss_of(image) * 1e4  # else torch's first step is too short to matter
        loss.backward()
        return loss

    for step in range(arguments.steps):
        started = time.perf_counter()
        optimizer.step(closure)
        seconds += time.perf_counter() - started
        if (step + 1) % 10 == 0:
            points.append((seconds, _loss_of_clamped(loss_of, image.detach())))
    return {
        "points": points,
        "seconds": seconds,
        "steps": arguments.steps,
        "loss": points[-1][1],
        "first": points[0][0],
    }


def run_studio(arguments: argparse.Namespace) -> dict[str, Any]:
    """Points of Finish at its last size; `first` is when the first picture could be shown."""
    keep_freed_memory()
    photo, style, recipe = _inputs(arguments, arguments.role)
    loss_of = PlainLoss(_encoder(torch.float32, torch.channels_last), recipe, photo, style)
    encoder = best_encoder(LAYOUTS["vgg16"], _weights(), CPU)
    painter = _painter()
    painting = Painting(photo, (style,), (1.0,), recipe, (photo.shape[2], photo.shape[3]))
    for _ in finish(encoder, painting, ("warm",), {}):
        break
    _initial(painter, painting, style)
    points: list[Point] = []
    seconds, first, steps = 0.0, None, 0
    started = time.perf_counter()
    if arguments.role == "draft":  # as the studio does
        painting = replace(painting, live=_initial(painter, painting, style))
    job = finish(encoder, painting, ("style",), {})
    while True:
        try:
            snapshot = next(job)
        except StopIteration as stop:
            seconds += time.perf_counter() - started
            loss = _loss_of_clamped(loss_of, stop.value)
            points.append((seconds, loss))
            return {"points": points, "seconds": seconds, "steps": steps, "loss": loss, "first": first}
        if snapshot is None:
            continue
        seconds += time.perf_counter() - started
        first = seconds if first is None else first
        steps = snapshot.step
        if snapshot.losses and snapshot.image.shape == photo.shape:
            points.append((seconds, _loss_of_clamped(loss_of, snapshot.image)))
        started = time.perf_counter()


def _inputs(arguments: argparse.Namespace, quality: str) -> tuple[Tensor, Tensor, StyleRecipe]:
    content_name, style_name = PAIRS[arguments.pair]
    photo = to_tensor(open_picture(resource_folder("demo") / content_name), CPU)
    style = to_tensor(open_picture(resource_folder("styles") / style_name), CPU)
    recipe = StyleRecipe(long_edge=arguments.size, quality=quality, freedom=1.0)  # the losses of the reference
    return resize_to(photo, arguments.size), resize_to(style, arguments.size), recipe


def _painter() -> LivePainter:
    network, predictor = load_style_network(QUICK_NETWORK)
    return LivePainter(network, StylePredictor(predictor, CPU), CPU)


def _initial(painter: LivePainter, painting: Painting, style: Tensor) -> Tensor:
    """What a draft starts from. The style's vector and what the network has painted are not taken from memory."""
    photo = painting.content
    assert photo is not None
    own, wanted = (painter.predictor(image) for image in (photo, style))
    plain = painting.recipe.change(detail=0.5, smoothness=0.0)
    edge = min(max(INITIAL_EDGES[0], *painting.size), INITIAL_EDGES[1])
    width, height = fit_size(painting.size[1], painting.size[0], edge)
    vector = blend_vectors(own, [wanted], [1.0], plain.strength)
    key, bands = f"{time.perf_counter()}", band_covariances(style)
    job = FeedForwardJob(key, vector, plain, (height, width), bands=bands)
    return run_to_end(painter.paint(job, photo))


def _encoder(dtype: torch.dtype, layout: torch.memory_format) -> Encoder:
    return Encoder(LAYOUTS["vgg16"], _weights(), CPU, dtype, memory_format=layout)


def _weights() -> dict[str, Tensor]:
    return run_to_end(load_encoder_weights("vgg16", EngineSettings().weights_folder))


@torch.no_grad()
def _loss_of_clamped(loss_of: Callable[[Tensor], Tensor], image: Tensor) -> float:
    return float(loss_of(image.clamp(0, 1)))


def _in_own_process(arguments: argparse.Namespace, role: str, pair: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--size", str(arguments.size), "--steps", str(arguments.steps)]
    environment = os.environ if role == "reference" else {"GOMP_SPINCOUNT": "10000", **os.environ}  # as the studio
    answer = subprocess.run(
        [*command, "--role", role, "--pair", str(pair)], check=True, stdout=subprocess.PIPE, text=True, env=environment
    )
    values: dict[str, Any] = json.loads(answer.stdout)
    return values


def _reached(points: list[Point], loss: float) -> float | None:
    return next((seconds for seconds, found in points if found <= loss), None)


def _head(arguments: argparse.Namespace) -> list[str]:
    machine = (
        f"{platform.processor() or platform.machine()}, {torch.get_num_threads()} cores, torch {torch.__version__}"
    )
    return [
        f"{arguments.size} px, reference {arguments.steps} steps; {machine}",
        "",
        "| pair | reference | draft | standard | high | to the reference's loss | times less |",
        "|---|---|---|---|---|---|---|",
    ]


def _row(number: int, result: dict[str, Any]) -> str:
    names = " / ".join(Path(name).stem for name in PAIRS[number])
    cells = [
        f"{result[role]['seconds']:.1f} s, {result[role]['loss']:.4f}"
        for role in ("reference", "draft", "standard", "high")
    ]
    times = {role: _reached(result[role]["points"], result["reference"]["loss"]) for role in ("standard", "high")}
    found = next(((role, seconds) for role, seconds in times.items() if seconds is not None), None)
    if found is None:
        return f"| {names} | {' | '.join(cells)} | not reached | - |"
    role, seconds = found
    return (
        f"| {names} | {' | '.join(cells)} | {seconds:.1f} s ({role}) | {result['reference']['seconds'] / seconds:.1f} |"
    )


def _plot(results: list[dict[str, Any]], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(results), figsize=(5 * len(results), 4), squeeze=False)
    for axis, result, (content, style) in zip(axes[0], results, PAIRS, strict=False):
        for role, values in result.items():
            seconds, losses = zip(*values["points"], strict=True)
            axis.plot(seconds, losses, label=role, marker="." if len(seconds) < 40 else None)
        axis.axhline(result["reference"]["loss"], color="gray", linewidth=0.8, linestyle=":")
        axis.set(
            title=f"{Path(content).stem}\nin {Path(style).stem}", xlabel="seconds", ylabel="total loss", xscale="log"
        )
        axis.set_ylim(top=3 * result["reference"]["loss"])
        axis.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
