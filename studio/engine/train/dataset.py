"""The pictures that the Live network learns from, whole folders as bytes on the device; and those for validation."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Generator, Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.errors import PictureError, StudioError
from studio.core.image_io.find_pictures import pictures_in
from studio.core.image_io.picture_reader import open_picture
from studio.core.library.consent import ConsentReader
from studio.core.training.data_card import work_of
from studio.engine.runtime.tensors import picture_at

LIKENESS = 0.95  # least correlation of thumbnails of one picture; different pictures stay below 0.9
_CELLS = 12  # px of the edges of such a thumbnail
LARGEST_EDGE = 640  # px; crops need no more
HELD_OUT_EVERY = 10  # of so many works one is not trained on


@dataclass(frozen=True)
class Pictures:
    """Photos or styles. images: (3, H, W) uint8 each. works: of each image, the work it shows, whole or in part."""

    images: tuple[Tensor, ...]
    works: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)

    def image(self, number: int) -> Tensor:
        """One of them; numbers beyond the last begin again. Shapes: (1, 3, H, W) float32 in [0, 1]."""
        return self.images[number % len(self.images)][None].float() / 255


class Doubles:
    """Recognises pictures that are not to be learnt from, at any size and in other reproductions."""

    def __init__(self, images: Iterable[Tensor]) -> None:
        """images: (1, 3, H, W) in [0, 1]."""
        signatures = [_signature(image) for image in images]
        self._signatures = torch.cat(signatures) if signatures else torch.empty(0, 3 * _CELLS**2)

    def has(self, image: Tensor) -> bool:
        """Whether an image is one of them. Shapes: (1, 3, H, W)."""
        return bool((self._signatures @ _signature(image)[0] > LIKENESS).any())


def is_held_out(work: str) -> bool:
    """Whether a work is never trained on; a hash of its name decides, so it is the same in all runs on all machines."""
    return int.from_bytes(hashlib.sha256(os.fsencode(work)).digest()[:4]) % HELD_OUT_EVERY == 0


def split_works(works: Collection[str]) -> tuple[list[str], list[str]]:
    """The works to train on and those to validate on, at least one of each. Raises StudioError if that cannot be."""
    names = sorted(set(works), key=lambda work: hashlib.sha256(os.fsencode(work)).hexdigest())
    if len(names) < 2:
        raise StudioError("There must be pictures of at least two works in each folder.")
    held_out = [work for work in names if is_held_out(work)] or names[:1]
    if len(held_out) == len(names):
        held_out = held_out[:-1]
    return [work for work in names if work not in held_out], held_out


def read_pictures(
    folder: Path, leave_out: Collection[str], doubles: Doubles, device: torch.device
) -> Generator[str, None, tuple[Pictures, Pictures]]:
    """The pictures in a folder, to train on and to validate on; yields sentences now and then.

    leave_out, doubles: works and pictures that are neither; nor are those that forbid to be learnt from. A held-out
    work counts once, by a picture that shows it whole where there is one. Raises StudioError if there are too few.
    """
    consent, refused, paths = ConsentReader(), 0, list[Path]()
    for path in pictures_in([folder]):
        if work_of(path.name) in leave_out:
            continue
        if refusal := consent.refusal(path):
            refused += 1
            yield f"Left out: {refusal}"
        else:
            paths.append(path)
    if refused and len({work_of(path.name) for path in paths}) < 2:
        raise StudioError(
            f"{refused} of {refused + len(paths)} pictures in {folder} may not be learnt from: too few are left.",
            "Choose another folder, or ask their makers.",
        )
    _, unseen = split_works([work_of(path.name) for path in paths])
    held_out, seen, doubled = set(unseen), set[str](), set[str]()
    images: tuple[list[Tensor], list[Tensor]] = ([], [])
    works: tuple[list[str], list[str]] = ([], [])
    # Whole pictures first: "_full" stands behind "_crop" by name.
    for count, path in enumerate(sorted(paths, key=lambda path: (work_of(path.name), "_crop" in path.stem, path.name))):
        work = work_of(path.name)
        if work in doubled or (work in held_out and work in seen):
            continue
        try:
            image = picture_at(open_picture(path), LARGEST_EDGE, torch.device("cpu"))
        except PictureError as error:
            yield f"Left out: {error}"
            continue
        if doubles.has(image):
            doubled.add(work)
            continue
        kind = 1 if work in held_out else 0
        images[kind].append((image[0] * 255).round().to(device, torch.uint8))
        works[kind].append(work)
        seen.add(work)
        if count % 200 == 0:
            yield f"{folder.name}: {count} of {len(paths)} pictures read."
    parts = [Pictures(tuple(images[kind]), tuple(works[kind])) for kind in (0, 1)]
    if not all(parts):
        raise StudioError(f"Too few pictures in {folder} can be opened.")
    return parts[0], parts[1]


def _signature(image: Tensor) -> Tensor:
    """A thumbnail of mean 0 and norm 1. Shapes: (1, 3, H, W) -> (1, N)."""
    small = functional.interpolate(image, size=(_CELLS, _CELLS), mode="bilinear", antialias=True).flatten(1)
    return functional.normalize(small - small.mean())
