"""Fits the texture descriptor of a larger Live network to the pictures that the network learns from."""

from __future__ import annotations

import torch

from studio.core.generators import run_to_end
from studio.engine.networks.texture_descriptor import TextureDescriptor, feature_statistics
from studio.engine.networks.vgg import Encoder
from studio.engine.train.augmentation import STYLE_EDGES, between, crop_photo, crop_style, seeded
from studio.engine.train.dataset import Pictures

LENGTH = 128  # numbers of a descriptor: 97 per cent of what sets pictures apart
PARTS_FOR_EACH = 4  # number of the descriptor
PHOTOS_EVERY = 4  # parts is one of a photo: networks go from a photo's own numbers to those of a style
_FIT = 6  # stream of random numbers


@torch.no_grad()
def fit_descriptor(
    descriptor: TextureDescriptor, photos: Pictures, styles: Pictures, encoder: Encoder, crop: int, seed: int
) -> None:
    """Fit it to parts of photos and styles, which are as those that are painted and painted after."""
    found = []
    for number in range(PARTS_FOR_EACH * descriptor.length):
        draws = seeded(seed, _FIT, number)
        if number % PHOTOS_EVERY == 0:
            part = crop_photo(photos.image(int(torch.randint(len(photos), (), generator=draws))), crop, draws)
        else:
            style = styles.image(int(torch.randint(len(styles), (), generator=draws)))
            part = crop_style(style, round(between(*STYLE_EDGES, draws)), draws)
        found.append(run_to_end(feature_statistics(encoder, part)))
    descriptor.fit(torch.cat(found))
