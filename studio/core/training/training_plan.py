"""The plan of a training of the Live network, and news of it: plain data between command line and engine."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.image_io.find_pictures import is_folder

WIDTHS = ("down", "body", "inside", "up")  # layers whose channels may be more or fewer
WIDEST = 1024  # channels
MOST_MEMORY = 1e5  # GB
LARGEST_SEED = 2**63 - 1
_BELOW = 1000  # a rate, and a weight against that of the style
_LEAST = {"steps": 1, "batch": 1, "crop": 32, "validate_every": 1, "save_every": 1}
_MOST = 10**9


@dataclass(frozen=True)
class TrainingPlan:
    """One run. Started again with the same `out` it resumes at its last checkpoint.

    start: id of a bundled network's card, or a file of weights. widths: channels, by the name of a layer, where they
    are to change. crop: px. rate: the highest learning rate. content_weight: against a style loss of weight 1.
    device: None for the best there is. memory: GB for features of the pictures; None is 4 on a processor, where there
    is a limited number of augmented views that come again, and 0 elsewhere, where every view is new.
    validate_every, save_every: steps. leave_out: works that are not trained on, by the name of their file.
    is_fine: train the larger network; `start` names a small one that it begins with, or a larger one to go on from.
    """

    content: Path
    styles: Path
    out: Path
    start: str = "arbitrary_style_magenta"
    widths: Mapping[str, int] = field(default_factory=dict)
    steps: int = 40_000
    batch: int = 8
    crop: int = 256
    rate: float = 2e-4
    content_weight: float = 0.14
    device: str | None = None
    seed: int = 0
    memory: float | None = None
    validate_every: int = 500
    save_every: int = 500
    leave_out: tuple[str, ...] = ()
    is_fine: bool = False

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise StudioError(f"{name.replace('_', ' ').capitalize()} must be at least {least}.")
            if getattr(self, name) > _MOST:  # what follows counts in 64 bits
                raise StudioError(f"{name.replace('_', ' ').capitalize()} must be at most {_MOST:,}.")
        if self.crop % 16:
            raise StudioError(f"The crop is {self.crop} px; the encoder takes multiples of 16 px.")
        for name, channels in self.widths.items():
            if name not in WIDTHS:
                raise StudioError(f"{name!r} is not a layer whose width can change.", f"There are {', '.join(WIDTHS)}.")
            if not 1 <= channels <= WIDEST:
                raise StudioError(f"The width of {name} is {channels}; it must be between 1 and {WIDEST}.")
        if self.memory is not None and not 0 <= self.memory <= MOST_MEMORY:
            raise StudioError(f"The memory is {self.memory:g} GB; it must be between 0 and {MOST_MEMORY:g}.")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise StudioError(f"The seed must be between 0 and {LARGEST_SEED}.")
        for name in ("rate", "content_weight"):
            if not 0 < getattr(self, name) < _BELOW:
                raise StudioError(f"The {name.replace('_', ' ')} must be above 0 and below {_BELOW:g}.")
        for folder in (self.content, self.styles):
            if not is_folder(folder):
                raise StudioError(f"{folder} is not a folder.", "Name the folder that holds the pictures.")


@dataclass(frozen=True)
class TrainingNews:
    """Where a run is. losses: of the last step, by name, {} where none was made.

    validation: errors on works that are not trained on, where they were just measured, else None. is_best: they are the
    best so far that keep the photo. skipped: steps left out so far because their numbers blew up. note: a sentence.
    """

    step: int
    steps: int
    losses: Mapping[str, float]
    validation: Mapping[str, float] | None = None
    is_best: bool = False
    skipped: int = 0
    seconds: float = 0.0
    note: str = ""


Train = Callable[[TrainingPlan], Generator[TrainingNews, None, None]]
"""Runs a plan to its end; closing the iterator stops it."""
