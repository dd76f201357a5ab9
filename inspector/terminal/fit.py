"""`inspector fit FILE MODEL`: whether a checkpoint loads into a model; if not, why, and what mends it.

Exit codes: 0 `load_state_dict(strict=True)` would load it, 1 it would not, 2 one of the two cannot be used.
`comparing.records` describes the JSON object.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import wording
from ..checkpoint.entries import Checkpoint
from ..checkpoint.reading import open_checkpoint
from ..comparing.causes import Cause
from ..comparing.choosing import choose_for, weights
from ..comparing.diffing import SAME, Comparison, as_told, compare
from ..comparing.explaining import explaining
from ..comparing.mending import apply
from ..comparing.optimizer_loading import loads_wrongly
from ..comparing.optimizers import lenses
from ..comparing.receipt import Receipt, receipt
from ..comparing.records import fit_record, plain
from ..comparing.sides import Side, of_checkpoint
from ..comparing.step_texts import parse
from ..comparing.step_words import as_words
from ..comparing.steps import Step
from ..progress import finish
from . import pairs, reports, screen

if TYPE_CHECKING:
    from .models import Built

FITS, DOES_NOT = 0, 1


class Wish(NamedTuple):
    """What is asked about a file and a model."""

    arguments: tuple[str, ...] = ()
    """`name=value`, the value as JSON or a word."""
    solve: bool = False
    python: str = ""
    """The interpreter that has torch and the class; empty for this one."""
    section: str | None = None
    as_json: bool = False
    everything: bool = False
    report: str = ""
    code: bool = False
    """Whether nothing is printed but the Python that mends the file."""
    steps: tuple[str, ...] = ()
    """Steps that are taken on the file before it is held against the model, as `step_texts.parse` reads them."""


class Told(NamedTuple):
    """What there is to tell of a file and a model."""

    checkpoint: Checkpoint
    comparison: Comparison
    """File and model as `load_state_dict` sees them: by torch's word, where the model was built."""
    causes: tuple[Cause, ...]
    receipt: Receipt
    other: tuple[str, ...]
    """What else torch complains of, such as a module with a way of its own to load."""
    optimizer: tuple[str, ...]
    """What goes wrong when an optimizer of this model loads the state that is in the file."""
    built: Built | None
    """None when the model was read from a file."""
    taken: tuple[Step, ...] = ()
    """The steps that were taken before."""

    @property
    def fits(self) -> bool:
        return self.comparison.fits and not self.other

    @property
    def steps(self) -> list[Step]:
        """The steps that mend it, in turn."""
        return [cause.step for cause in self.causes if cause.step is not None]

    @property
    def left(self) -> int:
        """How many complaints are left when every step is taken."""
        if not self.steps:
            return self.comparison.lines
        model = self.comparison.b
        return compare(apply(self.comparison.a, self.steps, model), model).lines


def fit(path: str, model: str, wish: Wish) -> int:
    """Holds a file against a model and prints what comes of it. Raises InspectorError when either cannot be used."""
    told = _told(open_checkpoint(path), model, wish)
    if wish.report:
        reports.write(_story(told), wish.report)
    if wish.code:
        screen.write([_code(told)])
    elif wish.as_json:
        screen.write([json.dumps(_record(told), allow_nan=False), "\n"])
    else:
        screen.write(_text(told, wish))
    return FITS if told.fits else DOES_NOT


def _told(checkpoint: Checkpoint, model: str, wish: Wish) -> Told:
    if os.path.isfile(model) and not model.endswith(".py"):
        other = open_checkpoint(model)
        return _explained(checkpoint, of_checkpoint(other, weights(other).key), wish, None)
    from .models import built_model

    wanted = {"python": wish.python, "section": wish.section, "solve": wish.solve}
    with built_model(checkpoint, model, wish.arguments, **wanted) as built:
        return _explained(checkpoint, built.side, wish, built)


def _explained(checkpoint: Checkpoint, model: Side, wish: Wish, built: Built | None) -> Told:
    taken = tuple(map(parse, wish.steps))
    as_it_is = of_checkpoint(checkpoint, wish.section if wish.section is not None else choose_for(checkpoint, model))
    side = apply(as_it_is, taken, model)
    explanation = finish(explaining(side, model))
    comparison, other = explanation.before, ()
    if built is not None:
        verdict = built.judged(side)
        mismatched = [key for key, _, _ in verdict.mismatched]
        comparison, other = as_told(comparison, verdict.missing, verdict.unexpected, mismatched), verdict.other
    initialisation = built.model.initialisation if built is not None else {}
    wrong = tuple(said for lens in lenses(checkpoint, side) for said in loads_wrongly(lens, model))
    loading = receipt(comparison, initialisation)
    return Told(checkpoint, comparison, explanation.causes, loading, other, wrong, built, taken)


