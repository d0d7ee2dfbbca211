"""Subject and faces of known photos, at any size, and none where there are none."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from studio.core.engine_api.contract import SeeRequest
from studio.core.generators import run_to_end
from studio.core.image_io.picture_reader import open_picture
from studio.core.resources import resource_folder
from studio.engine.runtime.tensors import resize_to, to_tensor
from studio.engine.vision.face_network import FaceNetwork
from studio.engine.vision.faces import find_faces
from studio.engine.vision.guided_filter import GuidedMask
from studio.engine.vision.load import load_face_network, load_subject_network
from studio.engine.vision.seer import Seer
from studio.engine.vision.subject import find_subject, subject_mask
from studio.engine.vision.subject_network import SubjectNetwork
from tests.support.scenes import flat

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def subjects() -> SubjectNetwork:
    return load_subject_network(CPU)


@pytest.fixture(scope="module")
def faces() -> FaceNetwork:
    return load_face_network(CPU)


@pytest.fixture(scope="module")
def portrait() -> Tensor:
    return photo("grace-hopper")


def photo(name: str) -> Tensor:
    return resize_to(to_tensor(open_picture(resource_folder("demo") / f"{name}.jpg"), CPU), 480)


def sky() -> Tensor:
    """From light below to blue above."""
    down = torch.linspace(0, 1, 120)[:, None].expand(120, 160)
    return torch.stack((0.9 - 0.6 * down, 0.9 - 0.4 * down, 0.95 - 0.1 * down))[None]


def test_the_face_of_a_portrait_is_found_where_it_is(faces: FaceNetwork, portrait: Tensor) -> None:
    [face] = find_faces(faces, portrait)
    assert face.likely > 0.8
    assert (face.left, face.top, face.right, face.bottom) == pytest.approx((0.34, 0.20, 0.64, 0.55), abs=0.05)
    left_eye, right_eye, nose, left_corner, right_corner = face.points
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_corner[0] < right_corner[0]
    assert left_eye[1] < nose[1] < left_corner[1]


@pytest.mark.parametrize("long_edge", [120, 300, 900])
def test_a_face_is_found_at_the_same_place_at_any_size(faces: FaceNetwork, portrait: Tensor, long_edge: int) -> None:
    [face] = find_faces(faces, portrait)
    [same] = find_faces(faces, resize_to(portrait, long_edge))
    assert same.left == pytest.approx(face.left, abs=0.03)
    assert same.bottom == pytest.approx(face.bottom, abs=0.03)


def test_a_face_near_the_edge_of_a_wide_photo_is_found_where_it_is(faces: FaceNetwork, portrait: Tensor) -> None:
    [face] = find_faces(faces, portrait)
    wide = torch.cat((torch.full((1, 3, portrait.shape[2], 900), 0.4), portrait), 3)
    [moved] = find_faces(faces, wide)
    assert moved.top == pytest.approx(face.top, abs=0.05)
    assert moved.left * wide.shape[3] == pytest.approx(900 + face.left * portrait.shape[3], abs=15)


@pytest.mark.parametrize("picture", [flat(), sky(), torch.zeros(1, 3, 1, 1), torch.ones(1, 3, 2, 700)])
def test_there_are_no_faces_and_no_subject_where_there_is_nothing(
    faces: FaceNetwork, subjects: SubjectNetwork, picture: Tensor
) -> None:
    assert find_faces(faces, picture) == []
    assert find_subject(subjects, picture) is None


def test_the_subject_of_a_portrait_is_the_person(subjects: SubjectNetwork, portrait: Tensor) -> None:
    found = find_subject(subjects, portrait)
    assert found is not None
    mask = subject_mask(found, portrait)
    height, width = portrait.shape[2:]
    assert mask.shape == (1, 1, height, width)
    assert float(mask[..., int(0.4 * height), int(0.5 * width)]) == 1.0  # nose
    assert float(mask[..., int(0.9 * height), int(0.5 * width)]) == 1.0  # uniform
    assert float(mask[..., : int(0.3 * height), : int(0.2 * width)].max()) < 0.1  # flag
    assert float(mask[..., : int(0.3 * height), int(0.85 * width) :].max()) < 0.1


def test_the_subject_is_the_same_at_any_size(subjects: SubjectNetwork, portrait: Tensor) -> None:
    found = find_subject(subjects, portrait)
    assert found is not None
    small = resize_to(portrait, 200)
    reduced = resize_to(subject_mask(found, portrait), 200)
    difference = (subject_mask(found, small) - reduced).abs()
    assert float(difference.mean()) < 0.02


def test_a_mask_gets_the_edges_of_its_photo() -> None:
    guide = torch.zeros(1, 3, 40, 40)
    guide[..., 20:] = 0.8
    coarse = torch.zeros(1, 1, 40, 40)
    coarse[..., 23:] = 1.0  # 3 px off
    mask = GuidedMask(coarse, guide, radius=6, epsilon=1e-4).at(guide)
    assert float(mask[..., 21:].min() - mask[..., :19].max()) > 0.3


def test_what_was_seen_of_a_photo_is_remembered_and_small(monkeypatch: pytest.MonkeyPatch) -> None:
    seer = Seer(CPU)
    picture = open_picture(resource_folder("demo") / "grace-hopper.jpg")
    first = run_to_end(seer.see(SeeRequest(picture)))
    assert first.subject is not None
    assert max(first.subject.shape) <= 1024
    assert first.subject.dtype == "uint8"
    assert len(first.faces) == 1
    monkeypatch.setattr("studio.engine.vision.seer.find_faces", None)  # would raise if it were called again
    again = SeeRequest(picture)
    second = run_to_end(seer.see(again))
    assert second.request_id == again.id
    assert second.subject is first.subject
