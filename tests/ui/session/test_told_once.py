"""News that would come at every start is told at the first one only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication

from studio.ui.app import Studio
from studio.ui.session.message import Message
from studio.ui.session.preferences import ToldOnce
from studio.ui.session.settings import Settings


def test_what_has_been_told_is_no_news_after_a_restart_either(qapp: QApplication, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    told = ToldOnce(settings)
    assert told.is_news("my style") and told.is_news("another") and not told.is_news("my style")
    settings.close()
    settings = Settings(tmp_path / "settings.json")
    assert not ToldOnce(settings).is_news("another") and ToldOnce(settings).is_news("\udcff, no Unicode")
    assert "my style" not in (tmp_path / "settings.json").read_text()
    settings.close()


def test_only_the_newest_are_remembered(qapp: QApplication, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    told = ToldOnce(settings)
    assert all(told.is_news(str(number)) for number in range(100))
    assert len(settings.get("messages/told", list)) == 40 and told.is_news("1") and not told.is_news("99")
    settings.close()


def test_a_message_that_comes_once_is_shown_once(studio: Studio) -> None:
    bar, message = studio.window.messages, Message("Something is left.", action="teach", once="left: 1")
    studio.session.post_message(message)
    assert bar.message is message and bar.button.isVisibleTo(bar)
    bar.clear()
    studio.session.post_message(message)
    assert bar.message is None
    studio.session.post_message(Message("Something is left.", once="left: 2"))
    assert bar.message is not None
