"""The whole studio on a fake engine, as the tests of its parts have it."""

from __future__ import annotations

from tests.ui.conftest import (
    engine,
    loaded,
    no_fault_in_the_log,
    no_message_by_the_clock,
    no_motion,
    patient_file_dialogs,
    save_photo,
    settings,
    studio,
    thumbnail_folder,
)

__all__ = [
    "engine",
    "loaded",
    "no_fault_in_the_log",
    "no_message_by_the_clock",
    "no_motion",
    "patient_file_dialogs",
    "save_photo",
    "settings",
    "studio",
    "thumbnail_folder",
]
