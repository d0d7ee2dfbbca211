"""Subject and faces of known photos, at any size, and none where there are none."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from studio.core.image_io.picture_reader import open_picture
from studio.core.resources import resource_folder
from studio.engine.runtime.tensors import resize_to, to_tensor
from studio.engine.vision.face_network import FaceNetwork
from studio.engine.vision.faces import Face, face_mask, find_faces
from studio.engine.vision.guided_filter import GuidedMask
from studio.engine.vision.load import load_face_network, load_subject_network
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


def test_masks_of_faces_are_soft_ellipses_that_hold_no_more_than_their_surroundings() -> None:
    face = Face(0.25, 0.25, 0.5, 0.5, likely=0.9, points=())
    mask = face_mask([face], (200, 400))
    assert mask.shape == (1, 1, 200, 400)
    assert float(mask[0, 0, 72, 150]) == 1.0
    assert float(mask[0, 0, 10, 150]) == 0.0
    assert float(mask[0, 0, :, :80].max()) == 0.0
    row = mask[0, 0, 72, 150:].tolist()
    assert all(later <= earlier for earlier, later in pairwise(row))
    assert max(earlier - later for earlier, later in pairwise(row)) < 0.12


def test_faces_at_the_border_of_a_photo_have_a_mask() -> None:
    assert float(face_mask([Face(0.0, 0.0, 0.1, 0.1, 0.9, ())], (100, 100)).max()) == 1.0
    assert float(face_mask([Face(1.0, 1.0, 1.0, 1.0, 0.9, ())], (100, 100)).sum()) >= 0.0
    assert float(face_mask([], (100, 100)).max()) == 0.0
