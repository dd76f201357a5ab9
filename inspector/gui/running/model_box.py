"""The section Model: one quiet line once it is built and fits; before that, the same choice as in the panel Fit.

Why this way: most files are run with the class that lies beside them. So that class is chosen by itself, and the only
question is whether its code may be run. Everything else is there under "Change".
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ... import wording
from ...language import marked, tr
from ..fitting.model_side import ModelSide
from ..fitting.open_fit import OpenFit
from ..fitting.sentences import headline
from ..fitting.stages import DOING, RUNNING, Stage
from ..theme import mono_font, scaled_font
from ..widgets.wrapped_text import WrappedText
from .code_question import CodeQuestion
from .setup import Setup

if TYPE_CHECKING:
    from ...checkpoint.entries import Global


class ModelBox(QWidget):
    """Which model is run, and whether the file fits it."""

    why_asked = Signal()
    """A person wants to see why it does not fit: that is shown in the panel Fit."""

    def __init__(self, fit: OpenFit, setup: Setup) -> None:
        super().__init__()
        self._fit, self._setup, self._chosen = fit, setup, fit.chosen
        self._wants_change = False
        self._name = WrappedText(font=mono_font())
        self._words = WrappedText(tone="quiet", font=scaled_font(0.95))
        self.change = _button(tr("Change…"), tr("Choose another model, or other arguments"), self._toggle)
        tip = tr("Show the causes, and the steps that mend it, in a tab of their own")
        self.why = _button(tr("See &Why"), tip, self.why_asked.emit)
        tip = tr("Run the module that the file holds, as it is")
        self.own = _button(tr("Run the Module in the File"), tip, self._toggle_own)
        tip = tr("Look for arguments with which the shapes of the checkpoint fit")
        self.solve = _button(tr("Find Arguments"), tip, fit.solve)
        self.question = CodeQuestion(self._chosen.settings)
        self.side = ModelSide(fit, is_alone=False)
        self._lay_out()
        for signal in (fit.opened, fit.judged, self._chosen.changed, fit.case.changed, setup.changed):
            signal.connect(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._name)
        words.addWidget(self._words)
        head.addLayout(words, 1)
        head.addWidget(self.change, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        buttons = QHBoxLayout()
        for button in (self.why, self.solve, self.own):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        for widget in (self.question, self.side):
            column.addWidget(widget)

    # What a person does

    def _toggle(self) -> None:
        """Unfolds the whole choice, or folds it."""
        self._wants_change = self.side.isHidden()
        self.refresh()
        if self._wants_change:
            self.side.field.setFocus()

    def _toggle_own(self) -> None:
        """The module in the file in place of a class, or the class again."""
        module = self._setup.module_in_file
        if self._setup.own_module is not None or module is None:
            self._setup.run_own_module(False)
        elif module.kind == "torchscript":
            self._setup.run_own_module(True)  # its code is TorchScript's, which touches no files
        else:
            run = lambda: self._setup.run_own_module(True)  # noqa: E731
            self.question.ask(stamped(module.path), self._danger(), run, is_code=False, shown=module.path)

    def _danger(self) -> str:
        checkpoint = self._setup.checkpoint
        found = checkpoint.globals if checkpoint is not None else ()
        named = [each.name for each in sorted(found, key=_by_danger) if each.verdict in _TELLING]
        names = wording.safe(wording.names(named, 4), 200)
        if names:
            return tr(
                "To have the module in the file, the file itself is loaded with all that it names ({names}), in a "
                "process of its own. A file can name any code, and that can do whatever you can do: run it if you "
                "trust where the file comes from.",
                names=names,
            )
        return tr(
            "To have the module in the file, the file itself is loaded with all that it names, in a process of its "
            "own. A file can name any code, and that can do whatever you can do: run it if you trust where the file "
            "comes from."
        )

    # What is shown

    def refresh(self) -> None:
        """Shows how far the model has come, one thing at a time."""
        stage, own = self._chosen.stage, self._setup.own_module
        name, words = self._told()
        self._name.setText(wording.safe(name, 120))
        self._words.setText(wording.safe(words, 400))
        self._name.setVisible(bool(name))
        self._words.setVisible(bool(words))
        is_open = own is None and (self._wants_change or stage in (Stage.EMPTY, Stage.CLASS, Stage.ARGUMENTS))
        self.side.setVisible(is_open)
        self.change.setText(tr("Fold") if is_open else tr("Change…"))
        self.change.setVisible(own is None and stage not in (Stage.EMPTY, Stage.CLASS, Stage.ARGUMENTS))
        self.why.setVisible(own is None and self._misfits)
        has_arguments = self._chosen.signature is not None and bool(self._chosen.signature.arguments)
        self.solve.setVisible(own is None and self._misfits and has_arguments and not is_open)
        self.own.setVisible(self._setup.module_in_file is not None)
        self.own.setText(tr("Choose a Class Instead") if own is not None else tr("Run the Module in the File"))

    def summary(self) -> str:
        """The model in a few words."""
        return self._told()[0]

    @property
    def words(self) -> str:
        """What is said below its name."""
        return self._words.text()

    @property
    def _misfits(self) -> bool:
        outcome = self._fit.case.outcome
        return outcome is not None and not outcome.comparison.fits

    def _told(self) -> tuple[str, str]:
        """What it is called, and how it is."""
        own, chosen = self._setup.own_module, self._chosen
        if own is not None:
            return os.path.basename(own.path), tr(_OF_OWN[own.kind])
        name = chosen.choice.name if chosen.choice is not None else ""
        if chosen.stage in RUNNING:
            return name, tr(DOING.get(chosen.stage, ""))
        if chosen.stage is Stage.BUILT:
            return _called(chosen.choice.name if chosen.choice else "", chosen.arguments), self._how_it_fits()
        words = {
            Stage.EMPTY: tr("Which class do these weights belong to?"),
            Stage.ASKING_LEAVE: tr("May its code be run?"),
            Stage.CLASS: tr("Which of its models?"),
            Stage.ARGUMENTS: tr("Which arguments?"),
            Stage.FAILED: tr("It could not be had."),
        }
        return name, words.get(chosen.stage, "")

    def _how_it_fits(self) -> str:
        outcome, choice = self._fit.case.outcome, self._chosen.choice
        if self._chosen.other is not None:
            return tr("This is a checkpoint: to run, a class is needed.")
        whose = os.path.basename(choice.runs) if choice is not None and choice.runs else "torchvision"
        fits = headline(self._fit.case) if outcome is not None else ""
        fits = tr("Does not fit: {found}", found=fits) if self._misfits else fits
        return f"{whose}   ·   {fits}" if fits else whose


_OF_OWN = {
    "module": marked("The module in the file, as it was saved."),
    "torchscript": marked("TorchScript: it can be tested as it is."),
}


_TELLING = ("dangerous", "unknown")


def _by_danger(named: Global) -> int:
    return _TELLING.index(named.verdict) if named.verdict in _TELLING else len(_TELLING)


def stamped(path: str) -> str:
    """A file as it is now: another one under the same name was not said yes to."""
    try:
        now = os.stat(path)
    except OSError:
        return path
    return f"{path} ({now.st_size:,} bytes, {int(now.st_mtime)})"


def _called(name: str, arguments: dict[str, object]) -> str:
    given = ", ".join(f"{each}={value!r}" for each, value in arguments.items())
    return f"{name}({given})"


def _button(text: str, tip: str, act) -> QPushButton:  # type: ignore[no-untyped-def]
    button = QPushButton(text)
    button.setToolTip(tip)
    button.clicked.connect(lambda: act())
    return button
