"""What the colours of some pictures are like beside those of all others, in words: dark, muted, bluish."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# The middles of a palette's cells in Oklab (Ottosson 2020), as the engine makes it: lightness, green to red, blue to
# yellow. What is kept is the root of each cell's share.
_LIGHTNESS, _CHROMA = np.linspace(0.0, 1.0, 6), np.linspace(-0.3, 0.3, 7)
_CELLS = np.stack([axis.ravel() for axis in np.meshgrid(_LIGHTNESS, _CHROMA, _CHROMA, indexing="ij")], 1)
_TRAITS = np.concatenate((_CELLS, np.linalg.norm(_CELLS[:, 1:], axis=1)[:, None]), 1).astype(np.float32)

# The trait, the least difference that people see between two groups of pictures, and the words for less and more.
_WORDS = ((0, 0.07, "dark", "light"), (3, 0.02, "muted", "colourful"), (1, 0.012, "greenish", "reddish"),
          (2, 0.02, "bluish", "yellowish"))  # fmt: skip
_LEAST = 0.8  # of the spread of all pictures: less distinguishes no group
_MOST_WORDS = 2


def color_traits(palettes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean lightness, redness, yellowness and colourfulness of pictures with these palettes. (N, 294) -> (N, 4)."""
    shares = palettes**2
    found: NDArray[np.float32] = (shares @ _TRAITS) / np.maximum(shares.sum(1, keepdims=True), 1e-6)
    return found


def color_words(traits: NDArray[np.float32], everybody: NDArray[np.float32]) -> str:
    """Such as "Dark, bluish": how pictures with these traits (n, 4) differ from all (N, 4); "" where they do not."""
    if not len(traits):
        return ""
    difference = traits.mean(0) - everybody.mean(0)
    spread = np.maximum(everybody.std(0), 1e-6)
    found = [
        (abs(float(difference[trait] / spread[trait])), more if difference[trait] > 0 else less)
        for trait, least, less, more in _WORDS
        if abs(difference[trait]) >= max(least, _LEAST * spread[trait])
    ]
    words = [word for _, word in sorted(found, reverse=True)[:_MOST_WORDS]]
    return ", ".join(words).capitalize()
