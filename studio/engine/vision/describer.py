"""Descriptions of pictures, asked for by the library, by classifiers and by whoever wants the numbers of a network."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.core.classifier.tuned_block import TunedBlock
from studio.core.engine_api.contract import Described, DescribeRequest
from studio.core.engine_api.features import Pool
from studio.core.errors import WeightsError
from studio.core.picture import Picture
from studio.engine.runtime.tensors import shrinking
from studio.engine.vision.art_encoder import LONG_EDGE, SHORT_EDGE, ArtEncoder, at_working_size
from studio.engine.vision.encoders import FeatureEncoder, TorchvisionEncoder, load_encoder

MIXED_CHANNELS = 64  # of more, so many random mixtures: 2,080 numbers a layer
_FINER = 2  # times the working size at which a large picture arrives there
_SEED = 2026


class Describer:
    """Describes pictures; loads its networks when they are first needed, and keeps the last one asked for by name."""

    def __init__(self, device: torch.device, weights_folder: Path | None = None) -> None:
        """weights_folder: where weights that do not come with the studio are, besides torch's own cache."""
        self._device, self._folder = device, weights_folder
        self._art: ArtEncoder | None = None
        self._encoder: tuple[tuple[str, str], FeatureEncoder] | None = None

    def preparing(self, request: DescribeRequest) -> Generator[float, None, None]:
        """Load the network of a query; yields the share that is downloaded. Raises WeightsError."""
        query, block = request.query, request.block
        if query is None:
            return
        key = query.encoder, block.fingerprint if block else ""
        if self._encoder is None or self._encoder[0] != key:
            self._encoder = None  # the memory of one is enough
            encoder = yield from load_encoder(query.encoder, self._device, self._folder, request.may_download)
            if block is not None:
                change(encoder, block)
            self._encoder = key, encoder

    def describe(self, request: DescribeRequest) -> Generator[None, None, Described]:
        """The vectors asked for; yields between pieces. Raises WeightsError if a network is damaged."""
        image = yield from _shrinking(request.content, self._device)
        query = request.query
        if query is None:
            self._art = self._art or ArtEncoder(self._device)
            yield
            found = self._art.describe(image)
            vectors = {"style": found.style, "subject": found.subject, "palette": found.palette}
            return Described(request.id, {name: _numbers(vector) for name, vector in vectors.items()})
        for _ in self.preparing(request):
            yield
        assert self._encoder is not None
        with torch.no_grad():
            features = self._encoder[1](at_working_size(image), query.layers)
            seen = {layer: smoothed(features[layer]) if query.is_smooth else features[layer] for layer in query.layers}
            return Described(request.id, {layer: _numbers(pool(seen[layer], query.pool)) for layer in query.layers})

    def close(self) -> None:
        """Drop networks."""
        self._art = self._encoder = None


def change(encoder: FeatureEncoder, block: TunedBlock) -> None:
    """Give a network the layers that a classifier has changed. Raises WeightsError if they are of another one."""
    if not isinstance(encoder, TorchvisionEncoder):
        raise WeightsError("The classifier has changed layers of another network.", "Train it again.")
    own = dict(encoder.network.named_parameters())
    for name, array in block.tensors.items():
        if name not in own or own[name].shape != array.shape:
            raise WeightsError("The classifier has changed layers of another network.", "Train it again.")
        own[name].data.copy_(torch.from_numpy(np.array(array)))


def smoothed(features: Tensor) -> Tensor:
    """Activations as shares of their sum after exp(), times how many there are: 1 in the mean, whatever the size.

    The softmax over channels and places of Wang, Li & Vasconcelos 2021, "Rethinking and Improving the Robustness of
    Image Style Transfer" (SWAG): the few peaks that residual networks consist of do not drown out all else. The factor
    is ours, so that statistics do not depend on the size of the picture. Shapes: (1, C, h, w) -> (1, C, h, w).
    """
    flat = features.float().flatten(1)
    return (torch.softmax(flat, 1) * flat.shape[1]).view(features.shape)


def pool(features: Tensor, how: Pool) -> Tensor:
    """One vector of the features of a layer.

    Shapes: (1, C, h, w) -> (C,) of mean or std, (2 C,) of moments, (c (c + 1) / 2,) of covariance or gram; c is C, but
    at most 64: more channels are mixed at random (Johnson & Lindenstrauss 1984), the same way each time.
    """
    flat = features[0].flatten(1).float()
    match how:
        case "mean":
            return flat.mean(1)
        case "std":
            return flat.std(1)
        case "moments":
            return torch.cat((flat.mean(1), flat.std(1)))
    flat = _mixed(flat)
    between: Tensor = torch.cov(flat, correction=0) if how == "covariance" else flat @ flat.T / flat.shape[1]
    rows, columns = torch.triu_indices(len(flat), len(flat), device=flat.device)
    found: Tensor = between[rows, columns]
    return found


def _mixed(flat: Tensor) -> Tensor:
    channels = len(flat)
    if channels <= MIXED_CHANNELS:
        return flat
    mixing = torch.randn(MIXED_CHANNELS, channels, generator=torch.Generator().manual_seed(_SEED + channels))
    mixed: Tensor = (mixing / channels**0.5).to(flat.device) @ flat
    return mixed


def _shrinking(picture: Picture, device: torch.device) -> Generator[None, None, Tensor]:
    """The picture without more pixels than are looked at, and enough to be shrunk well. Shape: (1, 3, h, w)."""
    short, long = min(picture.width, picture.height), picture.long_edge
    scale = min(1.0, _FINER * min(SHORT_EDGE / short, LONG_EDGE / long))
    return (yield from shrinking(picture, max(1, round(long * scale)), device))


def _numbers(vector: Tensor) -> NDArray[np.float32]:
    return np.asarray(vector.float().cpu().numpy(), np.float32)
