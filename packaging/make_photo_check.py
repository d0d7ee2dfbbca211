"""Makes the check for photos: python packaging/make_photo_check.py PHOTOS PAINTINGS [--output resources/models].

From two folders, each with a MANIFEST.tsv, it trains a linear classifier on MobileNetV2's features, judges it on works
that it has not learnt from, and writes it with a card. Of each work it looks at the whole and one detail at most. Needs
the studio.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from own_models import features_of, own_card, parse_arguments, read_manifest, write_model
from sklearn.metrics import roc_auc_score

from studio.core.classifier.measures import calibration_error
from studio.core.curator.fitting import calibrated, fit_head, folds_of, hold_out
from studio.core.curator.model_file import Classifier, encode_classifier
from studio.core.curator.photo_check import MODEL, PAINTING, PHOTO
from studio.core.engine_api.features import FeatureQuery
from studio.core.training.data_card import work_of
from studio.engine.vision.describer import Describer

FOLDS, SEED, REGULARISATION = 4, 0, 1.0
DETAILS = 2  # pictures of a work, the whole included
QUERY = FeatureQuery()


def main() -> int:
    """Run the program."""
    arguments = parse_arguments(__doc__, "photos", "paintings")
    torch.set_num_threads(1)
    describer = Describer(torch.device("cpu"))
    photos, photo_works, blocks = look_at(describer, arguments.photos)
    paintings, painting_works, _ = look_at(describer, arguments.paintings)
    features = np.concatenate((photos, paintings)).astype(np.float64)
    classes = np.array([0] * len(photos) + [1] * len(paintings), np.int64)
    works = [*(f"photo {work}" for work in photo_works), *(f"painting {work}" for work in painting_works)]
    held = hold_out(features, classes, folds_of(classes, works, FOLDS, SEED), 2, REGULARISATION, blocks)
    is_photo = classes == 0
    area = roc_auc_score(is_photo, held.probabilities[:, 0])
    found = held.probabilities[is_photo, 0] >= 0.5
    lost = held.probabilities[~is_photo, 0] >= 0.5
    error = calibration_error(held.probabilities, classes)
    print(f"AUC {area:.4f}; photos found {found.mean():.3f}, paintings lost {lost.mean():.3f}; ECE {error:.3f}")
    head = fit_head(features, classes, (PHOTO, PAINTING), REGULARISATION, blocks)
    head = replace(calibrated(head, held, classes), least_certainty=0.0, farthest=float(np.finfo(np.float32).max))
    counted = f"{len(photos)} photos of {len(set(photo_works))} works and {len(paintings)} pictures of"
    card = own_card(
        arguments.output,
        MODEL,
        title="Photo or painting",
        credit="Photo or painting",
        category="classifier",
        source="Made by packaging/make_photo_check.py: a linear classifier (logistic regression) of mean and deviation "
        "of seven layers of mobilenet_v2_imagenet.",
        trained_on=f"{counted} {len(set(painting_works))} paintings and prints; only these numbers are distributed, no "
        f"picture. On works it had not learnt from, in {FOLDS} parts: area under the curve {area:.3f}, "
        f"{found.mean():.1%} of the photos found, {lost.mean():.1%} of the paintings taken for photos.",
        limits="Foggy landscapes, black and white photos and photos of murals may be taken for paintings, and "
        "photographic realism for photos. Renderings, screenshots and collages are neither, and it does not know that.",
    )
    write_model(encode_classifier(Classifier(head, QUERY, card)), card)
    return 0


def look_at(describer: Describer, folder: Path) -> tuple[NDArray[np.float32], list[str], tuple[int, ...]]:
    """Features of the pictures of a folder, their works, and the lengths of the layers."""
    names: list[str] = []
    works: list[str] = []
    for row in read_manifest(folder):
        work = work_of(row["path"])
        if works.count(work) < DETAILS:
            names.append(row["path"])
            works.append(work)
    rows, blocks = features_of(describer, folder, names, QUERY)
    return rows, works, blocks


if __name__ == "__main__":
    sys.exit(main())
