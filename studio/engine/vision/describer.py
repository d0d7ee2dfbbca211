"""Descriptions of pictures, asked for by the library, by classifiers and by whoever wants the numbers of a network."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.core.engine_api.contract import Described, DescribeRequest
from studio.core.engine_api.features import EncoderName
from studio.core.picture import Picture
from studio.engine.networks.vgg import best_encoder
from studio.engine.networks.weights import LAYOUTS, load_encoder_weights
from studio.engine.runtime.generators import run_to_end
from studio.engine.runtime.tensors import shrinking
from studio.engine.vision.art_encoder import LONG_EDGE, SHORT_EDGE, ArtEncoder, at_working_size
from studio.engine.vision.mobilenet import MobileNetEncoder

COVARIANCE_CHANNELS = 64  # of more, so many random mixtures: 2,080 numbers a layer
_FINER = 2  # times the working size at which a large picture arrives there
_SEED = 2026

_Encode = Callable[[Tensor, Collection[str]], Mapping[str, Tensor]]


class Describer:
    """Describes pictures; loads its networks when they are first needed, and keeps the last one asked for by name."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._art: ArtEncoder | None = None
        self._encoder: tuple[EncoderName, _Encode] | None = None

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
        if self._encoder is None or self._encoder[0] != query.encoder:
            self._encoder = query.encoder, _load(query.encoder, self._device)
            yield
        with torch.no_grad():
            features = self._encoder[1](at_working_size(image), query.layers)
            pooled = {layer: _numbers(pool(features[layer], query.pool)) for layer in query.layers}
        return Described(request.id, pooled)

    def close(self) -> None:
        """Drop networks."""
        self._art = self._encoder = None


def pool(features: Tensor, how: Literal["mean", "moments", "covariance"]) -> Tensor:
    """One vector of the features of a layer. Shapes: (1, C, h, w) -> (C,), (2 C,) or (c (c + 1) / 2,), c at most 64."""
    flat = features[0].flatten(1).float()
    if how == "mean":
        return flat.mean(1)
    if how == "moments":
        return torch.cat((flat.mean(1), flat.std(1)))
    channels = len(flat)
    if channels > COVARIANCE_CHANNELS:
        mixing = torch.randn(COVARIANCE_CHANNELS, channels, generator=torch.Generator().manual_seed(_SEED + channels))
        flat = (mixing / channels**0.5).to(flat.device) @ flat
    covariance = torch.cov(flat, correction=0)
    rows, columns = torch.triu_indices(len(flat), len(flat), device=flat.device)
    return covariance[rows, columns]


def _shrinking(picture: Picture, device: torch.device) -> Generator[None, None, Tensor]:
    """The picture without more pixels than are looked at, and enough to be shrunk well. Shape: (1, 3, h, w)."""
    short, long = min(picture.width, picture.height), picture.long_edge
    scale = min(1.0, _FINER * min(SHORT_EDGE / short, LONG_EDGE / long))
    return (yield from shrinking(picture, max(1, round(long * scale)), device))


def _load(name: EncoderName, device: torch.device) -> _Encode:
    if name == "vgg16":
        return best_encoder(LAYOUTS["vgg16"], run_to_end(load_encoder_weights("vgg16", None)), device)
    return MobileNetEncoder(device, is_trained=name == "mobilenet_v2")


def _numbers(vector: Tensor) -> NDArray[np.float32]:
    return np.asarray(vector.float().cpu().numpy(), np.float32)
