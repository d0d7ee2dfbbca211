"""The file that a photo came from is kept with it: it has what pixels have not, such as credentials."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from studio.core.image_io import open_picture
from studio.core.project import picture_bytes
from studio.core.project.picture_bytes import original_of

CREDENTIALS = b"\xff\xeb" + (60_000).to_bytes(2) + bytes(59_998)  # a segment of a JPEG as those lie in


@pytest.fixture
def small_photo(tmp_path: Path) -> Path:
    """One of 3 kB of pixels, with 300 kB of other things in its file."""
    path = tmp_path / "stamp.jpg"
    Image.radial_gradient("L").resize((32, 32)).convert("RGB").save(path)
    data = path.read_bytes()
    path.write_bytes(data[:2] + CREDENTIALS * 5 + data[2:])
    return path


def test_a_small_photo_keeps_its_file_whatever_else_is_in_it(small_photo: Path) -> None:
    assert original_of(open_picture(small_photo)) == small_photo.read_bytes()


@pytest.mark.parametrize("suffix", [".bmp", ".tiff"])
def test_one_that_is_not_compressed_keeps_its_file(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"photo{suffix}"
    Image.radial_gradient("L").convert("RGB").save(path)
    assert original_of(open_picture(path)) == path.read_bytes()


def test_a_file_far_larger_than_its_pixels_is_not_kept(small_photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_bytes, "_MOST_BESIDE_PIXELS", 200_000)
    assert original_of(open_picture(small_photo)) is None
