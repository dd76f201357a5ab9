"""One knob of a constructor is turned: first to see what it moves, then to where the wanted shapes say it stands.

Why this way: constructors are programs, and what they do with a number cannot be read off their source. But building
on the meta device costs milliseconds, so trying is cheap, and the last build proves the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Generator  # noqa: UP035  # Python 3.8

from ..progress import Progress
from .attempts import Attempts, Model
from .knobs import BOOL, CHOICE, FLOAT, INT, LENGTH, LENGTHS, Knob, knobs, read, turn
from .learning import Guess, fractions, moved, whole_numbers
from .requests import Signature
from .traits import BLOCKS, KEYS, Trait

Turning = Generator[Progress, None, Model]

_MOST_TURNS = 8
"""Values that one knob is turned to after it was learned what it moves."""
_MOST_NEAR = 3
"""Values among them that no shape says exactly, as where something is rounded."""
_MOST_RESCUES = 6
_HIGHEST = 10**7
"""Larger sizes are asked of nobody."""
_DEEPER = 64
"""Layers beyond the number of keys that a checkpoint has, and that can hold weights all the same."""


class Turner:
    """What is known of the knobs of one constructor."""

    def __init__(self, attempts: Attempts, signature: Signature, fixed: Sequence[str]) -> None:
        self.attempts = attempts
        self.signature = signature
        self.fixed = fixed
        self.moves: dict[Knob, frozenset[Trait]] = {}
        """What each knob moved when it was last turned; nothing for one that moves no shape."""
        self.known_at: dict[Knob, Model] = {}
        """The model that this was learned with."""
        self.stubborn: set[Knob] = set()
        """Knobs that could not be turned at all: next time they are turned in smaller steps."""
        self.reasons: dict[Knob, Trait] = {}
        """The trait that a knob's value was read off."""
        self.aside: dict[Knob, list[Guess]] = {}
        """Guesses that some traits speak for, where most speak against them."""

    def knobs(self, model: Model) -> list[Knob]:
        return knobs(self.signature, model.arguments, self.fixed)

    def read(self, model: Model, knob: Knob) -> object:
        return read(model.arguments, knob, self.signature)

    def build(self, model: Model, knob: Knob, value: object) -> Generator[Progress, None, Model | None]:
        """The same model with one knob turned; None where the constructor refuses."""
        arguments = turn(model.arguments, knob, value, self.signature)
        found = yield from self.attempts.build(arguments, f"{knob} = {value!r}")
        return found

    def moves_keys(self, knob: Knob) -> bool:
        """Whether it makes a model deeper or shallower, or of other parts."""
        return any(trait[1] in (BLOCKS, KEYS) for trait in self.moves.get(knob, ()))

    def is_outdated(self, model: Model, knob: Knob) -> bool:
        """Whether a knob may move other traits of this model than when it was turned last."""
        then = self.known_at[knob]
        if self.moves[knob]:
            return then.shapes.keys() != model.shapes.keys()
        return then.arguments != model.arguments and knob not in self.stubborn

    def learn(self, model: Model, knob: Knob) -> Generator[Progress, None, None]:
        """Finds out what a knob moves."""
        if knob.kind in (BOOL, CHOICE):
            yield from self._switch(model, knob)
        else:
            yield from self._probe([model], knob)

    def along(self, model: Model, knob: Knob) -> Turning:
        """The best that turning this one knob makes of a model."""
        way = self._switch if knob.kind in (BOOL, CHOICE) else self._turn
        best = yield from way(model, knob)
        return best

    # -- switches

    def _switch(self, model: Model, knob: Knob) -> Turning:
        built = [model]
        for value in others(self.read(model, knob), knob):
            switched = yield from self.build(model, knob, value)
            built += [switched] if switched is not None else []
        best = min(built, key=lambda each: each.misfit)
        self._note(knob, model, (trait for each in built for trait in moved(model.traits, each.traits)))
        (self.stubborn.discard if len(built) > 1 else self.stubborn.add)(knob)
        if best is not model:
            self.reasons[knob] = self._mended(model, best)
        return best

    def _mended(self, before: Model, after: Model) -> Trait:
        """A trait that was wrong and is right."""
        wanted = self.attempts.wanted.traits
        right = (trait for trait, size in after.traits.items() if wanted.get(trait) == size)
        return next((trait for trait in right if before.traits.get(trait) != wanted[trait]), ("", KEYS))

    # -- numbers

    def _turn(self, model: Model, knob: Knob) -> Turning:
        tried, best = [model], model
        asked, near = {self.read(model, knob)}, _MOST_NEAR
        yield from self._probe(tried, knob)
        while len(tried) > 1 and len(asked) <= _MOST_TURNS and not self._is_settled(best, knob):
            guesses = self._guesses(tried, knob)
            if len(tried) == 2 and not (guesses and guesses[0].votes >= 1):
                if (yield from self._probe(tried, knob)):
                    continue  # no straight line: a third point tells a parabola
            if knob.kind != FLOAT and guesses and guesses[0].value == self.read(model, knob):
                break  # most of what it moves is as it is wanted
            guess = next((each for each in guesses if _plain(each, knob) not in asked), None)
            if guess is None or (guess.votes < 1 and (near := near - 1) < 0):
                break
            asked.add(_plain(guess, knob))
            turned = yield from self._try(model, knob, guess, tried)
            if turned is not None and turned.misfit < best.misfit:
                best = turned
                self.reasons[knob] = guess.trait
        if best.misfit:
            here = self.read(best, knob)
            said = (each for each in self._guesses(tried, knob) if each.votes >= 1 and each.value != here)
            self.aside[knob] = list(said)
        return best

    def _try(
        self,
        model: Model,
        knob: Knob,
        guess: Guess,
        tried: list[Model],
    ) -> Generator[Progress, None, Model | None]:
        turned = yield from self.build(model, knob, _plain(guess, knob))
        if turned is not None:
            tried[:] = [each for each in tried if each is not turned] + [turned]
        elif guess.votes >= 1 and knob.kind == INT:
            turned = yield from self._rescue(model, knob, int(guess.value))
        return turned

    def _guesses(self, tried: list[Model], knob: Knob) -> list[Guess]:
        values = [(self.read(each, knob), each.traits) for each in tried]
        points = [(Fraction(value), traits) for value, traits in values if isinstance(value, (int, float))]
        wanted = self.attempts.wanted
        learn = fractions if knob.kind == FLOAT else whole_numbers
        # Of a depth only the counts speak: in a model of another depth, sizes stand at other places.
        guesses = learn(points, wanted.counts) or learn(points, wanted.traits)
        highest = len(wanted.shapes) + _DEEPER if self._deepens(tried) else _HIGHEST
        return [each for each in guesses if each.value <= highest]

    @staticmethod
    def _deepens(tried: list[Model]) -> bool:
        """Whether models get more and more keys: those of a million layers are not to be built."""
        return len({len(each.shapes) for each in tried[1:]}) > 1

    def _is_settled(self, model: Model, knob: Knob) -> bool:
        """Whether everything that a knob moves is as it is wanted."""
        wanted = self.attempts.wanted.traits
        return not model.misfit or all(model.traits.get(each) == wanted.get(each) for each in self.moves[knob])

    def _probe(self, tried: list[Model], knob: Knob) -> Generator[Progress, None, bool]:
        """Adds to `tried` the first model with the knob turned just so far that something moves; False if none does."""
        model, still = tried[0], 0
        known = {self.read(each, knob) for each in tried}
        further = steps(self.read(model, knob)) if knob in self.stubborn and knob.kind == INT else ()
        for value in (*probes(self.read(model, knob), knob), *further):
            turned = (yield from self.build(model, knob, value)) if value not in known else None
            if turned is None:
                continue
            moves = moved(model.traits, turned.traits)
            if moves:
                self._note(knob, model, moves)
                tried.append(turned)
                return True
            still += 1
            if still == 2:
                break
        if len(tried) == 1:
            self._note(knob, model, [])
            (self.stubborn.discard if still else self.stubborn.add)(knob)
        return False

    def _note(self, knob: Knob, model: Model, moves: Iterable[Trait]) -> None:
        self.moves[knob] = frozenset(moves)
        self.known_at[knob] = model

    def _rescue(self, model: Model, knob: Knob, value: int) -> Generator[Progress, None, Model | None]:
        """The model with this value and one other number changed, where the value alone is refused.

        Constructors ask for numbers that divide each other: a width and its heads, an image and its patches.
        """
        wished = model._replace(arguments=turn(model.arguments, knob, value, self.signature))
        numbers = [each for each in self.knobs(model) if each.kind == INT and each != knob]
        numbers.sort(key=lambda each: bool(self.moves.get(each)))  # those that move no shape do no harm
        wishes = ((other, fitting) for other in numbers for fitting in _fitting(self.read(model, other), value))
        for (other, fitting), _ in zip(wishes, range(_MOST_RESCUES)):
            found = yield from self.build(wished, other, fitting)
            if found is not None:
                return found
        return None


