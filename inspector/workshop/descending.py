"""Knobs are turned until a model's shapes are those that are wanted, or no turn helps any more.

Downhill, one knob after the other: what makes the model deeper before what makes it wider, and whatever lessens the
misfit is kept. When nothing does, there are detours: a switch is thrown, or a knob is held where only some of the
shapes want it, and all others are turned again. `groups=32, width_per_group=4` is found so: each alone makes matters
worse.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

from ..progress import Progress
from .attempts import Model
from .knobs import BOOL, CHOICE, FLOAT, INT, Knob
from .learning import moved
from .turning import Turner, Turning, others

_MOST_DETOURS = 24


def descend(turner: Turner, model: Model, held: frozenset[Knob] = frozenset()) -> Turning:
    """Turns knobs as long as one of them lessens the misfit; those in `held` stay."""
    while model.misfit:
        yield from learn_unknown(turner, model)
        lower = yield from _sweep(turner, model, _promising(turner, model, held))
        if lower is model:
            lower = yield from _sweep(turner, model, _outdated(turner, model, held))
        if lower is model:
            break
        model = lower
    return model


def learn_unknown(turner: Turner, model: Model) -> Generator[Progress, None, None]:
    """Finds out what the knobs move that were never turned."""
    for knob in turner.knobs(model):
        if knob not in turner.moves:
            yield from turner.learn(model, knob)


def _sweep(turner: Turner, model: Model, promising: Iterable[Knob]) -> Turning:
    known = turner.knobs(model)
    for knob in promising:
        turned = yield from turner.along(model, knob)
        if turned.misfit < model.misfit:
            model = turned
            if not model.misfit or turner.knobs(model) != known:
                break  # a list that got longer has knobs of its own
    return model


def _promising(turner: Turner, model: Model, held: frozenset[Knob]) -> list[Knob]:
    """The knobs that move what is wrong: depths first, then those that move most of it.

    A single size that several of them move - a picture's, flattened - comes last, when all but one are known.
    """
    wrong = set(moved(model.traits, turner.attempts.wanted.traits))
    ranks: dict[Knob, tuple[bool, int]] = {}
    for knob in turner.knobs(model):
        moves = turner.moves[knob] & wrong
        if moves and knob not in held:
            ranks[knob] = not turner.moves_keys(knob), -len(moves)
    return sorted(ranks, key=lambda knob: ranks[knob])


def _outdated(turner: Turner, model: Model, held: frozenset[Knob]) -> list[Knob]:
    """The knobs that may move what is wrong by now, though they did not when they were turned last."""
    return [knob for knob in turner.knobs(model) if knob not in held and turner.is_outdated(model, knob)]


def detour(turner: Turner, model: Model) -> Turning:
    """What comes of turns that make matters worse at first; the same model where nothing does."""
    for knob in turner.knobs(model) if model.misfit else ():
        if knob in turner.stubborn:
            yield from turner.learn(model, knob)
    model = yield from descend(turner, model)
    while model.misfit:
        lower = yield from _one_detour(turner, model)
        if lower is model:
            break
        model = lower
    return model


def _one_detour(turner: Turner, model: Model) -> Turning:
    for knob, value in list(_detours(turner, model))[:_MOST_DETOURS]:
        turned = yield from turner.build(model, knob, value)
        if turned is not None:
            turned = yield from descend(turner, turned, frozenset([knob]))
            turned = yield from descend(turner, turned)
            if turned.misfit < model.misfit:
                return turned
    return model


def _detours(turner: Turner, model: Model) -> Iterator[tuple[Knob, object]]:
    """Switches, guesses that were laid aside - those with most votes first -, then halves, doubles, neighbours."""
    for knob in turner.knobs(model):
        if knob.kind in (BOOL, CHOICE) and turner.moves.get(knob):
            yield from ((knob, value) for value in others(turner.read(model, knob), knob))
    wrong = set(moved(model.traits, turner.attempts.wanted.traits))
    moving = [knob for knob in turner.knobs(model) if turner.moves.get(knob, frozenset()) & wrong]
    aside = [(guess, knob) for knob in moving for guess in turner.aside.get(knob, ())]
    for guess, knob in sorted(aside, key=lambda each: -each[0].votes):
        yield knob, float(guess.value) if knob.kind == FLOAT else int(guess.value)
    for knob in moving:
        value = turner.read(model, knob)
        if knob.kind == INT and isinstance(value, int) and value > 1:
            yield from ((knob, other) for other in dict.fromkeys((value // 2, value * 2, value - 1, value + 1)))
