"""The file of a classifier: safetensors with a card in its header; nothing in it can be executed."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from studio.core.card import Card, card_json, parse_card
from studio.core.classifier.linear_head import LinearHead
from studio.core.engine_api.features import EncoderName, FeatureQuery, Pool
from studio.core.errors import StudioError
from studio.core.storage.atomic_write import replace_file
from studio.core.storage.untrusted import parse_object, read_bounded

_FORMAT, _VERSION = "style-studio-classifier", "1"
_LARGEST = 256 << 20
_LARGEST_HEADER = 1 << 20
_TENSORS = ("mean", "scale", "weight", "bias", "basis", "centers")
_NUMBERS = ("temperature", "least_certainty", "farthest")
_MOST_CLASSES = 10_000


@dataclass(frozen=True, eq=False)
class Classifier:
    """A head, what it has to be given, and its card."""

    head: LinearHead
    query: FeatureQuery
    card: Card


def write_classifier(path: Path, classifier: Classifier) -> None:
    """Write the file as one act. Raises WriteError if the disk refuses."""
    replace_file(path, encode_classifier(classifier))


def encode_classifier(classifier: Classifier) -> bytes:
    """The file as bytes; its large tensors in float16."""
    head, query = classifier.head, classifier.query
    tensors: dict[str, NDArray[Any]] = {name: getattr(head, name) for name in _TENSORS}
    for name in ("weight", "basis"):
        tensors[name] = tensors[name].astype(np.float16)
    facts = {
        "classes": head.classes,
        "encoder": query.encoder,
        "layers": query.layers,
        "pool": query.pool,
    } | {name: getattr(head, name) for name in _NUMBERS}
    header = {"format": _FORMAT, "version": _VERSION, "facts": json.dumps(facts), "card": card_json(classifier.card)}
    data: bytes = save(tensors, header)
    return data


def read_classifier(path: Path) -> Classifier:
    """The classifier in a file. Raises StudioError for whatever is none."""
    try:
        data = read_bounded(path, _LARGEST)
    except (OSError, ValueError) as error:
        raise StudioError(f"{path.name} cannot be read: {error}.", "Choose a classifier of the studio's.") from error
    try:
        length = int.from_bytes(data[:8], "little")
        if not 2 <= length <= min(_LARGEST_HEADER, len(data) - 8):
            raise ValueError("its header has an impossible length")
        header = parse_object(data[8 : 8 + length]).get("__metadata__")
        if not isinstance(header, dict) or header.get("format") != _FORMAT or header.get("version") != _VERSION:
            raise ValueError("it holds something else")
        tensors = load(data)
        facts = parse_object(str(header["facts"]))
        card = replace(parse_card(str(header["card"]), path), file=path)
        return Classifier(_head(tensors, facts), _query(facts), card)
    except (SafetensorError, KeyError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise StudioError(
            f"{path.name} is no classifier of the studio's: {error}.", "Train one with 'style-studio classify train'."
        ) from error


def _query(facts: dict[str, Any]) -> FeatureQuery:
    encoder, pool, layers = facts["encoder"], facts["pool"], facts["layers"]
    if encoder not in get_args(EncoderName) or pool not in get_args(Pool) or not isinstance(layers, list):
        raise ValueError("it names no network")
    return FeatureQuery(cast(EncoderName, encoder), tuple(map(str, layers)), cast(Pool, pool))


def _head(tensors: dict[str, NDArray[Any]], facts: dict[str, Any]) -> LinearHead:
    classes = facts["classes"]
    if not isinstance(classes, list) or not 2 <= len(classes) <= _MOST_CLASSES:
        raise ValueError("it has no classes")
    if not all(isinstance(name, str) for name in classes):
        raise ValueError("a class has no name")
    arrays = {name: tensors[name].astype(np.float32) for name in _TENSORS}
    length, nearby = arrays["basis"].shape
    shapes = {
        "mean": (length,),
        "scale": (length,),
        "weight": (length, len(classes)),
        "bias": (len(classes),),
        "centers": (len(classes), nearby),
    }
    if any(arrays[name].shape != shape for name, shape in shapes.items()):
        raise ValueError("its tensors do not fit together")
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise ValueError("its tensors are no numbers")
    numbers = {name: float(facts[name]) for name in _NUMBERS}
    if not all(np.isfinite(number) and number >= 0 for number in numbers.values()) or numbers["temperature"] == 0:
        raise ValueError("its certainties mean nothing")
    return LinearHead(
        tuple(classes),
        arrays["mean"],
        arrays["scale"],
        arrays["weight"],
        arrays["bias"],
        numbers["temperature"],
        numbers["least_certainty"],
        arrays["basis"],
        arrays["centers"],
        numbers["farthest"],
    )
