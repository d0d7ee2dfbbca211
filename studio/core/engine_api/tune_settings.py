"""TuneSettings: the settings of a fine-tuning. The defaults suit most artists."""

from __future__ import annotations

from dataclasses import dataclass

from studio.core.errors import RecipeError

LARGEST_EDGE = 768  # px of references and photos in fine-tuning
MOST_PICTURES = 30  # references, and photos of the user's own; more take longer and add little


@dataclass(frozen=True)
class TuneSettings:
    """Numbers of a run; `LIMITS` has their ranges.

    is_deep: learn how to paint, the layers of the network, and not the style vector alone. is_gradual: the last layers
    first, and those before them one after the other. steps, learning_rate: of the vector. deep_steps, deep_rate: of the
    layers. vector_first: steps of the vector alone before layers and vector learn together. batch: crops per step.
    crop: their edge in px. Raises RecipeError if a number is out of its range.
    """

    is_deep: bool = True
    is_gradual: bool = True
    steps: int = 150
    deep_steps: int = 400
    learning_rate: float = 0.01
    deep_rate: float = 0.002
    vector_first: int = 0
    batch: int = 1
    crop: int = 384
    seed: int = 0

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise RecipeError(
                    f"{name.replace('_', ' ').capitalize()} is {value:g}; it goes from {low:g} to {high:g}."
                )
            if isinstance(low, int) and value != int(value):
                raise RecipeError(f"{name.replace('_', ' ').capitalize()} is {value:g}; it must be a whole number.")

    @property
    def vector_steps(self) -> int:
        """Steps in which the vector learns alone."""
        return min(self.steps, self.vector_first) if self.is_deep else self.steps

    @property
    def all_steps(self) -> int:
        """Steps of the whole run."""
        return self.vector_steps + (self.deep_steps if self.is_deep else 0)


LIMITS: dict[str, tuple[float, float]] = {
    "steps": (1, 5000),
    "deep_steps": (1, 5000),
    "learning_rate": (1e-4, 1.0),
    "deep_rate": (1e-5, 0.02),
    "vector_first": (0, 5000),
    "batch": (1, 32),
    "crop": (64, 512),
    "seed": (0, 999_999),
}
