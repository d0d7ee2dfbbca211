"""The panel on the right: photos, styles, and every knob of the recipe, built from the table alone."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QVBoxLayout, QWidget

from studio.core.recipe import KNOBS, Knob
from studio.ui.recipe_panel.blend_panel import BlendPanel
from studio.ui.recipe_panel.knob_combo import KnobCombo
from studio.ui.recipe_panel.knob_slider import KnobSlider
from studio.ui.recipe_panel.knob_spin_box import KnobSpinBox
from studio.ui.recipe_panel.knob_widget import KnobWidget
from studio.ui.recipe_panel.size_knob import SizeKnob
from studio.ui.recipe_panel.style_panel import StylePanel
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
        self._extra = QVBoxLayout()  # what others put before the knobs
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
        for signal in (session.content_changed, session.state_changed):
            signal.connect(self._show_size)
        self._show_recipe()

    def add_before_knobs(self, title: str, widget: QWidget) -> None:
        """Put a section of somebody else's between the styles and the knobs."""
        self._extra.addWidget(SectionHeading(title))
        self._extra.addWidget(widget)
        QWidget.setTabOrder(widget, self.knobs["strength"])

    @Slot()
    def _show_recipe(self) -> None:
        recipe = self._session.artwork.recipe
        for field, widget in self.knobs.items():
            widget.set_value(getattr(recipe, field))
            widget.setEnabled(recipe.method in widget.knob.methods)

        self._show_size()

    @Slot()
    def _show_size(self) -> None:
        size = self.knobs["long_edge"]
        assert isinstance(size, SizeKnob)
        size.show_rule(self._session.artwork.recipe.size_rule, self._session.size_in_words)

    def _change_rule(self, rule: str) -> None:
        self._session.change(size_rule=rule)

    def _change(self, field: str, value: object) -> None:
        self._session.change(**{field: value})

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
        box.addWidget(self.pictures)
        box.addWidget(SectionHeading(self.tr("Styles")))
        box.addWidget(self.styles)
        box.addLayout(self._extra)
        for title, group in ((self.tr("Paint"), "paint"), (self.tr("Picture"), "picture")):
            box.addWidget(SectionHeading(title))
            for knob in KNOBS:
                if knob.group == group:
                    box.addWidget(self.knobs[knob.field])
        box.addSpacing(4)
        box.addWidget(self.advanced_button)
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
