"""ClassifierSettings: how a classifier is trained. The defaults suit some hundred pictures and a processor."""

from __future__ import annotations

from dataclasses import dataclass

from studio.core.classifier.tuned_block import FIRST, LAST
from studio.core.errors import RecipeError

MOST_PICTURES = 3000  # that are fine-tuned on; of more, only the head learns


@dataclass(frozen=True)
class ClassifierSettings:
    """Numbers of a training; `LIMITS` has their ranges, `HELP` says in plain words what each is.

    is_tuned: after the head, let the last stages of the network learn too; they are kept only if that is better on
    works held out. Raises RecipeError if a number is out of its range.
    """

    is_tuned: bool = True
    first_stage: int = 17
    epochs: int = 12
    head_rate: float = 5e-4
    block_rate: float = 1e-4
    batch: int = 16
    views: int = 3
    patience: int = 4
    scratch_epochs: int = 3
    seed: int = 0

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value, words = getattr(self, name), name.replace("_", " ").capitalize()
            if not low <= value <= high:
                raise RecipeError(f"{words} is {value:g}; it goes from {low:g} to {high:g}.")
            if isinstance(low, int) and value != int(value):
                raise RecipeError(f"{words} is {value:g}; it must be a whole number.")


LIMITS: dict[str, tuple[float, float]] = {
    "first_stage": (FIRST, LAST),
    "epochs": (1, 200),
    "head_rate": (1e-6, 0.1),
    "block_rate": (1e-7, 0.01),
    "batch": (2, 128),
    "views": (0, 20),
    "patience": (1, 50),
    "scratch_epochs": (0, 100),
    "seed": (0, 999_999),
}
HELP: dict[str, str] = {
    "first_stage": f"the first of the network's stages 0 to {LAST} that learns; all before stay frozen",
    "epochs": "at most this many passes over all pictures; it ends early if nothing improves",
    "head_rate": "learning rate of the head, which tells the classes apart",
    "block_rate": "learning rate of the last stage; each earlier one has half of the next one's",
    "batch": "pictures per step",
    "views": "crops of each picture, flipped and tinted a little, besides the whole",
    "patience": "ends after this many epochs without a gain on works held out",
    "scratch_epochs": "epochs in which the same network is trained from scratch, to compare with; 0: not at all",
    "seed": "which works are held out and which views are drawn; the same number gives the same result",
}