# -- as text -----------------------------------------------------------------------------------------


def _text(told: Told, wish: Wish) -> Iterator[str]:
    ink = screen.Ink.of(sys.stdout)
    comparison = told.comparison
    section = f"  {ink.quiet(f'[{wording.safe(comparison.a.section)}]')}" if comparison.a.section else ""
    yield f"{ink.quiet('checkpoint')}  {ink.strong(wording.safe(told.checkpoint.path, 300))}{section}\n"
    yield f"{ink.quiet('model')}       {ink.strong(_model(told))}\n"
    yield from (ink.quiet(f"            {line}") + "\n" for line in _origins(told.built))
    yield from (f"{ink.quiet('step')}        {as_words(step)}\n" for step in told.taken)
    yield f"\n{_headline(told)}\n{pairs.counts(comparison)}\n"
    if told.causes:
        yield "\n"
        yield from pairs.causes(told.causes, comparison.complaints, ink)
        yield f"{_after(told)}\n" if told.steps else ""
    yield f"\n{ink.strong('What loading would do')}\n"
    yield from (f"  {label}: {said}\n" for label, said in _ways(told.receipt))
    yield from (f"  {ink.quiet(sentence)}\n" for sentence in told.receipt.harmless)
    if told.optimizer:
        yield f"\n{ink.strong('What the state of the optimizer would do')}\n"
        yield from (f"  {ink.alarm('!')} {wording.safe(sentence, 1_000)}\n" for sentence in told.optimizer)
    listed = [pair for pair in comparison.pairs if wish.everything or pair.kind != SAME]
    if listed:
        yield "\n"
        yield from pairs.pairs(listed, ink)


def _model(told: Told) -> str:
    return wording.safe(told.comparison.b.name, 500)


def _origins(built: Built | None) -> Iterator[str]:
    """Where the arguments come from, and what was found in looking for them."""
    if built is None:
        return
    yield from (f"{name}: from {wording.safe(key)} in the file" for name, key in built.filled.items())
    if built.solution is not None:
        yield from (wording.safe(each, 500) for each in (*built.solution.found, *built.solution.undecided))
    yield from (wording.safe(each, 500) for each in built.model.notes)


def _headline(told: Told) -> str:
    if told.fits:
        return "It fits: load_state_dict(strict=True) loads it."
    others = "".join(f" torch says: {wording.safe(each, 500)}" for each in told.other)
    lines = wording.plural(told.comparison.lines, "complaint")
    return f"It does not fit: {lines} of load_state_dict, {wording.plural(len(told.causes), 'cause')}.{others}"


def _after(told: Told) -> str:
    left = told.left
    said = f"{wording.plural(left, 'complaint')} left" if left else "nothing left"
    return f"With {'this step' if len(told.steps) == 1 else f'these {len(told.steps)} steps'} taken: {said}."


def _ways(found: Receipt) -> list[tuple[str, str]]:
    return [(way.call, wording.safe(way.sentence, 1_000)) for way in found.ways]


# -- as JSON, as a report, as Python -----------------------------------------------------------------


def _record(told: Told) -> dict[str, Any]:
    head = {
        "checkpoint": plain(told.checkpoint.path),
        "section": plain(told.comparison.a.section),
        "model": told.comparison.b.name,
        "arguments": plain(told.comparison.b.arguments),
    }
    tail = {"receipt": plain(told.receipt), "optimizer": list(told.optimizer), "other": list(told.other)}
    whole = {"mended": told.left, "fits": told.fits}
    solved = told.built.solution if told.built is not None else None
    found = {"solution": plain(solved)} if solved is not None else {}
    return {**head, **fit_record(told.comparison, told.causes), **tail, **whole, **found}


def _story(told: Told) -> reports.Story:
    return reports.Story(
        wording.safe(told.checkpoint.path),
        _model(told),
        _headline(told),
        told.comparison,
        told.causes,
        told.comparison.complaints,
        against_model=True,
        facts=tuple(("arguments", line) for line in _origins(told.built)),
        receipt=tuple(_ways(told.receipt)),
        left=(*told.receipt.harmless, *told.optimizer),
        python=_code(told) if told.steps or told.taken else "",
        record=_record(told),
    )


def _code(told: Told) -> str:
    from ..comparing.python_code import python_code

    checkpoint, section = told.checkpoint, told.comparison.a.section
    root, form = checkpoint.root, checkpoint.format
    return python_code((*told.taken, *told.steps), path=checkpoint.path, section=section, root=root, format=form)
