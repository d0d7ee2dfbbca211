"""LearnedStyle: what the Live network has learnt of one artist, as plain numbers, and the pictures it learnt from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.card import bundled_cards
from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe

VECTOR_LENGTH = 100
LONGEST_VECTOR = 1000  # with what else a network knows a style by
MOST_REFERENCES = 4  # kept with a style, for Finish and for the gallery; it may have been learnt from more
REFERENCE_EDGE = 512  # px, at most
MOST_TENSORS = 64
MOST_NUMBERS = 2_000_000  # of all tensors together
LARGEST_NUMBER = 1e4  # learnt ones are below 100; beyond, the picture would be one flash


@dataclass(frozen=True, eq=False)
class LearnedStyle:
    """A style of one's own for the network with the card id `network` and the checksum `network_sha256`.

    vector: the style vector, (100,) float32, or longer, with what else the network knows a style by. delta: by the
    network's names, float16 to be added to its weights, or two factors of that (`engine/networks/style_delta.py`); {}
    where only the vector was learnt. references: 1 to MOST_REFERENCES of the pictures, which Finish paints after.
    Raises StudioError if it is anything else.
    """

    network: str
    network_sha256: str
    vector: NDArray[np.float32]
    references: tuple[Picture, ...]
    delta: Mapping[str, NDArray[np.float16]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check("vector", self.vector, np.float32)
        if self.vector.ndim != 1 or not VECTOR_LENGTH <= self.vector.size <= LONGEST_VECTOR:
            raise StudioError(f"A style has {VECTOR_LENGTH} to {LONGEST_VECTOR} numbers, not {self.vector.shape}.")
        for name, tensor in self.delta.items():
            _check(name, tensor, np.float16)
        if len(self.delta) > MOST_TENSORS or sum(tensor.size for tensor in self.delta.values()) > MOST_NUMBERS:
            raise StudioError(f"A style changes at most {MOST_NUMBERS:,} weights in {MOST_TENSORS} layers.")
        if not 1 <= len(self.references) <= MOST_REFERENCES:
            raise StudioError(f"A style comes with 1 to {MOST_REFERENCES} pictures, not {len(self.references)}.")
        if any(picture.long_edge > REFERENCE_EDGE for picture in self.references):
            raise StudioError(f"The pictures of a style are at most {REFERENCE_EDGE} px large.")
        object.__setattr__(self, "delta", MappingProxyType(dict(self.delta)))

    def __reduce__(self) -> tuple[type[LearnedStyle], tuple[Any, ...]]:
        # Through __init__, because a mapping proxy cannot be pickled.
        return LearnedStyle, (self.network, self.network_sha256, self.vector, self.references, dict(self.delta))

    @cached_property
    def fingerprint(self) -> str:
        """Equal for styles that the network paints alike; its pictures do not count, which a file keeps but roughly."""
        digest = hashlib.blake2b(f"{self.network} {self.network_sha256}".encode(), digest_size=16)
        digest.update(self.vector.tobytes())
        for name in sorted(self.delta):
            digest.update(f"{name} {self.delta[name].shape}".encode())
            digest.update(self.delta[name].tobytes())
        return digest.hexdigest()


def check_network(learned: LearnedStyle) -> None:
    """Raise StudioError unless the network that the style was learnt for is here, in the same version."""
    card = next((card for card in bundled_cards("models") if card.id == learned.network), None)
    if card is None or card.sha256 != learned.network_sha256:
        raise StudioError(
            "This style was learnt with another version of the network than the one here.",
            "Learn it again from its pictures, or use the Style Studio it comes from.",
        )


def painting_network(recipe: StyleRecipe, learned: Sequence[LearnedStyle | None]) -> str:
    """Id of the card of the Live network that paints; learned: per style, None where it is only a picture.

    A learned style is painted by the network it was learnt with, and so is what it is mixed with: the one with the
    largest share decides.
    """
    shares = recipe.shares_of(len(learned))
    weighed = [(share, known.network) for known, share in zip(learned, shares, strict=True) if known and share]
    return max(weighed)[1] if weighed else recipe.live_network


def _check(name: str, numbers: NDArray[Any], dtype: type[np.generic]) -> None:
    if numbers.dtype != dtype or numbers.ndim > 4 or numbers.size == 0:
        raise StudioError(f"The {name[:40]} of the style is {numbers.shape} of {numbers.dtype}.")
    if not bool(np.isfinite(numbers).all()) or float(np.abs(numbers).max()) > LARGEST_NUMBER:
        raise StudioError(f"The {name[:40]} of the style holds invalid numbers.")
