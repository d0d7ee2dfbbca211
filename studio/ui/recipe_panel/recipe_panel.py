"""The panel on the right: photos, styles, and every knob of the recipe, built from the table alone."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QVBoxLayout, QWidget

from studio.core.recipe import KNOBS, Knob
from studio.core.regions.region import REGION_FIELDS
from studio.ui.recipe_panel.blend_panel import BlendPanel
from studio.ui.recipe_panel.knob_combo import KnobCombo
from studio.ui.recipe_panel.knob_slider import KnobSlider
from studio.ui.recipe_panel.knob_spin_box import KnobSpinBox
from studio.ui.recipe_panel.knob_widget import KnobWidget
from studio.ui.recipe_panel.size_knob import SizeKnob
from studio.ui.recipe_panel.style_panel import StylePanel
from studio.ui.session.finish.painting_size import size_in_words
from studio.ui.session.session import Session
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.collapsible_header import CollapsibleHeader
from studio.ui.widgets.plain_text import PlainLabel
from studio.ui.widgets.section_heading import SectionHeading

_MARGIN = 12  # px


class RecipePanel(QScrollArea):
    """Shows the session's recipe and hands every move on to the session."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.pictures = BlendPanel(session)
        self.knobs: dict[str, KnobWidget] = {knob.field: self._make_widget(knob) for knob in KNOBS}
        self.styles = StylePanel(session)
        self._top = QVBoxLayout()  # what others put over everything
        self._extra = QWidget()  # what others put before the knobs
        self._extra_box = QVBoxLayout(self._extra)
        self._extra_box.setContentsMargins(0, 0, 0, 0)
        self._extra_box.setSpacing(6)
        self._of_whole: list[QWidget] = [self._extra]  # what no region has
        self.advanced = QWidget()
        self.advanced_button = CollapsibleHeader(self.tr("Advanced"), self.advanced)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Styles and settings"))
        page = self._arrange()
        self.setWidget(page)
        # Also for what is still folded away: a page that is wider than the panel would lose its right edge.
        widest = max(widget.minimumSizeHint().width() for widget in self.knobs.values())
        self.setMinimumWidth(2 * _MARGIN + widest + self.verticalScrollBar().sizeHint().width())
        session.recipe_changed.connect(self._show_recipe)
        session.selection.changed.connect(self._show_recipe)
        for signal in (session.content_changed, session.state_changed):
            signal.connect(self._show_size)
        self._show_recipe()

    def add_before_knobs(self, title: str, widget: QWidget) -> None:
        """Put a section of somebody else's between the styles and the knobs."""
        self._extra_box.addWidget(SectionHeading(title))
        self._extra_box.addWidget(widget)
        parts = [part for part in widget.findChildren(QWidget) if part.window() is widget.window()]  # no list of a box
        self.styles.followers = tuple(part for part in parts if part.focusPolicy() & Qt.FocusPolicy.TabFocus)
        self.styles.order_focus()

    def add_on_top(self, widget: QWidget) -> None:
        """Put something of somebody else's over everything."""
        self._top.addWidget(widget)

    @Slot()
    def _show_recipe(self) -> None:
        selection, whole = self._session.selection, self._session.artwork.recipe
        is_region = selection.selected is not None
        is_painted = selection.selected is None or selection.selected.region.is_painted
        recipe = selection.recipe
        for field, widget in self.knobs.items():
            base = getattr(whole, field) if is_region else widget.knob.default
            widget.set_base(base)
            widget.set_value(getattr(recipe, field))
            widget.setEnabled(is_painted and recipe.method in widget.knob.methods)
            if field not in REGION_FIELDS:
                widget.setVisible(not is_region)
        self.styles.setEnabled(is_painted)
        for part in self._of_whole:
            part.setVisible(not is_region)
        self.advanced.setVisible(self.advanced_button.isChecked() and not is_region)
        self._show_size()

    @Slot()
    def _show_size(self) -> None:
        size = self.knobs["long_edge"]
        assert isinstance(size, SizeKnob)
        state = self._session.artwork.state
        size.show_rule(state.recipe.size_rule, size_in_words(state, self._session.estimate))

    def _change_rule(self, rule: str) -> None:
        self._session.change(size_rule=rule)

    def _change(self, field: str, value: object) -> None:
        self._session.change_here(**{field: value})

    def _make_widget(self, knob: Knob) -> KnobWidget:
        widget: KnobWidget
        if knob.field == "long_edge":
            widget = SizeKnob(knob)
            widget.rule_edited.connect(self._change_rule)
        elif knob.scale == "choice":
            widget = KnobCombo(knob)
        elif knob.scale == "integer":
            widget = KnobSpinBox(knob)
        else:
            widget = KnobSlider(knob)
        widget.value_edited.connect(partial(self._change, knob.field))
        widget.edit_finished.connect(self._session.commit)
        return widget

    def _arrange(self) -> QWidget:
        page = QWidget()
        set_role(page, "panel")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(page)
        box.setContentsMargins(_MARGIN, 4, _MARGIN, _MARGIN)
        # Else what appears in a full panel is squeezed into the old height first, and painted so for a moment.
        box.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
        box.setSpacing(6)
        box.addLayout(self._top)
        box.addWidget(self.pictures)
        box.addWidget(SectionHeading(self.tr("Styles")))
        box.addWidget(self.styles)
        box.addWidget(self._extra)
        for title, group in ((self.tr("Paint"), "paint"), (self.tr("Picture"), "picture")):
            heading = SectionHeading(title)
            box.addWidget(heading)
            if not any(knob.group == group and knob.field in REGION_FIELDS for knob in KNOBS):
                self._of_whole.append(heading)
            for knob in KNOBS:
                if knob.group == group:
                    box.addWidget(self.knobs[knob.field])
        box.addSpacing(4)
        box.addWidget(self.advanced_button)
        self._of_whole.append(self.advanced_button)
        inner = QVBoxLayout(self.advanced)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(GRID)
        for knob in KNOBS:
            if knob.group == "advanced":
                inner.addWidget(self.knobs[knob.field])
                about = PlainLabel(knob.help)  # terms that nobody need know, in plain words
                about.setWordWrap(True)
                set_role(about, "caption")
                inner.addWidget(about)
        box.addWidget(self.advanced)
        box.addStretch(1)
        return page
