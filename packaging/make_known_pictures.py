"""Makes what the studio knows of pictures: python packaging/make_known_pictures.py PAINTINGS PHOTOS [--output DIR].

From two folders, each with a MANIFEST.tsv, it takes MobileNetV2's features of each work, reduces them to principal
components, and writes the points with a card. They tell how far references of a lesson are from all of these. Needs
the studio.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from own_models import features_of, own_card, parse_arguments, read_manifest, write_model
from safetensors.numpy import save

from studio.core.classifier.linear_head import signed_roots
from studio.core.curator.lesson_outlook import FAR, MODEL, KnownPictures
from studio.core.curator.photo_check import PhotoCheck
from studio.core.training.data_card import work_of
from studio.engine.vision.describer import Describer

COMPONENTS = 32
HELD_OUT = 5  # each so many-th work is measured from the others


def main() -> int:
    """Run the program."""
    arguments = parse_arguments(__doc__, "paintings", "photos")
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
    card = own_card(
        arguments.output,
        MODEL,
        title="Known paintings and photos",
        credit="Known paintings and photos",
        category="distance",
        source="Made by packaging/make_known_pictures.py: principal components of mean and deviation of seven layers "
        "of mobilenet_v2_imagenet, and a point for each picture.",
        trained_on=f"{len(paintings)} paintings and prints and {len(photos)} photos; only these numbers are "
        f"distributed, no picture. Of each fifth, held out, the distance from the others is {np.median(distances):.2f} "
        f"in the median, and {is_far:.1%} are farther than {FAR}.",
        limits="Few drawings, no graphics and no sprites are among them: these are far, whatever a lesson gains of "
        "them. Single works may be far as well, so only the median of several pictures says something.",
    )
    write_model(save(tensors), card)
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
    firsts = {work_of(row["path"]): row["path"] for row in reversed(read_manifest(folder))}
    return features_of(describer, folder, firsts.values(), PhotoCheck.query)


if __name__ == "__main__":
    sys.exit(main())
