"""The section Data: where pictures and labels come from, and what is done to them before the model sees them.

A function of a person's own is only taken once its file may be run; until then what was chosen before stays.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ... import wording
from ...errors import InspectorError
from ...language import marked, tr
from ...runs.data_sets import DATA_SETS, data_set
from ...workshop.run_requests import DataSource
from ...workshop.run_words import DataLook
from ..settings import Settings
from ..widgets.boxes import NumberBox
from .code_question import CodeQuestion
from .setting_fields import choice_box, put, show_choice
from .setup import Setup
from .setup_section import Section, SettingRows, note_label, say
from .step_field import StepField
from .typed_line import PathLine, TypedLine

KINDS = {
    "shapes": marked("Drawn shapes"),
    "torchvision": marked("A data set of torchvision"),
    "images": marked("A folder of images"),
    "arrays": marked("Arrays, .npz or .pt"),
    "function": marked("A function in a .py file"),
}
_SPLITS = {
    "test": marked("test"),
    "validation": marked("validation"),
    "train": marked("train"),
}
_USUAL_SIZE = 4000
_SIZES = (50, 200_000)
_SUITS = marked("what suits the data")


class DataBox(QWidget):
    """What the setup's data is, to be chosen and changed."""

    def __init__(self, setup: Setup, settings: Settings) -> None:
        super().__init__()
        self._setup = setup
        self._look: DataLook | None = None
        self._wanted = "shapes"
        self.kind = choice_box([])
        for kind, words in KINDS.items():
            self.kind.addItem(tr(words), kind)
        self.kind.activated.connect(lambda place: self.choose_kind(self.kind.itemData(place)))
        self.size = NumberBox()
        self.size.setRange(*_SIZES)
        self.size.setSingleStep(1000)
        self.size.setGroupSeparatorShown(True)
        self.size.valueChanged.connect(lambda size: self._take(size=0 if size == _USUAL_SIZE else size))
        self.set_name = choice_box([])
        self.set_name.addItems([each.name for each in DATA_SETS])
        self.set_name.activated.connect(lambda place: self._take(name=self.set_name.itemText(place), download=False))
        self.holds = note_label()
        self.root = PathLine(tr("Choose the folder that the data set lies in"), is_folder=True)
        self.root.taken.connect(lambda path: self._take(path=_absolute(path), download=False))
        self.images = PathLine(tr("Choose a folder with a folder of images for each class"), is_folder=True)
        self.images.taken.connect(lambda path: self._take(path=_absolute(path)))
        self.arrays = PathLine(
            tr("Choose arrays"), is_folder=False, kinds=tr("Arrays (*.npz *.pt *.pth);;All files (*)")
        )
        self.arrays.taken.connect(lambda path: self._take(path=_absolute(path)))
        self.function = TypedLine(_function)
        self.function.taken.connect(self._ask_function)
        self.question = CodeQuestion(settings)
        self.transforms = StepField(tr("Transforms"), tr("Steps as in torchvision.transforms, one on a line"))
        self.transforms.taken.connect(lambda steps: self._take(transforms=steps))
        self.augmentation = StepField(tr("Augmentation"), tr("Random steps before the transforms, for training only"))
        self.augmentation.taken.connect(lambda steps: self._take(augmentation=steps or ()))
        self.held_back = NumberBox()
        self.held_back.setRange(0, 50)
        self.held_back.setSuffix(" %")
        self.held_back.valueChanged.connect(lambda percent: self._take(validation=percent / 100))
        self.split = choice_box([])
        for split, words in _SPLITS.items():
            self.split.addItem(tr(words), split)
        self.split.activated.connect(lambda place: setup.test_on(self.split.itemData(place)))
        self.seed = NumberBox()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.valueChanged.connect(lambda seed: self._take(seed=seed))
        for name, field in ((tr("Transforms"), self.transforms), (tr("Augmentation"), self.augmentation)):
            field.mistyped.connect(lambda sentence, name=name: setup.mistype(name, sentence))
        self._lay_out()
        setup.changed.connect(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        self._rows = rows = SettingRows()
        rows.add(tr("Data"), self.kind, tr("Where pictures and labels come from"))
        rows.add(tr("Pictures"), self.size, tr("How many are drawn to train on; a tenth of them more to test on"))
        rows.add(tr("Name"), self.set_name, tr("The class of torchvision.datasets"), note=self.holds)
        rows.add(
            tr("Folder"),
            self.root,
            tr("The folder that the data set lies in. Empty: ./data, or where it was fetched to"),
        )
        rows.add(
            tr("Folder"), self.images, tr("Holds a folder of images for each class, perhaps within train, val and test")
        )
        rows.add(tr("File"), self.arrays, tr("Holds x_train and y_train, X and y, images and labels ..."))
        tip = tr("file.py:function that returns data sets or loaders")
        rows.add(tr("Function"), self.function, tip, note=self.function.note)
        more = SettingRows()
        more.add(tr("Transforms"), self.transforms, tr("Steps as in torchvision.transforms, one on a line"))
        more.add(tr("Augmentation"), self.augmentation, tr("Random steps before the transforms, for training only"))
        more.add(
            tr("Held back"), self.held_back, tr("Of the training set, where the data has no validation set of its own")
        )
        more.add(tr("Tested on"), self.split, tr("Which samples checkpoints are tested on"))
        more.add(tr("Seed"), self.seed, tr("Of what is held back, and of what is drawn"))
        self.steps = Section(tr("Transforms and split"), more, is_open=False, is_small=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (rows, self.question, self.steps):
            column.addWidget(widget)

    # What a person does

    def choose_kind(self, kind: str) -> None:
        """Another kind of data; its steps begin with what suits it."""
        self._wanted = kind
        before = self._setup.data
        if kind != before.kind and kind != "function":
            name = DATA_SETS[0].name if kind == "torchvision" else ""
            self._setup.data = DataSource(kind, name=name, validation=before.validation, seed=before.seed)
        self.question.hide()
        self._show_rows()

    def _ask_function(self, chosen: object) -> None:
        if isinstance(chosen, DataSource):
            before = self._setup.data
            wanted = chosen._replace(validation=before.validation, seed=before.seed)
            self._ask(chosen, lambda: self._setup.set(data=wanted))

    def _ask_unasked(self) -> None:
        """What the file names is asked about before it is taken."""
        named = self._setup.unasked.get("data")
        if isinstance(named, DataSource) and self.question.isHidden():
            setup = self._setup
            self._ask(named, lambda: setup.accept("data"), lambda: setup.accept("data", is_wanted=False))

    def _ask(
        self, source: DataSource, then: Callable[[], object], otherwise: Callable[[], object] = lambda: None
    ) -> None:
        words = tr(
            "To have the data, {path} must be run, in a process of its own. "
            "Its code can do whatever you can do: run it if you trust it.",
            path=os.path.basename(source.path),
        )
        self.question.ask(source.path, wording.safe(words, 400), then, otherwise)

    def _take(self, **changes: object) -> None:
        self._setup.data = self._setup.data._replace(**changes)  # type: ignore[arg-type]

    # What is shown

    def show_look(self, look: DataLook | None) -> None:
        """What the data turned out to be: the steps that suit it."""
        self._look = look
        self.refresh()

    def refresh(self) -> None:
        """Shows what is chosen."""
        self._ask_unasked()
        data = self._setup.data
        if self._wanted != "function" or data.kind == "function":
            self._wanted = data.kind
        for box, value in ((self.size, data.size or _USUAL_SIZE), (self.seed, data.seed)):
            put(box, value)
        self.split.setCurrentIndex(self.split.findData(self._setup.split))
        put(self.held_back, round(data.validation * 100))
        if data.kind == "torchvision":
            show_choice(self.set_name, data.name)
        known = data_set(data.name)
        say(self.holds, tr(known.holds) if known is not None and data.kind == "torchvision" else "")
        self.root.show_path(data.path if data.kind == "torchvision" else "", tr("its usual folders"))
        self.images.show_path(data.path if data.kind == "images" else "", tr("a folder"))
        self.arrays.show_path(data.path if data.kind == "arrays" else "", "data.npz")
        self.function.show_text(f"{data.path}:{data.name}" if data.kind == "function" else "", "data.py:datasets")
        suits = "\n".join(self._look.transforms) if self._look is not None and data.transforms is None else ""
        self.transforms.show_steps(data.transforms or (), suits or tr(_SUITS))
        self.augmentation.show_steps(data.augmentation, tr("none"))
        held = tr("{percent} % held back", percent=round(data.validation * 100))
        suited = tr("as suits the data")
        self.steps.sum_up(suited if data.transforms is None else wording.row_of((*data.transforms, held)))
        self._show_rows()

    def _show_rows(self) -> None:
        kind = self._wanted
        self.kind.setCurrentIndex(list(KINDS).index(kind))
        for field, its in (
            (self.size, "shapes"), (self.set_name, "torchvision"), (self.root, "torchvision"),
            (self.images, "images"), (self.arrays, "arrays"), (self.function, "function"),
        ):  # fmt: skip
            self._rows.show_row(field, kind == its)

    def summary(self) -> str:
        """The data in a few words."""
        data = self._setup.data
        return data.name if data.kind == "torchvision" else os.path.basename(data.path) or tr(KINDS[data.kind])


def _absolute(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path)) if path else ""


def _function(text: str) -> DataSource:
    file, _, name = text.rpartition(":")
    if not file.endswith(".py") or not name.isidentifier():
        raise InspectorError(tr("Write file.py:function."))
    path = _absolute(file)
    if not os.path.isfile(path):
        raise InspectorError(tr("There is no file {path}.", path=wording.safe(path, 200)))
    return DataSource("function", path, name)
