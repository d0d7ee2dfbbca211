"""Makes what the studio knows of pictures: python packaging/make_known_pictures.py PAINTINGS PHOTOS [--output DIR].

From two folders, each with a MANIFEST.tsv, it takes MobileNetV2's features of each work, reduces them to principal
components, and writes the points with a card. They tell how far references of a lesson are from all of these. Needs
the studio.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save

from studio.core.card import Card, card_json
from studio.core.classifier.linear_head import signed_roots
from studio.core.curator.lesson_outlook import FAR, MODEL, KnownPictures
from studio.core.curator.photo_check import PhotoCheck
from studio.core.engine_api.contract import DescribeRequest
from studio.core.image_io.picture_reader import open_picture
from studio.core.training.data_card import work_of
from studio.engine.runtime.generators import run_to_end
from studio.engine.vision.describer import Describer

COMPONENTS = 32
HELD_OUT = 5  # each so many-th work is measured from the others


def main() -> int:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paintings", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parents[1] / "resources" / "models")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    describer = Describer(torch.device("cpu"))
    paintings, blocks = look_at(describer, arguments.paintings)
    photos, _ = look_at(describer, arguments.photos)
    features = np.concatenate((paintings, photos)).astype(np.float64)
    is_held = np.arange(len(features)) % HELD_OUT == 0
    distances = KnownPictures(**fit(features[~is_held], blocks)).distances(features[is_held])
    is_far = float((distances > FAR).mean())
    print(f"median {np.median(distances):.2f}, nine in ten within {np.quantile(distances, 0.9):.2f}, far {is_far:.1%}")
    tensors = {
        name: np.ascontiguousarray(array, np.float16 if array.ndim == 2 else np.float32)
        for name, array in fit(features, blocks).items()
    }
    card = Card(
        id=MODEL,
        kind="model",
        title="Known paintings and photos",
        author="The Style Studio founders",
        year="2026",
        licence="MIT",
        source="Made by packaging/make_known_pictures.py: principal components of mean and deviation of seven layers "
        "of mobilenet_v2_imagenet, and a point for each picture.",
        file=arguments.output / f"{MODEL}.safetensors",
        credit="Known paintings and photos by Style Studio, MIT",
        category="distance",
        trained_on=f"{len(paintings)} paintings and prints and {len(photos)} photos; only these numbers are "
        f"distributed, no picture. Of each fifth, held out, the distance from the others is {np.median(distances):.2f} "
        f"in the median, and {is_far:.1%} are farther than {FAR}.",
        limits="Few drawings, no graphics and no sprites are among them: these are far, whatever a lesson gains of "
        "them. Single works may be far as well, so only the median of several pictures says something.",
    )
    data = save(tensors)
    card.file.write_bytes(data)
    card = replace(card, sha256=hashlib.sha256(data).hexdigest())
    (arguments.output / f"{MODEL}.json").write_text(card_json(card), encoding="utf-8")
    return 0


def fit(features: NDArray[np.float64], blocks: tuple[int, ...]) -> dict[str, NDArray[np.float64]]:
    """The tensors of the file. blocks: lengths of the layers, each of which counts alike."""
    roots = signed_roots(features)
    mean = roots.mean(0)
    lengths = np.concatenate([np.full(length, float(length)) for length in blocks])
    scale = 1 / (roots.std(0) + 1e-6) / np.sqrt(lengths)
    standardised = (roots - mean) * scale
    basis = np.linalg.svd(standardised, full_matrices=False)[2][:COMPONENTS].T
    return {"mean": mean, "scale": scale, "basis": basis, "points": standardised @ basis}


def look_at(describer: Describer, folder: Path) -> tuple[NDArray[np.float32], tuple[int, ...]]:
    """Features of the works of a folder, a picture of each, and the lengths of the layers."""
    with (folder / "MANIFEST.tsv").open(encoding="utf-8") as file:
        names = [row["path"] for row in csv.DictReader(file, delimiter="\t")]
    firsts = {work_of(name): name for name in reversed(names)}
    query, rows, blocks = PhotoCheck.query, [], ()
    for number, name in enumerate(firsts.values(), start=1):
        vectors = run_to_end(describer.describe(DescribeRequest(open_picture(folder / name), query))).vectors
        rows.append(np.concatenate([vectors[layer] for layer in query.layers]))
        blocks = tuple(len(vectors[layer]) for layer in query.layers)
        if number % 100 == 0:
            print(f"{folder.name}: {number} of {len(firsts)}", file=sys.stderr, flush=True)
    return np.stack(rows), blocks


if __name__ == "__main__":
    sys.exit(main())
