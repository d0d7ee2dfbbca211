"""The menu behind the button at the left of the tool bar: everything the studio can do, in seven groups."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale, Slot
from PySide6.QtWidgets import QMenu, QWidget

from studio.core.displayable import displayable
from studio.core.project.waiting_sessions import LeftWork
from studio.ui.actions.actions import Actions, tr, translated
from studio.ui.actions.availability import allow
from studio.ui.importing.recent_files import RecentFiles
from studio.ui.menus.menu import Menu
from studio.ui.menus.mnemonics import mnemonic_of, with_mnemonics
from studio.ui.project.left_sessions import LeftSessions
from studio.ui.theme.theme import icon
from studio.ui.widgets.plain_text import action_text, tool_tip
from studio.ui.widgets.section_heading import add_heading

# Names of actions; "" is a line between, a pair is a menu of its own.
MENUS: tuple[tuple[str, tuple[str | tuple[str, tuple[str, ...]], ...]], ...] = (
    (tr("File"), ("open", (tr("Open recent"), ("clear_recent",)), "blend", "",
                  "open_project", "save_project", "save_project_as", "", "export", "export_again", "print",
                  "render_many", "", "quit")),
    (tr("Edit"), ("undo", "redo", "", "copy", "paste", (tr("Paste as"), ("paste_style", "paste_mix", "paste_blend")),
                  "", "reset_sliders", "load_settings", "save_settings", "", "stronger", "weaker")),
    (tr("Styles"), ("find_style", "teach", "", "library", "more_like_this", "compare_works", "influence",
                   "train_classifier", "",
                   "show_styles")),
    (tr("Paint"), ("live", (tr("Refine automatically"), ("refine_mains", "refine_always", "refine_never")),
                   "variations", "", "finish", "stop", "keep_draft", "",
                   "keep_painting", "larger_half", "larger_twice")),
    (tr("Region"), ("region_new", "region_whole", "", "region_protect", "region_off", "",
                    (tr("Draw"), ("tool_brush", "tool_eraser", "tool_lasso", "tool_polygon", "tool_rectangle",
                                  "tool_gradient", "tool_similar")),
                    (tr("Mask"), ("mask_invert", "mask_grow", "mask_shrink", "mask_feather", "mask_save", "mask_load")),
                    "mask_overlay", "", "region_rename", "region_duplicate", "region_up", "region_down",
                    "region_delete")),
    (tr("View"), ("fit", "actual_size", "compare", "background", "repeat",
                  (tr("Soft proof"), ("soft_proof", "proof_profile", "proof_gamut", "",
                                     "proof_relative", "proof_perceptual", "proof_saturation", "proof_absolute")), "",
                  "gallery", "panel", "history", "hide_panels", "full_screen", "next_area", "",
                  (tr("Theme"), ("theme_dark", "theme_light", "theme_system")))),
    (tr("Help"), ("shortcuts", "diagnostics", "about_art", "about")),
)  # fmt: skip
_HEADINGS = {"Refine automatically": tr("Refine the Live picture while you rest")}  # for menus that open alone, too


class MainMenu(Menu):
    """The table above as menus. `menus` has each by its title in the table."""

    def __init__(self, actions: Actions, recent: RecentFiles, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._recent = recent
        self._left: LeftSessions | None = None
        self.menus: dict[str, Menu] = {}
        for title, entries in MENUS:
            menu = self._make_menu(self, title)
            for entry in entries:
                if isinstance(entry, str):
                    self._add(menu, entry)
                    continue
                heading = _HEADINGS.get(entry[0])
                if heading:
                    add_heading(self._make_menu(menu, entry[0]), translated(heading))
                for name in entry[1]:
                    self._add(self._make_menu(menu, entry[0]), name)
        opened = self.menus["Open recent"]
        opened.setIcon(icon("history"))
        opened.aboutToShow.connect(self._show_recent)
        self._show_recent()

    def by_letter(self) -> dict[str, Menu]:
        """The menus of the first level by the letters that choose them."""
        entries = self.actions()
        letters = map(mnemonic_of, with_mnemonics([entry.text() for entry in entries]))
        return dict(zip(letters, (self.menus[title] for title, _ in MENUS), strict=True))

    def add_preferences(self, menu: QMenu) -> None:
        """Offer another part's menu of preferences under View, too."""
        self.menus["View"].addMenu(menu)

    def offer_sessions(self, left: LeftSessions) -> None:
        """Offer what was left unsaved under Open recent, too."""
        self._left = left
        left.changed.connect(self._fill_recent)
        self._fill_recent()

    def _make_menu(self, parent: Menu, title: str) -> Menu:
        if title not in self.menus:
            menu = self.menus[title] = parent.add_menu(translated(title))
            menu.setToolTipsVisible(True)  # among them why an entry is not possible
        return self.menus[title]

    def _add(self, menu: Menu, name: str) -> None:
        if name:
            menu.addAction(self._actions[name])
        else:
            menu.addSeparator()

    @Slot()
    def _show_recent(self) -> None:
        if self._left is not None:
            self._left.look()
        self._fill_recent()

    @Slot()
    def _fill_recent(self) -> None:
        menu, paths = self.menus["Open recent"], self._recent.paths
        works = self._left.works if self._left is not None else ()
        menu.clear()
        for work in works:
            self._add_work(menu, work)
        if works:
            menu.addSeparator()
        for path in paths:
            entry = menu.addAction(action_text(path.name))
            entry.setToolTip(tool_tip(displayable(str(path))))
            entry.triggered.connect(partial(self._choose, path))
        if not paths and not works:
            menu.addAction(self.tr("No pictures yet")).setEnabled(False)
        menu.addSeparator()
        menu.addAction(self._actions["clear_recent"])
        allow(self._actions["clear_recent"], "" if paths else self.tr("There are no files in the list."))

    def _add_work(self, menu: Menu, work: LeftWork) -> None:
        when = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(work.modified)), QLocale.FormatType.ShortFormat)
        text = self.tr("{}, not saved yet, {}").format(work.name or self.tr("Work without a photo"), when)
        entry = menu.addAction(action_text(text))
        entry.setToolTip(tool_tip(self.tr("Bring it back as it was, its undo steps included")))
        if self._left is not None:
            entry.triggered.connect(partial(self._left.choose, work.folder))

    def _choose(self, path: Path) -> None:
        self._recent.choose(path)
