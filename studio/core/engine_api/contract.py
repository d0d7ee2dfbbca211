"""What goes to the engine and what comes back: requests, events and the Engine protocol. All plain, all picklable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from studio.core.classifier.results import Epoch
from studio.core.classifier.tuned_block import TunedBlock
from studio.core.engine_api.comparison import Comparison
from studio.core.engine_api.features import FeatureQuery
from studio.core.engine_api.learning import ClassifierRequest, Trained, TrainingStep, TuneRequest
from studio.core.engine_api.request_id import new_request_id
from studio.core.errors import StudioError
from studio.core.picture import Picture, Pixels
from studio.core.recipe import StyleRecipe
from studio.core.regions.faces import Face
from studio.core.styles.learned_style import LearnedStyle


@dataclass(frozen=True, eq=False)
class RegionRequest:
    """Where a request paints otherwise.

    mask: (h, w) uint8 of any size, 255 where this holds; of several regions a later one lies over earlier ones.
    styles, recipe, learned: as in StyleRequest, for the region; of the recipe only what regions may change differs.
    is_painted: False leaves the photo as it is.
    """

    mask: Pixels
    styles: tuple[Picture, ...]
    recipe: StyleRecipe
    learned: tuple[LearnedStyle | None, ...] = ()
    is_painted: bool = True


@dataclass(frozen=True)
class StyleRequest:
    """Paint `content` in the blend of `styles` after `recipe`.

    content: None only for the method "pattern" (then the result is square). styles: at least one.
    start: a picture to go on from (a stopped run, a smaller result); None starts afresh.
    learned: for each style what the studio has learnt of it, or None; () if that is None for all.
    regions: where it is painted otherwise; a later one lies over earlier ones.
    """

    content: Picture | None
    styles: tuple[Picture, ...]
    recipe: StyleRecipe
    start: Picture | None = None
    learned: tuple[LearnedStyle | None, ...] = ()
    regions: tuple[RegionRequest, ...] = ()
    id: int = field(default_factory=new_request_id)

    @property
    def models(self) -> tuple[tuple[Picture, float], ...]:
        """The pictures Finish paints after, with shares that sum to 1: several of a learned style share its share."""
        shares = self.recipe.shares_of(len(self.styles))
        learned = self.learned or (None,) * len(self.styles)
        models: list[tuple[Picture, float]] = []
        for picture, share, known in zip(self.styles, shares, learned, strict=True):
            pictures = (picture,) if known is None else known.references
            models += [(one, share / len(pictures)) for one in pictures]
        return tuple(models)


@dataclass(frozen=True)
class ColorRequest:
    """Apply "keep colours" alone to a picture painted before: quick, needs no network.

    painted: the uncolored picture of a Frame or Done. keep_color: 0 (as painted) to 1 (colours of `content`).
    regions: as in StyleRequest; of them the masks count, and how much of the colours each keeps.
    """

    content: Picture
    painted: Picture
    keep_color: float
    regions: tuple[RegionRequest, ...] = ()
    id: int = field(default_factory=new_request_id)


@dataclass(frozen=True)
class LiveRequest:
    """Show `content` in the blend of `styles` at once, as the Live network sees it.

    long_edge: of the largest picture wanted, px; a slow device gives a smaller one, first a coarse and then a finer.
    is_at_rest: nobody moves a slider, and a picture of this size is there: where the recipe leaves the network open,
    the larger one paints, if the device is quick enough. Other fields: as in StyleRequest. A content is needed.
    """

    content: Picture
    styles: tuple[Picture, ...]
    recipe: StyleRecipe
    long_edge: int
    learned: tuple[LearnedStyle | None, ...] = ()
    regions: tuple[RegionRequest, ...] = ()
    is_at_rest: bool = False
    id: int = field(default_factory=new_request_id)


@dataclass(frozen=True)
class SeeRequest:
    """Find the subject and the faces of a photo; answered by Seen."""

    content: Picture
    id: int = field(default_factory=new_request_id)


@dataclass(frozen=True)
class DescribeRequest:
    """Say in numbers what a picture is like; answered by Described.

    query: which numbers; None for those of the library: "style", "subject" and "palette", each a vector of length 1.
    block: layers that a classifier has changed, for it to see what it has learnt on; None for the network as it came.
    may_download: whether weights that are not on this computer may be fetched; else that is an error.
    """

    content: Picture
    query: FeatureQuery | None = None
    block: TunedBlock | None = None
    may_download: bool = False
    id: int = field(default_factory=new_request_id)


@dataclass(frozen=True)
class CompareRequest:
    """Say what two pictures have in common, and where; answered by Compared."""

    first: Picture
    second: Picture
    id: int = field(default_factory=new_request_id)


Look = SeeRequest | DescribeRequest | CompareRequest  # asked about pictures that are there: nothing is painted
Request = StyleRequest | ColorRequest | LiveRequest | Look | TuneRequest | ClassifierRequest


@dataclass(frozen=True)
class Frame:
    """A picture on its way to the screen.

    step of steps: optimiser steps over all scales. progress: share of the work done, 0 to 1, weighted by what a step
    costs at its size (steps are not). losses: by name ("total" and its parts, such as "style"), of this step.
    seconds: since the request started. picture: to be shown; uncolored: the same before "keep colours" was applied,
    None where that changes nothing. long_edge of the picture may be below the recipe's: show it enlarged.
    network: id of the card of the network that painted it, where it answers a LiveRequest.
    """

    request_id: int
    step: int
    steps: int
    progress: float
    picture: Picture
    uncolored: Picture | None = None
    losses: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    is_final: bool = False
    network: str = ""


@dataclass(frozen=True)
class Progress:
    """A sign of life between frames. progress: 0 to 1. note: a sentence for the user, or "".

    training_step: where a TuneRequest is, after each step. epoch: a new point of a ClassifierRequest's learning curves.
    """

    request_id: int
    progress: float
    note: str = ""
    training_step: TrainingStep | None = None
    epoch: Epoch | None = None


@dataclass(frozen=True)
class Done:
    """The request is finished. result, uncolored: as in Frame. notes: what the user should know about it.

    learned: what came of a TuneRequest; result is its sample then.
    """

    request_id: int
    result: Picture
    uncolored: Picture | None = None
    steps: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    learned: LearnedStyle | None = None


@dataclass(frozen=True, eq=False)
class Seen:
    """What there is in the photo of a SeeRequest.

    subject: (h, w) uint8, 255 on it, h and w at most 1024 px; None where nothing stands out. faces: the most likely
    first.
    """

    request_id: int
    subject: Pixels | None
    faces: tuple[Face, ...] = ()


@dataclass(frozen=True, eq=False)
class Described:
    """What a picture is like, by the names of the vectors: of the library, or the layers of the query."""

    request_id: int
    vectors: Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Compared:
    """What the pictures of a CompareRequest have in common."""

    request_id: int
    comparison: Comparison


@dataclass(frozen=True)
class Stopped:
    """The request was closed on demand before its end: the last frame is what there is."""

    request_id: int


@dataclass(frozen=True)
class Failed:
    """The request ended with an error; earlier frames stay valid. Request id 0: the engine itself."""

    request_id: int
    error: StudioError


@dataclass(frozen=True)
class EngineInfo:
    """The engine in words. device: such as "NVIDIA H200" or "CPU, 2 cores". memory: free bytes, or None.

    Texts are made plain: torch's version is a string of a class of its own, which pickles as "import torch" and would
    load all of it into the process of the window.
    """

    device: str
    dtype: str
    memory: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "versions", {str(name): str(version) for name, version in self.versions.items()})
        object.__setattr__(self, "weights", {str(name): str(credit) for name, credit in self.weights.items()})


@dataclass(frozen=True)
class Ready:
    """The engine is loaded and warm."""

    info: EngineInfo


Event = Frame | Progress | Done | Seen | Described | Compared | Trained | Stopped | Failed | Ready


@dataclass(frozen=True)
class EngineSettings:
    """How to set an engine up. device: a torch device such as "cuda:0", None for the best there is.

    weights_folder: where to look for downloadable weights besides torch's own cache.
    """

    device: str | None = None
    weights_folder: Path | None = None


class Engine(Protocol):
    """What paints. One request at a time is advanced, but a second may be run while the first is suspended."""

    def describe(self) -> EngineInfo:
        """Device, precision, memory, versions and weights; may load and warm up."""

    def run(self, request: Request) -> Iterator[Event]:
        """Events of the request, ending with Done, or with Seen, Described, Compared or Trained for what asks for it.

        close() cancels. A StudioError is raised at the next(). Yields at least every 100 ms or so at 512 px, so that
        others get their turn.
        """

    def close(self) -> None:
        """Give everything back; idempotent."""


MakeEngine = Callable[[EngineSettings], Engine]
"""A module-level function, so that it can be handed to another process."""
