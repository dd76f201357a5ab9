"""One window that speaks marked texts, led from scene to scene; and what is asked of each scene."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from inspector import language
from inspector.gui import speaking
from inspector.gui.app import Application
from inspector.gui.jobs import wait_for_all
from inspector.gui.settings import Settings
from inspector.gui.staging import Stage, copied
from inspector.installed import samples

from .marking import Marked, unmarked
from .reaching import against_the_reading, ambiguous, nameless, unreached
from .reading import texts
from .room import clipped

NAMES = (
    "start", "start-recent", "tree", "values-page", "storage", "group", "value", "filters", "picture", "nan", "module",
    "damage",
    "file-facts", "search", "refused", "compare", "values", "series", "series-table", "convert", "fit-empty", "error",
    "error-empty", "settings", "log", "crash", "palette", "tour-1", "tour-2", "tour-3", "tour-4", "tour-5",
    "search-help",
)  # fmt: skip
"""Every scene that needs no torch."""
WITH_TORCH = ("fit", "mend", "run-setup", "run-live", "run-results")
"""Of those that need it: an argument form, causes and differences; and a run, from its long form to its test."""
SIZES = (1380, 860), (900, 600)
"""As the window begins, and as small as it is still of use."""
_SAMPLES, _EPOCHS = 320, 500
"""To train on, and for: more than are trained before all of it was looked at."""
_PROSE = re.compile("[(\"'“‘&]*[A-Za-z]{2,}[),.;:!?…\"'”’]*")
_SAID_BY_THE_TRADE = frozenset(
    "std min max mean dtype torch cpu Python JSON Adam AdamW SGD buffer strided little NaN Inf nan inf MB kB GB "
    "hostile hidden fc Close".split()
)
"""Terms that stand in every language as they are; what the samples say of themselves; what Qt translates."""
_OWN_NAMES = frozenset("Checkpoint Inspector English".split())
_SILENT = (
    "FileEntry", "FileCard", "ExampleGallery", "TreeView", "PairTreeView", "ElidedLabel < Head",
    "QLineEdit < Head", "Label < SearchHelp", "ChoiceBox < SettingRows", "QTableView < GroupPage",
    "WrappedText < ModelSide", "ElidedLabel < StatusLine", "MarkedText < CheckedLine", "Label < ProofsRow",
)  # fmt: skip
"""Who shows data: names of files, classes and keys, what a class says of itself, examples of queries; what another
process says, whose texts are marked by nobody."""


@contextmanager
def spoken(app: QApplication, code: str, folder: Path) -> Iterator[Stage]:
    """A window that speaks this language; English with each text between marks."""
    patch = pytest.MonkeyPatch()
    take = language.take
    patch.setattr(language, "take", lambda translations: take(translations or Marked()))
    settings = Settings(str(folder))
    settings.choose("language", code)
    application = Application(app, settings)
    application.window.resize(*SIZES[0])
    application.window.show()
    try:
        with copied() as samples:
            stage = Stage(application, samples, trained_on=_SAMPLES, trained_for=_EPOCHS)
            yield stage
            stage.clear()
    finally:
        application.window.close()
        application.end()
        application.window.deleteLater()
        patch.undo()
        speaking.speak(app, "en")


def findings(stage: Stage, name: str, code: str) -> list[str]:
    """Everything that is amiss in a scene, in sentences; `code` is the language that its window speaks."""
    speaking.speak(stage.application.app, code)  # the test before has left English behind
    stage.show(name)
    found = [*(untranslated(stage) if code == "en" else ()), *nameless(stage.front), *clipped(stage.front)]
    found += [*unreached(stage.front), *against_the_reading(stage.front), *ambiguous(stage.front)]
    stage.window.resize(*SIZES[1])
    stage.settle()
    if stage.window.size().toTuple() != SIZES[1]:
        found.append(f"the window cannot be as small as {SIZES[1]}: it is {stage.window.size().toTuple()}")
    found += [f"in a small window: {each}" for each in clipped(stage.front)]
    stage.window.resize(*SIZES[0])
    stage.settle()
    return list(dict.fromkeys(found))


def findings_with_torch(stage: Stage, code: str) -> dict[str, list[str]]:
    """The findings of the scenes that need torch, by name; scenes without any are left out."""
    found = {name: findings(stage, name, code) for name in WITH_TORCH}
    stage.clear()
    wait_for_all()
    return {name: amiss for name, amiss in found.items() if amiss}


def untranslated(stage: Stage) -> Iterator[str]:
    """A sentence for each text with words that `tr` did not say and that are no data."""
    data = _data(stage)
    for each in texts(stage.front):
        if each.who.startswith(_SILENT) or each.kind == "windowTitle":
            continue
        plain = re.sub("<[^>]*>", " ", unmarked(each.text))
        words = (word.strip("(),.;:!?…\"'&“”‘’") for word in plain.split() if _PROSE.fullmatch(word))
        strange = [word for word in words if word not in data]
        if strange:
            yield f"{each.who}: the {each.kind} {each.text[:120]!r} says {' '.join(strange)!r} in English"


def _data(stage: Stage) -> frozenset[str]:
    """Words that are not said but shown: keys of what is open, names of files, terms."""
    words = set(_SAID_BY_THE_TRADE | _OWN_NAMES | _names_in(samples() / "networks.py"))
    for file in stage.application.session.files:
        if file.contents is not None:
            outline = file.contents.outline
            for row in range(len(outline)):
                words.update(outline.key(row).split("."))
                words.update(re.findall("[A-Za-z]+", str(getattr(outline.entries[row], "type", ""))))
    for page in stage.application.session.pages:
        words.update(getattr(getattr(page, "look", None), "classes", ()))
    return frozenset(words)


def _names_in(code: Path) -> set[str]:
    """What a module of Python names: classes, arguments, annotations."""
    nodes = list(ast.walk(ast.parse(code.read_text("utf-8"))))
    return {getattr(node, field) for node in nodes for field in ("name", "id", "arg") if getattr(node, field, None)}
