"""Weights that torchvision publishes: found in a folder or in torch's cache, or downloaded; always checked."""

from __future__ import annotations

import hashlib
import http.client
import pickle
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torchvision.models import (
    EfficientNet_B0_Weights,
    Inception_V3_Weights,
    ResNet50_Weights,
    VGG16_Weights,
    VGG19_Weights,
    WeightsEnum,
)

from studio.core.errors import WeightsError
from studio.core.storage.atomic_write import part_beside

Download = Generator[float, None, dict[str, Tensor]]

LARGEST = 2 << 30  # bytes of a file; VGG-19 has 575 MB


@dataclass(frozen=True)
class WeightsFile:
    """Where weights are published, and how many MB they are. The name ends in the first digits of the sha256."""

    url: str
    megabytes: float = 0.0

    @property
    def name(self) -> str:
        """Of the file, in torch's cache as well."""
        return self.url.rsplit("/", 1)[-1]

    @classmethod
    def of(cls, weights: WeightsEnum) -> WeightsFile:
        """As torchvision tells."""
        return cls(str(weights.url), float(weights.meta.get("_file_size", 0.0)))


# What is first is downloaded; whichever is there is used.
FILES: Mapping[str, tuple[WeightsFile, ...]] = {
    # IMAGENET1K_FEATURES are the weights of the paper's authors, like ours: style transfer likes them better.
    "vgg16-torchvision": (WeightsFile.of(VGG16_Weights.IMAGENET1K_FEATURES),),
    "vgg19-torchvision": (WeightsFile.of(VGG19_Weights.IMAGENET1K_V1),),
    "vgg19": (WeightsFile.of(VGG19_Weights.IMAGENET1K_V1),),
    "resnet50": (WeightsFile.of(ResNet50_Weights.IMAGENET1K_V1), WeightsFile.of(ResNet50_Weights.IMAGENET1K_V2)),
    "inception_v3": (WeightsFile.of(Inception_V3_Weights.IMAGENET1K_V1),),
    "efficientnet_b0": (WeightsFile.of(EfficientNet_B0_Weights.IMAGENET1K_V1),),
}


def load_torchvision_weights(name: str, folder: Path | None, may_download: bool) -> Download:
    """Weights by torchvision's names; yields the share downloaded, where that is needed and allowed.

    folder: where the user keeps weights, searched before torch's own cache; None for the cache alone.
    Raises WeightsError if they are damaged, or neither here nor to be had.
    """
    cache = Path(torch.hub.get_dir()) / "checkpoints"
    places = [place / file.name for place in (folder, cache) if place for file in FILES[name]]
    found = next((path for path in places if path.is_file()), None)
    first = FILES[name][0]
    if found is None and not may_download:
        size = f" of {first.megabytes:.0f} MB" if first.megabytes else ""
        raise WeightsError(
            f"The weights of {name} do not come with the studio, and {first.name} is not on this computer.",
            f"Name a folder that holds the file (--weights FOLDER), or allow the download{size} (--download).",
        )
    if found is None:
        found = yield from _download(first.url, cache / first.name)
    return read_weights(found)


def read_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a file that torchvision published. Raises WeightsError if it is anything else."""
    _check(path)
    # A pickle, but read as plain tensors only, and only with the right hash.
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError, OSError) as error:
        raise WeightsError(f"{path.name} does not hold weights.", f"Delete {path}.") from error
    if not isinstance(state, Mapping) or not all(isinstance(tensor, Tensor) for tensor in state.values()):
        raise WeightsError(f"{path.name} does not hold weights.", f"Delete {path}.")
    return {str(key): tensor for key, tensor in state.items()}


def _download(url: str, target: Path) -> Generator[float, None, Path]:
    part = part_beside(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with urllib.request.urlopen(url, timeout=20) as answer, part.open("wb") as file:
            total = int(answer.headers.get("Content-Length") or 0)
            while block := answer.read(1 << 20):
                file.write(block)
                if file.tell() > LARGEST:
                    raise WeightsError(
                        f"{target.name} is larger than any weights that are published.", "Try again later."
                    )
                yield file.tell() / total if total else 0.0
        _check(part, target.name)
        part.replace(target)
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        raise WeightsError(
            f"{target.name} is not on this computer and could not be downloaded.",
            "Go online, or name a folder that holds it (--weights-folder; for the window STYLE_STUDIO_WEIGHTS), "
            'or choose the built-in encoder "vgg16".',
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return target


def _check(path: Path, name: str | None = None) -> None:
    """Raise WeightsError unless it is whole: names end in the first digits of the sha256 of what is in the file."""
    expected = (name or path.name).rsplit("-", 1)[-1].split(".")[0]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if not digest.startswith(expected):
        remedy = f"Delete {path} and try again." if name is None else "Try again."  # a download is gone by itself
        raise WeightsError(f"{name or path.name} is damaged or incomplete.", remedy)
