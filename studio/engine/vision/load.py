"""The networks of this package, from their bundled weights."""

from __future__ import annotations

import torch
from safetensors.torch import load_file

from studio.engine.networks.weights import verified_card
from studio.engine.vision.face_network import FaceNetwork
from studio.engine.vision.subject_network import SubjectNetwork


def load_subject_network(device: torch.device) -> SubjectNetwork:
    """What finds the subject. Raises WeightsError if its weights are damaged or missing."""
    return SubjectNetwork(load_file(verified_card("selfie_segmentation").file)).to(device)


def load_face_network(device: torch.device) -> FaceNetwork:
    """What finds faces. Raises WeightsError if its weights are damaged or missing."""
    return FaceNetwork(load_file(verified_card("centerface").file)).to(device)