def others(value: object, knob: Knob) -> list[object]:
    """The other positions of a switch."""
    return [not value] if knob.kind == BOOL else [choice for choice in knob.choices if choice != value]


def probes(value: object, knob: Knob) -> Iterator[object]:
    """Other values of a number, to see what it moves; multiples among them, because some must stay divisible."""
    if value is None:
        yield from (16, 64, 8)
    elif knob.kind == FLOAT:
        assert isinstance(value, (int, float))
        yield from ((value / 2, value * 1.5) if 0 < value < 1 else (value * 2, value / 2) if value else (0.5,))
    else:
        assert isinstance(value, int)
        near = (value + 1, value // 2, value * 2, value + 2)
        far = (value * 2, value // 2, value * 3, value + 1)
        turns = (value + 1, value - 1, value + 2) if knob.kind in (LENGTH, LENGTHS) else near if value < 16 else far
        yield from dict.fromkeys(each for each in turns if each != value and each > 0)


def steps(value: object) -> Iterator[object]:
    """More values, for constructors that accept but few: 28, 34, 40 layers and none between."""
    yield from range(value + 3, value + 13) if isinstance(value, int) else ()


def _plain(guess: Guess, knob: Knob) -> object:
    return float(guess.value) if knob.kind == FLOAT else int(guess.value)


def _fitting(value: object, other: int) -> Iterator[int]:
    """Whole numbers near `value` that divide `other`, or that it divides."""
    if isinstance(value, int) and value > 0 and other > 0:
        yield next(each for each in range(min(value, other), 0, -1) if other % each == 0)
        yield other * max(1, round(value / other))
