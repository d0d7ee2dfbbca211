"""Makes the style head: python packaging/make_style_head.py FOLDER [--output resources/models].

From pictures with a MANIFEST.tsv (path, title, author, year and so on) it finds the directions in which MobileNetV2's
features tell artists apart, and the principal directions of its last features; writes both with a card. A third of the
artists with three works or more is kept back first, to measure how well works of artists it never saw are told apart;
the head that is written has learnt from all. Needs the studio and scikit-learn.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from own_models import own_card, parse_arguments, read_manifest, write_model
from safetensors.torch import save
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from studio.core.engine_api.features import STYLE_LAYERS
from studio.core.image_io.picture_reader import open_picture
from studio.engine.runtime.tensors import to_tensor
from studio.engine.vision.art_encoder import (
    HEAD,
    at_working_size,
    style_statistics,
    subject_statistics,
)
from studio.engine.vision.mobilenet import MobileNetEncoder

STYLE_NUMBERS, SUBJECT_NUMBERS = 128, 128
PRINCIPAL = 400  # directions in which artists are told apart: with as many numbers as pictures anything can be
SHRINKAGE = 0.3
UNKNOWN = {"", "An Unknown Artist", "Unknown", "Anonymous"}
SEEDS = (0, 1, 2)
CPU = torch.device("cpu")

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Pictures:
    """What was seen of all pictures, a row each. blocks: length of the numbers of each layer."""

    style: Numbers
    subject: Numbers
    blocks: tuple[int, ...]
    artists: NDArray[np.str_]
    works: NDArray[np.str_]


@dataclass(frozen=True)
class Projection:
    """rows @ weight + bias."""

    weight: Numbers
    bias: Numbers


def main() -> int:
    """Run the program."""
    arguments = parse_arguments(__doc__, "folder")
    torch.set_num_threads(1)
    pictures = look_at(arguments.folder)
    before, after, queries = zip(*(held_back(pictures, seed) for seed in SEEDS), strict=True)
    plain, learnt = np.mean(before, 0), np.mean(after, 0)
    print(f"nearest work by the same artist: {plain[0]:.3f} before, {learnt[0]:.3f} after")
    print(f"mean average precision: {plain[1]:.3f} before, {learnt[1]:.3f} after")
    style = discriminants(pictures, np.ones(len(pictures.works), bool))
    subject = principal(pictures.subject, SUBJECT_NUMBERS)
    write(arguments.output, style, subject, pictures, plain, learnt, sum(queries))
    return 0


def look_at(folder: Path) -> Pictures:
    """The numbers of all pictures of a folder whose artist is known."""
    encoder = MobileNetEncoder(CPU)
    style, subject, artists, works = [], [], [], []
    blocks: tuple[int, ...] = ()
    rows = [row for row in read_manifest(folder) if row["author"] not in UNKNOWN]
    for number, row in enumerate(rows, start=1):
        image = at_working_size(to_tensor(open_picture(folder / row["path"]), CPU))
        with torch.no_grad():
            features = encoder(image, STYLE_LAYERS)
        style.append(style_statistics(features).double().numpy())
        subject.append(subject_statistics(features).double().numpy())
        blocks = tuple(2 * features[layer].shape[1] for layer in STYLE_LAYERS)
        artists.append(row["author"])
        works.append(f"{row['title']} | {row['author']}")
        if number % 100 == 0:
            print(f"{number} pictures", file=sys.stderr, flush=True)
    return Pictures(np.stack(style), np.stack(subject), blocks, np.array(artists), np.array(works))


def discriminants(pictures: Pictures, chosen: NDArray[np.bool_]) -> Projection:
    """The directions in which artists of the chosen pictures differ most, against how works of one artist differ."""
    rows = pictures.style[chosen]
    mean, spread = rows.mean(0), rows.std(0) + 1e-6
    # Each layer counts alike, whatever its number of channels.
    scale = np.concatenate([np.full(length, length**-0.5) for length in pictures.blocks]) / spread
    scaled = (rows - mean) * scale
    reduction = PCA(min(PRINCIPAL, len(rows) - 1), svd_solver="full").fit(scaled)
    labels = pictures.artists[chosen]
    kept = min(STYLE_NUMBERS, len(set(labels)) - 1)
    found = LinearDiscriminantAnalysis(solver="eigen", shrinkage=SHRINKAGE, n_components=kept)
    found.fit(reduction.transform(scaled), labels)
    weight = (reduction.components_.T @ found.scalings_[:, :kept]) * scale[:, None]
    return _at_unit_length(Projection(weight, -mean @ weight), rows)


def principal(rows: Numbers, count: int) -> Projection:
    """The directions along which the rows differ most."""
    found = PCA(count, svd_solver="full").fit(rows)
    weight = found.components_.T
    return _at_unit_length(Projection(weight, -rows.mean(0) @ weight), rows)


def held_back(pictures: Pictures, seed: int) -> tuple[tuple[float, float], tuple[float, float], int]:
    """How well works of artists that were kept back are told apart: by the numbers as they are, and by the head.

    Each as (share of works whose nearest work of others is by the same artist, mean average precision).
    """
    works = defaultdict(set)
    for artist, work in zip(pictures.artists, pictures.works, strict=True):
        works[artist].add(work)
    several = sorted(artist for artist, of_artist in works.items() if len(of_artist) >= 3)
    kept = np.random.default_rng(seed).permutation(several)[: len(several) // 2]
    chosen = ~np.isin(pictures.artists, kept)
    head = discriminants(pictures, chosen)
    plain = pictures.style - pictures.style[chosen].mean(0)
    plain = plain / (pictures.style[chosen].std(0) + 1e-6)
    learnt = pictures.style @ head.weight + head.bias
    held = ~chosen
    queries = (pictures.artists[held], pictures.works[held])
    return retrieval(plain[held], *queries), retrieval(learnt[held], *queries), int(held.sum())


def retrieval(rows: Numbers, artists: NDArray[np.str_], works: NDArray[np.str_]) -> tuple[float, float]:
    """(Share of pictures whose nearest of another work is by the same artist, mean average precision)."""
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    first, precisions = [], []
    for number in range(len(rows)):
        others = works != works[number]
        order = np.argsort(-(rows[others] @ rows[number]), kind="stable")
        right = (artists[others] == artists[number])[order]
        first.append(bool(right[0]))
        precisions.append(float((np.cumsum(right) / np.arange(1, len(right) + 1))[right].mean()))
    return float(np.mean(first)), float(np.mean(precisions))


def write(
    folder: Path,
    style: Projection,
    subject: Projection,
    pictures: Pictures,
    plain: Numbers,
    learnt: Numbers,
    queries: int,
) -> None:
    """Write the weights in float16, and their card."""
    tensors = {
        f"{name}.{part}": torch.from_numpy(np.ascontiguousarray(getattr(projection, part))).half()
        for name, projection in (("style", style), ("subject", subject))
        for part in ("weight", "bias")
    }
    artists = Counter(pictures.artists.tolist())
    often = ", ".join(f"{artist} {count}" for artist, count in artists.most_common(6))
    card = own_card(
        folder,
        HEAD,
        title="Style head of the studio, on MobileNetV2",
        credit="Style head",
        category="style head",
        source="Made by packaging/make_style_head.py: linear discriminants between artists (shrinkage "
        f"{SHRINKAGE:g}) of mean and deviation of seven layers of mobilenet_v2_imagenet, and principal directions of "
        "its last features.",
        trained_on=f"{len(pictures.works):,} pictures (whole works and parts of them) of "
        f"{len(set(pictures.works)):,} works by {len(artists)} artists, nearly all in the public domain; most "
        f"often {often}. Only these numbers are distributed, no picture. Measured on artists kept back, three times, "
        f"{queries} pictures in all: the nearest picture of another work is by the same artist for {learnt[0]:.0%} (as "
        f"MobileNetV2 sees them: {plain[0]:.0%}), mean average precision {learnt[1]:.2f} ({plain[1]:.2f}).",
        limits="Pictures that are alike for it need not be by the same hand: this is not an attribution. It learnt "
        "from European and North American painting and illustration of the 19th century for the most part, with some "
        "Japanese prints; other traditions and media are told apart less well. Reproductions differ in colour and "
        "sharpness, and it cannot tell that from style. A photograph has a place in it too, which means nothing.",
    )
    write_model(save(tensors), card)


def _at_unit_length(projection: Projection, rows: Numbers) -> Projection:
    """The projection with lengths of about 1, which float16 keeps well."""
    scale = 1 / float(np.linalg.norm(rows @ projection.weight + projection.bias, axis=1).mean())
    return Projection(projection.weight * scale, projection.bias * scale)


if __name__ == "__main__":
    sys.exit(main())
