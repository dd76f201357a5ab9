"""What a drop means: decided from what is held over the window and what it is held over, and said in words.

    meaning(seen(paths), Target("file", ("a.pth",), is_tab=True))     Drop("compare", "Compare with a.pth", ...)

Why this way: a person should read what would happen before it happens. So the decision is one pure function, asked at
each move of the pointer, and carrying it out asks nothing again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ...language import ntr, tr
from ...wording import safe
from .seeing import CODE, FILE, FOLDER, MISSING, OTHER, SPECIAL, WHOLE_FOLDER, Seen, are_of_one_training

OPEN, COMPARE, SERIES, CONVERT, FIT, TAKE_CODE, REPLACE, EXPLAIN, REFUSED = (
    "open", "compare", "series", "convert", "fit", "take code", "replace", "explain", "refused",
)  # fmt: skip
MOST_OPENED = 30
"""Files that a drop opens, each in a tab."""
_NAME = 48


class Target(NamedTuple):
    """What the pointer is over: a tab, or the page that is looked at. Pages by the kind that their recipe has."""

    kind: str = ""
    """`file`, `comparison`, `series`, `fit`, `run` ...; empty for the start page, and beside all pages."""
    paths: tuple[str, ...] = ()
    """The files of that page."""
    is_tab: bool = False
    half: int = 0
    """Of a comparison, which half: 0 is side A, 1 is side B."""
    model: str = ""
    """Of a fit, the model as it is written."""
    takes_code: bool = False
    """Whether its panel takes a .py file now."""


class Drop(NamedTuple):
    """What would happen, and the words that say so."""

    kind: str
    words: str
    paths: tuple[str, ...] = ()
    model: str = ""

    @property
    def is_accepted(self) -> bool:
        return self.kind != REFUSED


def refused(words: str) -> Drop:
    return Drop(REFUSED, words)


def meaning(held: Sequence[Seen], target: Target) -> Drop:
    """What dropping this here means."""
    wrong = _what_is_wrong(held)
    if wrong:
        return refused(wrong)
    code = [each for each in held if each.kind == CODE]
    if code:
        return _of_code(code, [each for each in held if each.kind != CODE], target)
    if any(each.kind == FOLDER for each in held):
        return _of_folder(held[0], target) if len(held) == 1 else refused(tr("Drop one folder at a time"))
    if target.kind == "series":
        return _added([each.path for each in held], target.paths)
    return _of_checkpoints([each.path for each in held], target)


def of_text(text: str) -> Drop:
    """What dropping a text means."""
    from ...comparing.tracebacks import looks_like_one

    if looks_like_one(text):
        return Drop(EXPLAIN, tr("Explain this error of load_state_dict"))
    return refused(tr("This text is no error of load_state_dict"))


def _what_is_wrong(held: Sequence[Seen]) -> str:
    """Why nothing can be done with this, wherever it is dropped; empty where something can."""
    if not held:
        return tr("Only files of this computer can be dropped here")
    sentences: dict[str, Callable[[str], str]] = {
        MISSING: lambda name: tr("{name} is not there any more", name=name),
        SPECIAL: lambda name: tr("{name} is neither a file nor a folder", name=name),
        OTHER: lambda name: tr("{name} is no checkpoint", name=name),
    }
    bad = next((each for each in held if each.kind in sentences), None)
    if bad is not None:
        return sentences[bad.kind](_shown(bad.path))
    return ""


def _of_code(code: list[Seen], others: list[Seen], target: Target) -> Drop:
    """A model's code: onto a checkpoint, together with one, or for a panel that takes some."""
    model = code[0].path
    if len(code) > 1:
        return refused(tr("Drop one .py file at a time"))
    if len(others) > 1 or any(each.kind not in (FILE, WHOLE_FOLDER) for each in others):
        return refused(tr("Drop the .py file with one checkpoint, or onto one"))
    if others:
        return _fit(others[0].path, model)
    if target.kind == "file":
        return _fit(target.paths[0], model)
    if target.takes_code and not target.is_tab:
        return Drop(TAKE_CODE, tr("Take {model} as the model", model=_shown(model)), (), model)
    if target.kind in ("fit", "run") and target.is_tab and target.paths:
        return _fit(target.paths[0], model)
    return refused(tr("Drop {model} onto a checkpoint to fit that to it", model=_shown(model)))


