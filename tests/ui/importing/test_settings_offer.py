"""A picture that was painted here offers its settings and styles; a file of settings is taken where it is dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.artwork.credits import credits_of
from studio.core.image_io import ExportOptions, save_picture
from studio.core.project.recipe_file import save_recipe
from studio.core.recipe import StyleRecipe
from studio.core.styles.load_style import open_style
from studio.core.styles.style import Style
from studio.ui.app import Studio
from tests.support.dragging import drop_on, files, uri_list
from tests.support.fakes import make_card, make_picture
from tests.support.network_share import NEEDS_SHARES, connect_share

RECIPE = StyleRecipe(strength=0.9, stroke_size=2.0, seed=7, long_edge=512, style_shares=(30, 70))
Save = Callable[..., Path]


def told(studio: Studio) -> str:
    message = studio.window.messages.message
    return "" if message is None else f"{message.text} {message.remedy}"


def titles(studio: Studio) -> list[str]:
    return [style.card.title for style in studio.session.artwork.styles]


@pytest.fixture
def save_artwork(studio: Studio, tmp_path: Path) -> Save:
    """Exports a picture of these styles, by title; a title the gallery does not have is somebody else's style."""

    def save(*names: str) -> Path:
        recipe = RECIPE if len(names) == 2 else RECIPE.change(style_shares=())
        known = {card.title: card for card in studio.importer.cards}
        styles = [
            open_style(known[name])
            if name in known
            else Style(make_picture(), replace(make_card("other"), title=name, author="Ada"))
            for name in names
        ]
        path = tmp_path / "painted.png"
        save_picture(make_picture(64, 48), path, ExportOptions(), credits_of(make_picture(), styles, recipe))
        return path

    return save


def test_an_exported_picture_is_opened_and_offers_its_settings_and_styles(
    qtbot: QtBot, studio: Studio, save_artwork: Save
) -> None:
    drop_on(studio.window.canvas, files(save_artwork("Poppies", "Lion")), "picture")
    qtbot.waitUntil(lambda: bool(told(studio)))
    assert told(studio) == (
        "painted.png was painted by the studio. It carries its settings, and names its styles: Poppies, Lion."
    )
    assert studio.session.artwork.recipe == StyleRecipe() and titles(studio) == []
    studio.window.messages.button.click()
    qtbot.waitUntil(lambda: studio.session.artwork.recipe == RECIPE)
    assert titles(studio) == ["Poppies", "Lion"] and studio.session.artwork.mix.percents == pytest.approx((30, 70))
    assert studio.session.artwork.content.name == "painted.png"
    studio.actions["undo"].trigger()  # one step
    assert studio.session.artwork.recipe == StyleRecipe() and titles(studio) == []


def test_a_style_that_is_not_there_is_named_and_the_others_are_used(
    qtbot: QtBot, loaded: Studio, save_artwork: Save
) -> None:
    loaded.importer.settings_offer.use_file(save_artwork("Poppies", "Her own hand"))
    qtbot.waitUntil(lambda: titles(loaded) == ["Poppies"])
    qtbot.waitUntil(lambda: bool(told(loaded)))
    assert told(loaded) == (
        "The settings of painted.png are used. Her own hand is not in your gallery. It is painted without."
    )
    assert loaded.session.artwork.recipe == RECIPE.change(style_shares=(30,))


def test_where_no_style_is_there_the_present_ones_stay(qtbot: QtBot, loaded: Studio, save_artwork: Save) -> None:
    before = titles(loaded)
    loaded.importer.settings_offer.use_file(save_artwork("Her own hand"))
    qtbot.waitUntil(lambda: bool(told(loaded)))
    assert told(loaded).endswith("Her own hand is not in your gallery. Pick another style, or add that one.")
    assert titles(loaded) == before and loaded.session.artwork.recipe.seed == 7


def test_a_style_is_known_by_its_id_whatever_it_is_called_now(
    qtbot: QtBot, loaded: Studio, save_photo: Save, save_artwork: Save
) -> None:
    styles = loaded.importer.user_styles
    styles.add([save_photo("wall.png", seed=9)])
    qtbot.waitUntil(lambda: len(styles.cards) == 1)
    path = save_artwork("wall")
    styles.edit(replace(styles.cards[0], title="The wall behind the house"))
    qtbot.waitUntil(lambda: styles.cards[0].title == "The wall behind the house")
    loaded.importer.settings_offer.use_file(path)
    qtbot.waitUntil(lambda: titles(loaded) == ["The wall behind the house"])


def test_a_plain_photo_offers_nothing(qtbot: QtBot, studio: Studio, save_photo: Save) -> None:
    drop_on(studio.window.canvas, files(save_photo("a.png")), "picture")
    qtbot.waitUntil(lambda: studio.session.artwork.content is not None)
    studio.importer.settings_offer.use()
    assert not told(studio) and studio.session.artwork.recipe == StyleRecipe()


def test_used_as_a_style_it_offers_its_settings_too(qtbot: QtBot, loaded: Studio, save_artwork: Save) -> None:
    drop_on(loaded.window.canvas, files(save_artwork("Poppies")), "style")
    qtbot.waitUntil(lambda: titles(loaded) == ["painted"] and bool(told(loaded)))
    assert told(loaded).startswith("painted.png was painted by the studio.")


@pytest.mark.parametrize("zone", ["picture", "style"])
def test_a_file_of_settings_is_taken_wherever_it_lands(qtbot: QtBot, loaded: Studio, tmp_path: Path, zone: str) -> None:
    before = titles(loaded)
    save_recipe(tmp_path / "mine.recipe.json", RECIPE)
    drop_on(loaded.window.canvas, files(tmp_path / "mine.recipe.json"), zone)
    qtbot.waitUntil(lambda: loaded.session.artwork.recipe == RECIPE.change(style_shares=()))
    assert titles(loaded) == before


@NEEDS_SHARES
def test_settings_on_a_network_place_are_taken_where_it_is_connected(
    qtbot: QtBot, loaded: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_recipe(connect_share(tmp_path, monkeypatch) / "mine.json", RECIPE)
    drop_on(loaded.window.canvas, uri_list("smb://nas/art/mine.json"), "picture")
    qtbot.waitUntil(lambda: loaded.session.artwork.recipe == RECIPE.change(style_shares=()))
    drop_on(loaded.window.canvas, uri_list("smb://box/art/mine.json"), "picture")
    qtbot.waitUntil(lambda: "lies at smb://box, which is not connected" in told(loaded))


def test_a_file_that_is_none_says_so(qtbot: QtBot, loaded: Studio, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text("[]", encoding="utf-8")
    drop_on(loaded.window.canvas, files(tmp_path / "list.json"), "picture")
    qtbot.waitUntil(lambda: bool(told(loaded)))
    assert loaded.window.messages.message.is_problem and loaded.session.artwork.recipe == StyleRecipe()
