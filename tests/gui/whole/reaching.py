"""What who does not see the window, or has no mouse, gets of it: names and roles, and the way that Tab goes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import QDeadlineTimer, QEvent, QModelIndex, Qt
from PySide6.QtGui import QAccessible, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenuBar,
    QPlainTextEdit,
    QScrollArea,
    QTabBar,
    QWidget,
)

from .reading import columns_of, name_of, seen

ROLES = {
    QLineEdit: {QAccessible.Role.EditableText},
    QPlainTextEdit: {QAccessible.Role.EditableText},
    QComboBox: {QAccessible.Role.ComboBox},
    QAbstractSpinBox: {QAccessible.Role.SpinBox},
    QTabBar: {QAccessible.Role.PageTabList},
    QAbstractItemView: {QAccessible.Role.Table, QAccessible.Role.Tree, QAccessible.Role.List},
    QAbstractButton: {
        QAccessible.Role.Button, QAccessible.Role.CheckBox, QAccessible.Role.RadioButton,
        QAccessible.Role.ButtonMenu, QAccessible.Role.ButtonDropDown, QAccessible.Role.Link,
    },
}  # fmt: skip
_MOST_STEPS = 400
_SHOW_IT_WITHIN = ("CauseLines", "Treemap")
"""Who shows by the first arrow key where the keyboard is: by a line, a cell."""
_SPOKEN = (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole)


def controls(root: QWidget) -> list[QWidget]:
    """What takes the keyboard, or is pressed: all of the window that is there now."""
    return [each for each in seen(root) if each.isEnabled() and _is_control(each)]


def nameless(root: QWidget) -> Iterator[str]:
    """A sentence for each control that a screen reader has no word for, or calls what it is not."""
    for widget in controls(root):
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None:
            yield f"{name_of(widget)} is not there for a screen reader"
            continue
        name = interface.text(QAccessible.Text.Name)
        if not any(letter.isalnum() for letter in name):
            yield f"{name_of(widget)} is called {name!r} (tip: {widget.toolTip()!r})"
        for kind, roles in ROLES.items():
            if isinstance(widget, kind) and interface.role() not in roles:
                yield f"{name_of(widget)} is a {interface.role().name}"
                break
    for view in seen(root):
        if isinstance(view, QAbstractItemView):
            yield from _nameless_cells(view)


def ambiguous(root: QWidget) -> Iterator[str]:
    """A sentence for each button whose letter another one has, or a menu: Alt with it presses neither."""
    bar = next(iter(root.findChildren(QMenuBar)), None)
    taken = {_letter(menu.text()): menu.text() for menu in (bar.actions() if bar is not None else [])}
    for button in controls(root):
        letter = _letter(button.text()) if isinstance(button, QAbstractButton) else ""
        if letter and letter in taken:
            yield f"{name_of(button)}: {button.text()!r} has the letter of {taken[letter]!r}"
        elif letter:
            taken[letter] = button.text()


def _letter(text: str) -> str:
    """The key of a text that is pressed with Alt; empty for none."""
    return QKeySequence.mnemonic(text).toString()


def _nameless_cells(view: QAbstractItemView) -> Iterator[str]:
    """Each row has words for a screen reader, whatever is painted there."""
    model = view.model()
    if model is None:
        return
    for row in range(min(model.rowCount(QModelIndex()), 5)):
        cells = [model.index(row, column) for column in range(columns_of(view))]
        if not any(str(model.data(cell, role) or "").strip() for cell in cells for role in _SPOKEN):
            yield f"{name_of(view)}: row {row} has no name"


def way_of_tab(root: QWidget) -> list[QWidget]:
    """The controls in the order in which Tab goes to them, from the first on until it comes to one again."""
    went: list[QWidget] = []
    start = next((each for each in controls(root) if _takes_tab(each)), None)
    if start is None:
        return []
    _activate(root.window())
    start.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(_MOST_STEPS):
        focused = QApplication.focusWidget()
        if focused is None or focused in went:
            break
        went.append(focused)
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(focused, QKeyEvent(kind, Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier))
    return went


def _activate(window: QWidget) -> None:
    """Has the keyboard go to this window: Tab goes nowhere in another one."""
    window.activateWindow()
    end = QDeadlineTimer(5000)
    while not window.isActiveWindow() and not end.hasExpired():
        QApplication.processEvents()


def unreached(root: QWidget) -> Iterator[str]:
    """A sentence for each control that Tab does not come to."""
    went = way_of_tab(root)
    if len(went) > 1:
        last, now = went[-1], QApplication.focusWidget()
        if now is last:
            yield f"Tab does not leave {name_of(last)}"
    for widget in controls(root):
        if _takes_tab(widget) and widget not in went and not _is_led_to(widget, went):
            yield f"Tab does not come to {name_of(widget)}"


def against_the_reading(root: QWidget) -> Iterator[str]:
    """A sentence for each step of Tab that goes upwards among the controls of one widget."""
    went = way_of_tab(root)
    for before, after in pairwise(went):
        parent = before.parentWidget()
        if parent is not None and parent is after.parentWidget() and not isinstance(parent, QAbstractScrollArea):
            first, second = before.geometry(), after.geometry()
            is_column = second.left() >= first.right()  # what goes on at the top of the next one
            is_beside = second.top() < first.bottom() and first.top() < second.bottom()
            is_above = second.bottom() <= first.top() and not is_column
            if is_above or (is_beside and second.right() <= first.left()):
                yield f"Tab goes back from {name_of(before)} to {name_of(after)}"


def _is_led_to(widget: QWidget, went: list[QWidget]) -> bool:
    """Whether arrow keys lead there from what Tab comes to: of buttons that exclude each other Tab comes to one."""
    if any(widget.isAncestorOf(each) for each in went):
        return True
    if not isinstance(widget, QAbstractButton):
        return False
    others = widget.group().buttons() if widget.group() is not None else widget.parentWidget().children()
    excluding = widget.group() is not None or widget.autoExclusive()
    return excluding and any(each in went for each in others)


def _takes_tab(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _is_control(widget: QWidget) -> bool:
    if isinstance(widget, QScrollArea) or widget.objectName().startswith("qt_") or widget.focusProxy() is not None:
        return False
    if isinstance(widget, QLabel) and not widget.text():
        return False
    inside = widget.parentWidget()
    if isinstance(inside, (QAbstractSpinBox, QComboBox, QLineEdit, QTabBar, QAbstractItemView)):
        return False  # parts of one control
    return widget.focusPolicy() != Qt.FocusPolicy.NoFocus or isinstance(widget, QAbstractButton)


def unseen(root: QWidget) -> Iterator[str]:
    """A sentence for each control that looks the same with the keyboard as without it."""
    for widget in way_of_tab(root):
        if isinstance(widget, QScrollArea) or type(widget).__name__ in _SHOW_IT_WITHIN:
            continue
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        with_keyboard = widget.grab().toImage()
        widget.clearFocus()
        if widget.grab().toImage() == with_keyboard:
            yield f"{name_of(widget)} does not show that it has the keyboard"
