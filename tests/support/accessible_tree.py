"""Walks through what screen readers are told of a window, and finds controls without a name or a value."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QWidget

_ROLE = QAccessible.Role
_NAMED = {
    _ROLE.PushButton,
    _ROLE.ButtonMenu,
    _ROLE.ButtonDropDown,
    _ROLE.CheckBox,
    _ROLE.RadioButton,
    _ROLE.ComboBox,
    _ROLE.Slider,
    _ROLE.SpinBox,
    _ROLE.EditableText,
    _ROLE.List,
    _ROLE.ListItem,
    _ROLE.Tree,
    _ROLE.TreeItem,
    _ROLE.ProgressBar,
    _ROLE.MenuItem,
    _ROLE.PageTab,
    _ROLE.Dialog,
}
_VALUED = {_ROLE.ComboBox, _ROLE.Slider, _ROLE.SpinBox, _ROLE.ProgressBar}
_MOST_ITEMS = 40  # of one list


def unspoken_controls(window: QWidget) -> list[str]:
    """A line for each control that a screen reader could not name, or whose value it could not tell."""
    root = QAccessible.queryAccessibleInterface(window)
    assert root is not None
    faults = []
    for path, control in _controls(root, ()):
        if control.role() in _NAMED and not _label(control):
            faults.append(f"{' > '.join(path)}: no name")
        if control.role() in _VALUED and not _value(control):
            faults.append(f"{' > '.join(path)}: no value")
    return faults


def spoken(window: QWidget, role: QAccessible.Role) -> dict[str, str]:
    """Names and values of all controls of a role, as a screen reader is told them."""
    root = QAccessible.queryAccessibleInterface(window)
    assert root is not None
    return {_label(control): _value(control) for _, control in _controls(root, ()) if control.role() == role}


def _controls(
    parent: QAccessibleInterface, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], QAccessibleInterface]]:
    for number in range(min(parent.childCount(), _MOST_ITEMS)):
        child = parent.child(number)
        if child is None or not child.isValid() or child.state().invisible:
            continue
        here = (*path, f"{child.role().name} {_label(child)[:30]!r}")
        yield here, child
        if child.role() not in (_ROLE.ComboBox, _ROLE.SpinBox):  # their parts are of no use alone
            yield from _controls(child, here)


def _label(control: QAccessibleInterface) -> str:
    labels = [
        label.text(QAccessible.Text.Name)
        for label, relation in control.relations()
        if relation & QAccessible.RelationFlag.Label
    ]
    own = "" if control.role() == _ROLE.ComboBox else control.text(QAccessible.Text.Name)  # Linux: that is its value
    return next((text for text in (own, *labels) if text), "")


def _value(control: QAccessibleInterface) -> str:
    return control.text(QAccessible.Text.Value)
