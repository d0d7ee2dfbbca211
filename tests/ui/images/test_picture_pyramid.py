"""Promises of the pyramid: the right pixels at every scale, little memory, and nothing slow on the GUI thread."""

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from studio.core.picture import Picture
from studio.ui.images.picture_pyramid import PicturePyramid, make_levels, qimage


def gradient(width: int, height: int) -> Picture:
    """Red grows to the right, green downwards."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, width).astype(np.uint8)
    pixels[..., 1] = np.linspace(0, 255, height).astype(np.uint8)[:, None]
    return Picture(pixels)


def drawn(pyramid: PicturePyramid, target: QRect, size=(200, 100), is_crisp=False) -> np.ndarray:
    """(H, W, 3) of a canvas on which the picture was drawn over `target`, on blue."""
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(0x0000FF)
    painter = QPainter(image)
    pyramid.draw(painter, target, image.rect(), is_crisp=is_crisp)
    painter.end()
    return rgb(image)


def rgb(image: QImage) -> np.ndarray:
    """(H, W, 3), a copy."""
    words = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    return np.stack([(words >> shift & 255).astype(np.uint8) for shift in (16, 8, 0)], axis=-1)


def test_at_full_size_every_pixel_is_itself(qapp):
    noise = Picture(np.random.default_rng(1).integers(0, 256, (100, 200, 3), np.uint8))
    for is_crisp in (True, False):
        assert (drawn(PicturePyramid(noise), QRect(0, 0, 200, 100), is_crisp=is_crisp) == noise.pixels).all()


def test_crisp_enlarged_pixels_are_squares(qapp):
    two = Picture(np.array([[[255, 0, 0], [0, 255, 0]]], np.uint8))
    shown = drawn(PicturePyramid(two), QRect(0, 0, 200, 100), is_crisp=True)
    assert (shown[:, :100] == (255, 0, 0)).all()
    assert (shown[:, 100:] == (0, 255, 0)).all()


def test_smooth_enlarged_pixels_are_blended(qapp):
    two = Picture(np.array([[[250, 0, 0], [0, 250, 0]]], np.uint8))
    middle = drawn(PicturePyramid(two), QRect(0, 0, 200, 100))[50, 100]
    assert middle[0] == pytest.approx(125, abs=6)
    assert middle[1] == pytest.approx(125, abs=6)


def test_a_fine_checkerboard_becomes_even_grey_and_not_moire(qapp):
    board = (np.indices((1600, 1600)).sum(0) % 2 * 255).astype(np.uint8)
    shown = drawn(PicturePyramid(Picture(np.dstack([board] * 3))), QRect(0, 0, 100, 100), (100, 100))
    assert shown.min() >= 126
    assert shown.max() <= 129


def test_levels_halve_down_to_256_px():
    levels = make_levels(gradient(2000, 501))
    assert [pixels.shape for pixels in levels.values()] == [(251, 1000, 3), (126, 500, 3), (63, 250, 3)]


def test_levels_are_averages_also_across_the_strips_they_are_made_in():
    picture = Picture(np.random.default_rng(2).integers(0, 256, (2600, 300, 3), np.uint8))
    by_hand = picture.pixels.reshape(1300, 2, 150, 2, 3).mean((1, 3))
    assert np.abs(make_levels(picture)[1] - by_hand).max() <= 0.5


def test_a_transparent_pixel_lends_no_colour_to_its_neighbour():
    pixels = np.zeros((512, 512, 3), np.uint8)
    pixels[:, 1::2] = (200, 100, 50)
    pixels[:, ::2] = (0, 255, 255)
    alpha = np.zeros((512, 512), np.uint8)
    alpha[:, 1::2] = 255
    half = make_levels(Picture(pixels, alpha=alpha))[1]
    assert np.abs(half.astype(int) - (200, 100, 50, 128)).max() <= 2


def test_a_large_picture_is_shown_at_once_and_sharpened_when_its_levels_come(qapp):
    noise = np.random.default_rng(3).integers(0, 256, (2400, 3000, 1), np.uint8).repeat(3, axis=2)
    pyramid = PicturePyramid(Picture(noise))
    assert pyramid.needs_levels
    rough = drawn(pyramid, QRect(0, 0, 150, 100))[:100, :150].astype(float)
    pyramid.take_levels(make_levels(pyramid.picture))
    assert not pyramid.needs_levels
    fine = drawn(pyramid, QRect(0, 0, 150, 100))[:100, :150].astype(float)
    assert rough.mean() == pytest.approx(127, abs=6)
    assert fine.mean() == pytest.approx(127, abs=6)
    assert fine.std() < rough.std() / 4  # averages of many pixels instead of single ones


def test_both_ends_of_a_large_picture_are_where_they_belong_before_and_after_its_levels_come(qapp):
    pyramid = PicturePyramid(gradient(4001, 2003))  # odd: the last pixel of each level is only partly covered
    for _ in range(2):
        shown = drawn(pyramid, QRect(0, 0, 200, 100)).astype(int)
        assert shown[50, 2:198, 0] == pytest.approx(np.linspace(0, 255, 200)[2:198], abs=4)
        assert shown[2:98, 100, 1] == pytest.approx(np.linspace(0, 255, 100)[2:98], abs=5)
        pyramid.take_levels(make_levels(pyramid.picture))


def test_of_a_large_picture_only_the_part_in_sight_is_turned_into_an_image(qapp):
    pyramid = PicturePyramid(gradient(5000, 4000))
    shown = drawn(pyramid, QRect(-2400, -1900, 5000, 4000))
    assert (shown == pyramid.picture.pixels[1900:2000, 2400:2600]).all()
    assert pyramid._cut[2].width() < 600
    assert pyramid._cut[2].height() < 500


def test_panning_a_little_needs_no_new_cut(qapp):
    pyramid = PicturePyramid(gradient(5000, 4000))
    drawn(pyramid, QRect(-2400, -1900, 5000, 4000))
    cut = pyramid._cut[2]
    shown = drawn(pyramid, QRect(-2460, -1950, 5000, 4000))
    assert pyramid._cut[2] is cut
    assert (shown == pyramid.picture.pixels[1950:2050, 2460:2660]).all()


def test_the_view_of_a_part_is_the_part_of_the_view(qapp):
    pyramid = PicturePyramid(gradient(3000, 2000))
    pyramid.take_levels(make_levels(pyramid.picture))
    target = QRect(-37, -21, 411, 274)
    whole = drawn(pyramid, target)
    image = QImage(200, 100, QImage.Format.Format_RGB32)
    image.fill(0x0000FF)
    painter = QPainter(image)
    for x in range(0, 200, 50):
        pyramid.draw(painter, target, QRect(x, 0, 50, 100), is_crisp=False)
    painter.end()
    assert np.abs(rgb(image) - whole.astype(int)).max() <= 1


def test_images_own_their_pixels(qapp):
    for channels in (3, 4):
        pixels = np.full((40, 30, channels), 200, np.uint8)
        image = qimage(pixels)
        pixels[:] = 0
        assert image.pixelColor(15, 20).red() == 200
