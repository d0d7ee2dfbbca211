"""What the scripts that make models of the studio's own share: how they look at works, and how a model is written."""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.core.card import Card, card_json
from studio.core.engine_api.contract import DescribeRequest
from studio.core.engine_api.features import FeatureQuery
from studio.core.generators import run_to_end
from studio.core.image_io.picture_reader import open_picture
from studio.engine.vision.describer import Describer

MODELS = Path(__file__).resolve().parents[1] / "resources" / "models"


def parse_arguments(description: str, *folders: str) -> argparse.Namespace:
    """What the script was given: folders of works under these names, and `output`, where its model goes."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for folder in folders:
        parser.add_argument(folder, type=Path)
    parser.add_argument("--output", type=Path, default=MODELS)
    return parser.parse_args()


def read_manifest(folder: Path) -> list[dict[str, str]]:
    """The rows of a folder's MANIFEST.tsv, a picture each; "path" is below the folder."""
    with (folder / "MANIFEST.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def features_of(
    describer: Describer, folder: Path, names: Collection[str], query: FeatureQuery
) -> tuple[NDArray[np.float32], tuple[int, ...]]:
    """Features of pictures, a row each, (N, all layers together), and the lengths of the layers."""
    rows: list[NDArray[np.float32]] = []
    blocks: tuple[int, ...] = ()
    for number, name in enumerate(names, start=1):
        vectors = run_to_end(describer.describe(DescribeRequest(open_picture(folder / name), query))).vectors
        rows.append(np.concatenate([vectors[layer] for layer in query.layers]))
        blocks = tuple(len(vectors[layer]) for layer in query.layers)
        if number % 100 == 0:
            print(f"{folder.name}: {number} of {len(names)}", file=sys.stderr, flush=True)
    return np.stack(rows), blocks


def own_card(
    folder: Path, model: str, *, title: str, credit: str, category: str, source: str, trained_on: str, limits: str
) -> Card:
    """The card of a model of ours, whose file will lie in a folder."""
    return Card(
        id=model,
        kind="model",
        title=title,
        author="The Style Studio founders",
        year="2026",
        licence="MIT",
        source=source,
        file=folder / f"{model}.safetensors",
        credit=f"{credit} by Style Studio, MIT",
        category=category,
        trained_on=trained_on,
        limits=limits,
    )


def write_model(data: bytes, card: Card) -> None:
    """Write a model, and its card beside it with the checksum."""
    card.file.write_bytes(data)
    card = replace(card, sha256=hashlib.sha256(data).hexdigest())
    card.file.with_suffix(".json").write_text(card_json(card), encoding="utf-8")
