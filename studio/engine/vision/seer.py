"""What there is in a photo, asked for and remembered."""

from __future__ import annotations

from collections.abc import Generator

import torch
from cachetools import LRUCache

from studio.core.engine_api.contract import Seen, SeeRequest
from studio.core.picture import Pixels
from studio.core.regions.faces import Face
from studio.engine.runtime.tensors import shrinking
from studio.engine.vision.face_network import FaceNetwork
from studio.engine.vision.faces import find_faces
from studio.engine.vision.load import load_face_network, load_subject_network
from studio.engine.vision.subject import find_subject, subject_mask
from studio.engine.vision.subject_network import SubjectNetwork

LONGEST = 1024  # px of the photo it looks at, and of the mask it gives: finer edges are the painter's affair
KEPT_PHOTOS = 64  # at most 1 MB each


class Seer:
    """Finds subject and faces; loads its networks when they are first needed."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._subjects: SubjectNetwork | None = None
        self._faces: FaceNetwork | None = None
        self._seen: LRUCache[str, tuple[Pixels | None, tuple[Face, ...]]] = LRUCache(KEPT_PHOTOS)

    def see(self, request: SeeRequest) -> Generator[None, None, Seen]:
        """What is in the photo; yields between pieces. Raises WeightsError if a network is damaged."""
        photo = request.content
        yield from photo.fingerprinting()
        known = self._seen.get(photo.fingerprint)
        if known is None:
            image = yield from shrinking(photo, LONGEST, self._device)
            self._faces = self._faces or load_face_network(self._device)
            yield
            faces = tuple(find_faces(self._faces, image))
            yield
            self._subjects = self._subjects or load_subject_network(self._device)
            found = find_subject(self._subjects, image)
            yield
            subject = None
            if found is not None:
                mask = subject_mask(found, image)[0, 0]
                subject = mask.mul(255).round_().to(torch.uint8).cpu().numpy()
            self._seen[photo.fingerprint] = known = (subject, faces)
        return Seen(request.id, *known)

    def close(self) -> None:
        """Drop networks and what they saw."""
        self._subjects = self._faces = None
        self._seen.clear()
