"""Gallery: the styles to choose from, with search, categories and a way to add one's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.core.card import OWN_CATEGORY, Card
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.styles.load_style import is_learned
from studio.ui.dialogs.file_dialogs import show_folder
from studio.ui.gallery.category_filter import CategoryFilter
from studio.ui.gallery.gallery_delegate import THUMBNAIL_EDGE
from studio.ui.gallery.gallery_model import GalleryModel
from studio.ui.gallery.rights_menu import RightsMenu
from studio.ui.gallery.style_details import StyleDetails
from studio.ui.gallery.style_grid import StyleGrid
from studio.ui.gallery.style_previews import StylePreviews
from studio.ui.images.thumbnails import Thumbnails
from studio.ui.importing.drop_zones import GALLERY_ZONES, DropZones
from studio.ui.menus.menu import Menu
from studio.ui.theme.theme import GRID, icon, set_role
from studio.ui.widgets.plain_text import LONGEST_SEARCH, PlainLabel


class Gallery(QWidget):
    """Shows cards as tiles and reports what the artist wants to do with them.

    Signals: style_chosen(Card), use this style alone; style_mixed_in(Card), add it to those in use; card_edited(Card),
    keep what it says now; card_removed(Card), remove one of the artist's own; dropped(Drop), make styles from it;
    add_requested(), ask for files to make styles from; teach_requested(), learn one from several pictures;
    export_requested(Card), write a learned style into a file.
    """

    style_chosen = Signal(object)
    style_mixed_in = Signal(object)
    card_edited = Signal(object)
    card_removed = Signal(object)
    dropped = Signal(object)
    add_requested = Signal()
    teach_requested = Signal()
    export_requested = Signal(object)

    def __init__(
        self,
        cards: Sequence[Card],
        parent: QWidget | None = None,
        *,
        thumbnail_folder: Path | None = None,
        opener: PictureOpener | None = None,
    ) -> None:
        """thumbnail_folder: where thumbnails are kept between starts; None for the user's cache. opener: makes them."""
        super().__init__(parent)
        set_role(self, "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Style gallery"))
        edge = QSize(THUMBNAIL_EDGE, THUMBNAIL_EDGE)
        self._thumbnails = Thumbnails(edge, self.devicePixelRatioF(), thumbnail_folder, self, opener)
        self._thumbnail_folder, self._opener = thumbnail_folder, opener
        self.model = GalleryModel(cards, self)
        self.search = self._make_search()
        self._category_filter = CategoryFilter()
        self.grid = StyleGrid(self.model, self._thumbnails)
        self.on_my_picture = self._make_preview_switch()
        self._previews: StylePreviews | None = None
        self._menu: QMenu | None = None
        self._nothing = PlainLabel()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.grid)
        self._pages.addWidget(self._make_empty_page())
        self._arrange()
        self._show_categories()
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._go_to_tiles)
        self.search.installEventFilter(self)
        self._category_filter.chosen.connect(self._filter)
        self.grid.chosen.connect(self.style_chosen)
        self.grid.mixed_in.connect(self.style_mixed_in)
        self.grid.removal_requested.connect(self._remove)
        self.grid.menu_requested.connect(self._show_menu)
        self.zones = DropZones(self, GALLERY_ZONES)
        self.zones.dropped.connect(self.dropped)

    def set_cards(self, cards: Sequence[Card]) -> None:
        """Show other cards, keeping the search and the place."""
        categories = self.model.categories()
        self.model.set_cards(cards)
        if self.model.categories() != categories:
            self._show_categories()
        self._show_page()

    def set_previews(self, previews: StylePreviews) -> None:
        """Let tiles show the artist's photo in their styles, from where these are made."""
        self._previews = self.grid.delegate.previews = previews
        previews.arrived.connect(self.grid.viewport().update)
        previews.possible_changed.connect(self._show_previews)
        self.on_my_picture.show()
        self._show_previews()

    @Slot()
    def _show_previews(self) -> None:
        self.on_my_picture.setEnabled(self._previews is not None and self._previews.is_possible)
        self.grid.delegate.shows_previews = self.on_my_picture.isChecked()
        self.grid.viewport().update()

    @Slot(object)
    def reveal(self, card: Card) -> None:
        """Bring a card's tile into sight, unless search or category hide it."""
        row = self.model.row_of(card.id)
        if row >= 0:
            self.grid.scrollTo(self.model.index(row))

    def set_selected(self, ids: Iterable[str]) -> None:
        """Mark the styles that are on the artwork now, by card id."""
        self.model.set_selected(ids)

    def menu_for(self, card: Card) -> QMenu:
        """What can be done with a card."""
        menu = Menu(self)
        use = menu.addAction(icon("style"), self.tr("Use"))
        use.triggered.connect(lambda: self.style_chosen.emit(card))
        mix = menu.addAction(icon("mix"), self.tr("Mix in"))
        mix.triggered.connect(lambda: self.style_mixed_in.emit(card))
        menu.addSeparator()
        details = menu.addAction(icon("info"), self.tr("Details"))
        details.triggered.connect(lambda: self.show_details(card))
        show = menu.addAction(icon("folder"), self.tr("Show file"))
        show.triggered.connect(lambda: show_folder(card.file.parent))
        if card.category == OWN_CATEGORY:
            if is_learned(card):
                export = menu.addAction(icon("export"), self.tr("Export style…"))
                export.triggered.connect(lambda: self.export_requested.emit(card))
            rights = RightsMenu(card, menu)
            rights.edited.connect(self.card_edited)
            menu.addMenu(rights)
            menu.addSeparator()
            remove = menu.addAction(icon("delete"), self.tr("Remove"))
            remove.setShortcut(QKeySequence(Qt.Key.Key_Delete))
            remove.triggered.connect(lambda: self.card_removed.emit(card))
        menu.setDefaultAction(use)
        return menu

    def show_details(self, card: Card) -> StyleDetails:
        """Open the card in a window of its own, which does not block this one."""
        is_own = card.category == OWN_CATEGORY
        kept = self._thumbnail_folder
        details = StyleDetails(card, self.window(), is_editable=is_own, thumbnail_folder=kept, opener=self._opener)
        details.edited.connect(self.card_edited)
        details.show()
        return details

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_down = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Down
        if watched is self.search and is_down and event.type() == QEvent.Type.KeyPress:
            self._go_to_tiles()
            return True
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._thumbnails.set_pixel_ratio(self.devicePixelRatioF())
        return super().event(event)

    @Slot()
    def _filter(self) -> None:
        current = self.grid.currentIndex()
        card_id = self.model.data(current, Qt.ItemDataRole.UserRole).id if current.isValid() else ""  # type: ignore[attr-defined]
        self.model.filter(self.search.text(), self._category_filter.category)
        row = self.model.row_of(card_id)
        if row >= 0:
            self.grid.setCurrentIndex(self.model.index(row))
        self._show_page()

    def _show_categories(self) -> None:
        self._category_filter.set_categories(self.model.categories(), self.search)

    def _show_page(self) -> None:
        is_empty = self.model.rowCount() == 0
        if is_empty:
            no_match = self.tr("No style matches “{}”.")
            none_yet = self.tr("Your own styles will appear here. Drop pictures on this column, or add them below.")
            self._nothing.setText(no_match.format(self.search.text()) if self.search.text() else none_yet)
        self._pages.setCurrentIndex(1 if is_empty else 0)

    @Slot(object)
    def _remove(self, card: Card) -> None:
        if card.category == OWN_CATEGORY:  # the others belong to the program
            self.card_removed.emit(card)

    @Slot()
    def _go_to_tiles(self) -> None:
        """From the search to the first style it found; Enter once more uses it."""
        if self.model.rowCount():
            self.grid.setCurrentIndex(self.model.index(0))
            self.grid.setFocus()

    @Slot()
    def _show_everything(self) -> None:
        self._category_filter.show_all()
        self.search.clear()
        self._filter()
        self.search.setFocus()

    @Slot(object, object)
    def _show_menu(self, card: Card, place: QPoint) -> None:
        # Not deleted on close: PySide crashes if its parent goes while such a menu is open.
        if self._menu is not None:
            self._menu.deleteLater()
        self._menu = self.menu_for(card)
        self._menu.popup(place)

    def _make_search(self) -> QLineEdit:
        search = QLineEdit()
        search.setPlaceholderText(self.tr("Search styles"))
        search.setAccessibleName(self.tr("Search styles by title, artist or year"))
        search.setClearButtonEnabled(True)
        search.setAcceptDrops(False)  # a dropped picture is no search
        search.setMaxLength(LONGEST_SEARCH)
        search.addAction(QAction(icon("search"), self.tr("Search"), search), QLineEdit.ActionPosition.LeadingPosition)
        return search

    def _make_preview_switch(self) -> QToolButton:
        switch = QToolButton()
        switch.setIcon(icon("picture"))
        switch.setIconSize(QSize(16, 16))
        switch.setFixedSize(28, 28)  # as high as the search field
        switch.setCheckable(True)
        switch.setAccessibleName(self.tr("On my picture"))
        switch.setToolTip(self.tr("On my picture: what each style would make of it, at a glance"))
        switch.toggled.connect(self._show_previews)
        switch.hide()
        return switch

    def _make_empty_page(self) -> QWidget:
        page = QWidget()
        box = QVBoxLayout(page)
        box.setSpacing(GRID)
        self._nothing.setWordWrap(True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._nothing, "muted")
        clear = QPushButton(self.tr("Show all styles"))
        clear.clicked.connect(self._show_everything)
        box.addStretch(1)
        box.addWidget(self._nothing)
        box.addWidget(clear, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(2)
        return page

    def _arrange(self) -> None:
        add = QPushButton(icon("add"), self.tr("Add style"))
        add.setToolTip(self.tr("Make a style from any picture. You can also drop pictures and folders here."))
        add.clicked.connect(self.add_requested)
        head = QVBoxLayout()
        head.setContentsMargins(GRID, GRID, GRID, 0)
        head.setSpacing(GRID)
        line = QHBoxLayout()
        line.setSpacing(GRID // 2)
        line.addWidget(self.search, 1)
        line.addWidget(self.on_my_picture)
        head.addLayout(line)
        head.addWidget(self._category_filter)
        teach = QPushButton(icon("style"), self.tr("Teach a style"))
        teach.setToolTip(self.tr("Let the studio learn a style from a handful of pictures by one artist."))
        teach.clicked.connect(self.teach_requested)
        foot = QVBoxLayout()
        foot.setSpacing(GRID)
        foot.setContentsMargins(GRID, 0, GRID, GRID)
        foot.addWidget(add)
        foot.addWidget(teach)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addLayout(head)
        tiles = QVBoxLayout()
        tiles.setContentsMargins(3, 0, 0, 0)  # with the tiles' own margin, they stand below the search field
        tiles.addWidget(self._pages)
        box.addLayout(tiles, 1)
        box.addLayout(foot)
