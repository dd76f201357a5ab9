"""The left of the panel: which model, which part of the checkpoint, which Python, which arguments."""

from __future__ import annotations

import os
from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ... import wording
from ...language import ntr, tr
from ...workshop.requests import parse_source
from ..theme import scaled_font
from ..widgets.boxes import ChoiceBox
from ..widgets.labels import Label
from ..widgets.links_row import LinksRow
from ..widgets.wrapped_text import WrappedText
from .argument_form import ArgumentForm
from .chosen_model import RECENT_MODELS
from .interpreter_box import InterpreterBox
from .model_field import ModelField
from .open_fit import OpenFit
from .output_fold import OutputFold
from .stages import Stage
from .suggesting import Suggestion, tried
from .suggestion_list import SuggestionList, heading

_ENDINGS = "*.py *.pth *.pt *.ckpt *.bin *.safetensors *.tar *.th *.jit *.pt2"
_MOST_LINKS = 40
"""Classes that are each offered by a button; of a folder with more of them all can be tried."""


class ModelSide(QWidget):
    """Everything that is chosen before the checkpoint is held against a model."""

    chosen_by_hand = Signal(str)
    """A person chose a model, or another part of the file; in a few words."""

    def __init__(self, page: OpenFit, *, is_alone: bool = True) -> None:
        """Alone it is the whole side of a panel; else a part of one, which has a heading for it."""
        super().__init__()
        self._page = page
        self._chosen = page.chosen
        self.setAccessibleName(tr("Model"))
        self.field = ModelField()
        self.field.named.connect(self._take)
        self.classes = LinksRow()
        self.classes.chosen.connect(self._choose_class)
        self.of_class = ChoiceBox()
        self.of_class.setAccessibleName(tr("Class of the file"))
        self.of_class.activated.connect(self._choose_class)
        self._classes_frame = _framed(self.classes)
        self.try_all = QPushButton(tr("&Try Them All"))
        self.try_all.setToolTip(tr("Build each with few arguments, and see which fits the checkpoint best"))
        self.try_all.clicked.connect(lambda: page.try_all())
        self.folder = QPushButton(tr("Try the Models of a F&older…"))
        self.folder.setToolTip(tr("Choose a folder of code: which of its models is this checkpoint of?"))
        self.folder.clicked.connect(lambda: self.browse_folder())
        self.suggestions = SuggestionList()
        self.suggestions.taken.connect(self.take_suggestion)
        self.section = ChoiceBox()
        self.section.setAccessibleName(tr("Part of the checkpoint"))
        for box in (self.of_class, self.section):  # as wide as there is room, not as their longest text
            box.setSizeAdjustPolicy(box.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.section.activated.connect(self._choose_section)
        self.interpreter = InterpreterBox(self._chosen)
        self.interpreter.chosen.connect(self._chosen.use_interpreter)
        self.found_by_itself = WrappedText(tone="quiet", font=scaled_font(0.9))
        self.interpreter.search.heard.connect(self._show_interpreter)
        self.form = ArgumentForm(self._chosen)
        self.form.solve_requested.connect(page.solve)
        self.found = WrappedText(tone="quiet", font=scaled_font(0.95))
        self.output = OutputFold(lambda: self._chosen.output)
        self._chosen.said.connect(self.output.refresh)
        self._chosen.changed.connect(self.output.refresh)
        self._doc = WrappedText(tone="quiet", font=scaled_font(0.95))
        self._lay_out(is_alone)
        page.opened.connect(self._show_file)
        page.section_changed.connect(self._show_sections)
        self._chosen.changed.connect(self.refresh)
        self._chosen.built.connect(self._fill_names)
        self.refresh()

    def _lay_out(self, is_alone: bool) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(*((18, 18, 14, 18) if is_alone else (0, 0, 0, 0)))
        column.setSpacing(10)
        if is_alone:
            column.addWidget(heading(tr("Model")))
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        row.addWidget(_tool("▾", tr("All models that are known"), self.field.show_all))
        row.addWidget(_tool("…", tr("Choose a .py file, or another checkpoint"), self.browse))
        column.addLayout(row)
        column.addWidget(self._doc)
        column.addWidget(self._classes_frame)
        column.addWidget(self.try_all, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.suggestions)
        column.addWidget(self.folder, 0, Qt.AlignmentFlag.AlignLeft)
        details = self._details = QFormLayout()
        details.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        details.setHorizontalSpacing(10)
        for name, field in (
            (tr("Model class"), self.of_class),
            (tr("Built with"), self.interpreter),
            ("", self.found_by_itself),
            (tr("From the file"), self.section),
        ):
            label = Label(name, tone="quiet")
            label.setContentsMargins(0, 1, 0, 1)  # Qt makes it 7/4 as high at most: so both stand on one line
            details.addRow(label, field)
        column.addLayout(details)
        column.addSpacing(8)
        column.addWidget(self.form)
        column.addWidget(self.found)
        column.addWidget(self.output)
        column.addStretch(1)

    # What a person does

    def browse(self) -> None:
        """Chooses a .py file or a checkpoint in a dialog."""
        known = self._chosen.choice.runs if self._chosen.choice is not None else ""
        beside = os.path.dirname(known if os.path.isabs(known) else self._page.path)
        files = ";;".join((tr("Models and checkpoints ({endings})", endings=_ENDINGS), tr("All files (*)")))
        path, _ = QFileDialog.getOpenFileName(self.window(), tr("Choose a Model"), beside, files)
        if path:
            self._take(path)

    def browse_folder(self) -> None:
        """Chooses a folder of code in a dialog."""
        beside = os.path.dirname(self._page.path)
        path = QFileDialog.getExistingDirectory(self.window(), tr("Choose a Folder of Code"), beside)
        if path:
            self._take(path)

    def take_suggestion(self, suggestion: Suggestion) -> None:
        self._take(suggestion.text, suggestion.arguments)

    def _take(self, text: str, arguments: Mapping[str, object] | None = None) -> None:
        self._chosen.choose(text, arguments, by_hand=True)

    def _choose_section(self, place: int) -> None:
        self._page.choose_section(self.section.itemData(place))
        self.chosen_by_hand.emit(tr("Choose Section"))

    # What is shown

    def refresh(self) -> None:
        """Shows what is chosen."""
        chosen = self._chosen
        if chosen.choice is not None and not self.field.hasFocus():
            self.field.setText(chosen.choice.text)
            self.field.setCursorPosition(len(self.field.text()))
        self._show_classes()
        self._show_suggestions()
        doc = chosen.signature.doc if chosen.signature is not None else ""
        notes = chosen.model.notes if chosen.model is not None else ()
        said = [wording.safe(text, 300) for text in (doc, *notes[:6]) if text]
        self._doc.setText("\n".join(said))
        self._doc.setVisible(bool(said))
        self._show_found()
        self._show_interpreter()
        if chosen.stage is Stage.ARGUMENTS:
            self.form.focus_first_missing()

    def _show_interpreter(self) -> None:
        """Which Python it is; where none was chosen, that it was found, or what to do."""
        box = self.interpreter
        box.refresh()
        told = ""
        if self._chosen.interpreter_is_found and box.current:
            told = tr("Found by itself: the first Python that has torch.")
        elif self._chosen.interpreter_is_found and box.search.is_over:
            told = tr("Install torch in one of them, or choose the Python that has it.")
        self.found_by_itself.setText(told)
        self._details.setRowVisible(self.found_by_itself, bool(told))

    def _show_suggestions(self) -> None:
        """What the checkpoint looks like; or, where classes were tried, which of them fit."""
        stage, is_asked = self._chosen.stage, self._chosen.stage is Stage.CLASS
        found = self._page.suggestions if stage is Stage.EMPTY else tried(self._chosen.candidates) if is_asked else ()
        self.suggestions.show_suggestions(found)
        self.try_all.setVisible(is_asked and not self._chosen.candidates)
        self.folder.setVisible(stage is Stage.EMPTY)

    def _show_file(self) -> None:
        self._fill_names()
        self._show_sections()
        self.refresh()

    def _fill_names(self) -> None:
        from .suggesting import builders

        recent = self._chosen.settings.listed(RECENT_MODELS)
        named = [each.text for each in self._page.suggestions if os.sep not in each.text]  # a file has its button below
        self.field.offer([*recent, *named, *builders()])

    def _show_sections(self) -> None:
        self.section.clear()
        for section in self._page.sections:
            key = wording.safe(section.key, 60)
            words = tr("{title} ({key})", title=section.title, key=key) if key else section.title
            self.section.addItem(words, section.key)
        self.section.setCurrentIndex(max(0, self.section.findData(self._page.section)))
        self.section.setEnabled(self.section.count() > 1)

    def _show_classes(self) -> None:
        """Those of the .py file: as buttons while one is to be chosen, and then as a list."""
        chosen = self._chosen
        names = [parse_source(text).name for text in chosen.classes] if len(chosen.classes) > 1 else []
        is_asked = chosen.stage is Stage.CLASS
        self.classes.show_links(names[:_MOST_LINKS] if is_asked and not chosen.candidates else [])
        self._details.setRowVisible(self.of_class, bool(names) and not is_asked)
        self.of_class.clear()
        self.of_class.addItems([wording.safe(name, 80) for name in names])
        if chosen.choice is not None and chosen.choice.text in chosen.classes:
            self.of_class.setCurrentIndex(chosen.classes.index(chosen.choice.text))

    def _choose_class(self, place: int) -> None:
        self._take(self._chosen.classes[place])

    def _show_found(self) -> None:
        """What the search for arguments came to."""
        solution = self._chosen.solution
        words: list[str] = []
        if solution is not None:
            words.append(_summary(solution.fits, solution.builds, solution.left))
            words += [f"·  {each}" for each in solution.found]
            words += [f"?  {each}" for each in solution.undecided]
        self.found.setText("\n".join(wording.safe(line, 400) for line in words))
        self.found.setVisible(bool(words))


def _summary(fits: bool, builds: int, left: int) -> str:
    if fits:
        return ntr(
            "Arguments that fit were found after building it {n} time.",
            "Arguments that fit were found after building it {n} times.",
            builds,
        )
    return ntr(
        "No arguments were found with which everything fits: {keys} left after building it {n} time.",
        "No arguments were found with which everything fits: {keys} left after building it {n} times.",
        builds,
        keys=wording.plural(left, "key"),
    )


def _framed(row: LinksRow) -> QWidget:
    """A frame that the row hides while it has nothing to show."""
    frame = QWidget()
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(row)
    frame.hide()
    return frame


def _tool(text: str, tip: str, act) -> QToolButton:  # type: ignore[no-untyped-def]
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.clicked.connect(lambda: act())
    return button
