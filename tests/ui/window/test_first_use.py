"""The windows of single tasks: made when they are first opened, and then they know what came before."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog

from studio.ui.app import Studio
from studio.ui.batch.batch_window import BatchWindow
from studio.ui.curator.curator_window import CuratorWindow
from studio.ui.finetune.tune_window import TuneWindow

WINDOWS: dict[str, type[QDialog]] = {
    "render_many": BatchWindow,
    "teach": TuneWindow,
    "train_classifier": CuratorWindow,
}


def test_a_window_of_a_single_task_is_made_once_when_it_is_first_opened(loaded: Studio) -> None:
    for action, kind in WINDOWS.items():
        assert loaded.window.findChildren(kind) == []
        loaded.actions[action].trigger()
        (window,) = loaded.window.findChildren(kind)
        assert window.isVisible()
        window.close()
        loaded.actions[action].trigger()
        assert loaded.window.findChildren(kind) == [window] and window.isVisible()
        window.close()
    assert loaded.batch_window.recipe.text().startswith("In the style of The Great Wave off Kanagawa, ")
