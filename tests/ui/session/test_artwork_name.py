"""What an artwork is called in the window's title and in the names of files."""

from __future__ import annotations

import pytest

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import ArtworkState
from studio.core.artwork.blend import Blend
from studio.ui.session.artwork_name import artwork_file_stem, artwork_name
from tests.support.fakes import make_picture

BEACH, PORTRAIT = make_picture(name="beach.jpg"), make_picture(name="my.portrait.png", seed=1)


@pytest.mark.parametrize(
    ("state", "name", "stem"),
    [
        (ArtworkState(), "", ""),
        (ArtworkState(BEACH), "beach.jpg", "beach"),
        (ArtworkState(PORTRAIT), "my.portrait.png", "my.portrait"),
        (
            ArtworkState(BEACH, blend=Blend(BEACH, PORTRAIT)),
            "beach.jpg and my.portrait.png",
            "beach and my.portrait",
        ),
    ],
    ids=["nothing", "photo", "dots", "blend"],
)
def test_an_artwork_is_called_after_its_photos(state: ArtworkState, name: str, stem: str) -> None:
    artwork = Artwork(state)
    assert artwork_name(artwork) == name
    assert artwork_file_stem(artwork) == stem