def _fit(path: str, model: str) -> Drop:
    return Drop(FIT, tr("Fit {file} to {model}", file=_shown(path), model=_shown(model)), (path,), model)


def _of_folder(folder: Seen, target: Target) -> Drop:
    """A folder that is no checkpoint itself: what is in it."""
    inside = folder.inside
    if not inside:
        return refused(tr("There is no checkpoint in {folder}", folder=safe(folder.name, _NAME)))
    if target.kind == "series" and any(_is_same(folder.path, each) for each in target.paths):
        return refused(tr("{name} is this run", name=_shown(folder.path)))
    if len(inside) > 2:
        words = ntr(
            "Show the {n} checkpoint of {folder} as one run",
            "Show the {n} checkpoints of {folder} as one run",
            len(inside),
            folder=safe(folder.name, _NAME),
        )
        return Drop(SERIES, words, (folder.path,))
    return _of_checkpoints(list(inside), Target())


def _added(paths: list[str], run: tuple[str, ...]) -> Drop:
    """Checkpoints that are held over a run of others."""
    known = {os.path.abspath(each) for each in run}
    new = [path for path in map(os.path.abspath, paths) if not {path, os.path.dirname(path)} & known]
    if not new:
        return refused(ntr("It is in this run already", "They are in this run already", len(paths)))
    if len(new) == 1:
        words = tr("Show this run with {name} added", name=_shown(new[0]))
    else:
        words = ntr("Show this run with {n} checkpoint added", "Show this run with {n} checkpoints added", len(new))
    return Drop(SERIES, words, (*run, *new))


def _of_checkpoints(paths: list[str], target: Target) -> Drop:
    if len(paths) == 1:
        return _of_one(paths[0], target)
    if len(paths) == 2:
        a, b = paths
        return Drop(COMPARE, tr("Compare {a} with {b}", a=_shown(a), b=_shown(b)), (a, b))
    if are_of_one_training(paths):
        words = ntr("Show the {n} checkpoint as one run", "Show the {n} checkpoints as one run", len(paths))
        return Drop(SERIES, words, tuple(paths))
    if len(paths) > MOST_OPENED:
        return refused(tr("{n} files are too many to open at once: at most {most}", n=len(paths), most=MOST_OPENED))
    return Drop(OPEN, ntr("Open {n} file", "Open {n} files", len(paths)), tuple(paths))


def _of_one(path: str, target: Target) -> Drop:
    is_itself = any(_is_same(path, each) for each in target.paths)
    if target.is_tab and target.kind == "file" and not is_itself:
        return Drop(COMPARE, tr("Compare with {name}", name=_shown(target.paths[0])), (target.paths[0], path))
    if target.is_tab and is_itself:
        return refused(tr("{name} is this tab", name=_shown(path)))
    if target.kind == "comparison" and not target.is_tab:
        return _replace(path, target)
    if target.kind == "fit" and target.model and not is_itself:
        return _fit(path, target.model)
    if target.kind == "convert" and not is_itself:
        return Drop(CONVERT, tr("Convert {name}", name=_shown(path)), (path,))
    return Drop(OPEN, tr("Open {name}", name=_shown(path)), (path,))


def _replace(path: str, target: Target) -> Drop:
    former, other = target.paths[target.half], target.paths[1 - target.half]
    if _is_same(path, former):
        return refused(tr("{name} is on this side already", name=_shown(path)))
    if _is_same(path, other):
        return refused(tr("{name} is the other side", name=_shown(path)))
    if target.half:
        words = tr("Side B: {name} in place of {former}", name=_shown(path), former=_shown(former))
    else:
        words = tr("Side A: {name} in place of {former}", name=_shown(path), former=_shown(former))
    return Drop(REPLACE, words, (path, other) if target.half == 0 else (other, path))


def _is_same(one: str, other: str) -> bool:
    return os.path.abspath(one) == os.path.abspath(other)


def _shown(path: str) -> str:
    """The name of a file; of a model as it is written (`nets.py:Net`, `resnet18`) what is behind its folder."""
    return safe(os.path.basename(os.path.normpath(path)) or path, _NAME)
