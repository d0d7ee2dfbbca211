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
from studio.core.classifier.trained_check import check_head
from studio.core.classifier.tuned_block import TunedBlock
from studio.core.engine_api.features import EncoderName, FeatureQuery, Pool
from studio.core.errors import StudioError
from studio.core.storage.atomic_write import replace_file
from studio.core.storage.regular_file import reason, shown_name
from studio.core.storage.untrusted import parse_object, read_bounded

_FORMAT, _VERSION = "style-studio-classifier", "1"
_TUNED_VERSION = "2"  # with changed layers of the network, which studios before would overlook
_BLOCK = "block."
_LARGEST = 256 << 20
_LARGEST_HEADER = 1 << 20
_TENSORS = ("mean", "scale", "weight", "bias", "basis", "centers")
_NUMBERS = ("temperature", "least_certainty", "farthest")


@dataclass(frozen=True, eq=False)
class Classifier:
    """A head, what it has to be given, its card, and the layers of the network that were changed for it, if any."""

    head: LinearHead
    query: FeatureQuery
    card: Card
    block: TunedBlock | None = None


def write_classifier(path: Path, classifier: Classifier) -> None:
    """Write the file as one act. Raises WriteError if the disk refuses."""
    replace_file(path, encode_classifier(classifier))


def encode_classifier(classifier: Classifier) -> bytes:
    """The file as bytes; its large tensors in float16."""
    head, query = classifier.head, classifier.query
    tensors: dict[str, NDArray[Any]] = {name: getattr(head, name) for name in _TENSORS}
    for name in ("weight", "basis"):
        tensors[name] = tensors[name].astype(np.float16)
    version = _VERSION
    if classifier.block is not None:
        version = _TUNED_VERSION
        tensors |= {f"{_BLOCK}{name}": array for name, array in classifier.block.tensors.items()}
    facts: dict[str, Any] = {
        "classes": head.classes,
        "encoder": query.encoder,
        "layers": query.layers,
        "pool": query.pool,
        **({"smooth": True} if query.is_smooth else {}),
    } | {name: getattr(head, name) for name in _NUMBERS}
    header = {"format": _FORMAT, "version": version, "facts": json.dumps(facts), "card": card_json(classifier.card)}
    data: bytes = save(tensors, header)
    return data


def read_classifier(path: Path) -> Classifier:
    """The classifier in a file. Raises StudioError for whatever is none."""
    try:
        data = read_bounded(path, _LARGEST)
    except (OSError, ValueError) as error:
        raise StudioError(
            f"{shown_name(path)} cannot be read: {reason(error)}.", "Choose a classifier of the studio's."
        ) from error
    try:
        length = int.from_bytes(data[:8], "little")
        if not 2 <= length <= min(_LARGEST_HEADER, len(data) - 8):
            raise ValueError("its header has an impossible length")
        header = parse_object(data[8 : 8 + length]).get("__metadata__")
        if not isinstance(header, dict) or header.get("format") != _FORMAT:
            raise ValueError("it holds something else")
        if header.get("version") not in (_VERSION, _TUNED_VERSION):
            raise ValueError("it comes from a newer studio")
        tensors = load(data)
        facts = parse_object(str(header["facts"]))
        card = replace(parse_card(str(header["card"]), path), file=path)
        return Classifier(_head(tensors, facts), _query(facts), card, _block(tensors))
    except (SafetensorError, KeyError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise StudioError(
            f"{path.name} is not a classifier of the studio's: {error}.", "Train one by 'style-studio classify train'."
        ) from error


def _query(facts: dict[str, Any]) -> FeatureQuery:
    encoder, pool, layers = facts["encoder"], facts["pool"], facts["layers"]
    if encoder not in get_args(EncoderName) or pool not in get_args(Pool) or not isinstance(layers, list):
        raise ValueError("it names no network")
    is_smooth = facts.get("smooth", False)
    if not isinstance(is_smooth, bool):
        raise ValueError("it names no network")
    return FeatureQuery(cast(EncoderName, encoder), tuple(map(str, layers)), cast(Pool, pool), is_smooth)


def _block(tensors: dict[str, NDArray[Any]]) -> TunedBlock | None:
    changed = {name.removeprefix(_BLOCK): array for name, array in tensors.items() if name.startswith(_BLOCK)}
    return TunedBlock(changed) if changed else None


def _head(tensors: dict[str, NDArray[Any]], facts: dict[str, Any]) -> LinearHead:
    classes = facts["classes"]
    if not isinstance(classes, list):
        raise ValueError("it has no classes")
    parts: dict[str, Any] = {name: tensors[name].astype(np.float32) for name in _TENSORS}
    parts |= {name: float(facts[name]) for name in _NUMBERS}
    return check_head(LinearHead(tuple(classes), **parts))
