"""A batch paints each photo in the size that its recipe's rule gives it."""

from __future__ import annotations

import pytest

from studio.core.batch.job import BatchJob
from studio.core.recipe import StyleRecipe
from studio.core.styles.style import Style
from tests.support.fakes import make_card, make_picture


@pytest.mark.parametrize(("rule", "edges"), [("photo", [300, 200]), ("4x6cm@300", [630, 709]), ("pixels", [768, 768])])
def test_each_photo_has_its_own_size(rule: str, edges: list[int]) -> None:
    job = BatchJob((Style(make_picture(), make_card()),), StyleRecipe(size_rule=rule))
    photos = [make_picture(300, 225), make_picture(100, 200)]
    assert [job.request(photo).recipe.long_edge for photo in photos] == edges
    assert [job.credits(photo).recipe.long_edge for photo in photos] == edges
