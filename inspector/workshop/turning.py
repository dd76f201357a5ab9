"""Knobs are turned, one at a time, until a model's shapes are those that are wanted - or no turn helps any more.

A knob is turned once to see which traits it moves. These say where it should stand (see `learning`), and it is turned
there; whatever lessens the misfit is kept. When nothing does, there are detours: a switch is thrown, or a knob is
held where only some traits want it, and all others are turned again. `groups=32, width_per_group=4` is found so:
each of them alone makes matters worse.

Why this way: constructors are programs, and what they do with a number cannot be read off their source. But building
on the meta device costs milliseconds, so trying is cheap, and the last build proves the answer.
"""

from __future__ import annotations

import time
from fractions import Fraction
from typing import (  # noqa: UP035  # Python 3.8
    AbstractSet,
    Callable,
    Dict,
    FrozenSet,
    Generator,
    Iterable,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Set,
    Tuple,
)

from ..progress import Progress
from .knobs import BOOL, CHOICE, FLOAT, INT, LENGTH, Arguments, Knob, knobs, read, turn
from .learning import Guess, fractions, moved, whole_numbers
from .requests import Signature
from .traits import BLOCKS, KEYS, Shapes, Trait, Traits, Wanted, traits

Build = Callable[[Mapping[str, object]], Shapes]
"""Arguments -> key -> shape. May raise anything."""

_MOST_TURNS = 8
"""Values that one knob is turned to after it was learned what it moves."""
_MOST_RESCUES = 6
_HIGHEST = 10**7
"""Larger sizes are asked of nobody."""
_MOST_DETOURS = 12


class Model(NamedTuple):
    """One build that succeeded."""

    arguments: Arguments
    shapes: Shapes
    traits: Traits
    misfit: int


class Enough(Exception):
    """The builds or the seconds are used up."""


Turning = Generator[Progress, None, Model]


class Bench:
    """Where models are built: counts, remembers, and says before each build how far it is."""

    def __init__(self, build: Build, most_builds: int, most_seconds: float) -> None:
        self._build = build
        self.wanted = Wanted({})
        self._most_builds = most_builds
        self._begin = time.monotonic()
        self._most_seconds = most_seconds
        self._known: Dict[str, Optional[Model]] = {}  # noqa: UP006, UP045
        self.builds = 0
        self.best: Optional[Model] = None  # noqa: UP045
        self.failures: Dict[str, str] = {}  # noqa: UP006
        """What was tried and failed, and the reason in a line."""

    def aim(self, wanted: Wanted, model: Model) -> Model:
        """Says what is wanted, once a first model told the names. Gives that model with its misfit."""
        self.wanted = wanted
        self.best = model._replace(misfit=wanted.misfit(model.shapes))
        self._known[_call(model.arguments)] = self.best
        return self.best

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begin

    def build(self, arguments: Arguments, text: str) -> Generator[Progress, None, Optional[Model]]:  # noqa: UP045
        """The model of these arguments, None where the constructor fails. Raises Enough when nothing is left."""
        call = _call(arguments)
        if call not in self._known:
            if self.builds >= self._most_builds or self.seconds > self._most_seconds:
                raise Enough
            yield Progress(self.builds, self._most_builds, "builds", text)
            self.builds += 1
            self._known[call] = self._built(arguments, text)
        return self._known[call]

    def _built(self, arguments: Arguments, text: str) -> Optional[Model]:  # noqa: UP045
        try:
            shapes = self._build(arguments)
        except Exception as error:  # a constructor that refuses a value has told something as well
            self.failures[text] = f"{type(error).__name__}: {error}".splitlines()[0]
            return None
        model = Model(arguments, shapes, traits(shapes), self.wanted.misfit(shapes))
        if self.best is None or model.misfit < self.best.misfit:
            self.best = model
        return model


def _call(arguments: Arguments) -> str:
    return repr(sorted(arguments.items()))


class Turner:
    """What is known of the knobs of one constructor, and the search that uses it."""

    def __init__(self, bench: Bench, signature: Signature, fixed: Sequence[str]) -> None:
        self.bench = bench
        self.signature = signature
        self.fixed = fixed
        self.moves: Dict[Knob, FrozenSet[Trait]] = {}  # noqa: UP006
        """What each knob moved when it was last turned; nothing for one that moves no shape."""
        self.reasons: Dict[Knob, Trait] = {}  # noqa: UP006
        """The trait that a knob's value was read off."""
        self.coarse: Set[Knob] = set()  # noqa: UP006
        """Numbers whose single steps may not be seen in any shape."""
        self._keys: Dict[Knob, AbstractSet[str]] = {}  # noqa: UP006
        """The keys of the model that this was learned with."""
        self._aside: Dict[Tuple[Knob, Fraction], Guess] = {}  # noqa: UP006
        """Guesses that some traits spoke for, but that made matters worse."""

    def knobs(self, model: Model) -> List[Knob]:  # noqa: UP006
        return knobs(self.signature, model.arguments, self.fixed)

    def read(self, model: Model, knob: Knob) -> object:
        return read(model.arguments, knob, self.signature)

    def build(self, model: Model, knob: Knob, value: object) -> Generator[Progress, None, Optional[Model]]:  # noqa: UP045
        """The same model with one knob turned."""
        arguments = turn(model.arguments, knob, value, self.signature)
        found = yield from self.bench.build(arguments, f"{knob} = {value!r}")
        return found

    # -- downhill

    def descend(self, model: Model, held: frozenset[Knob] = frozenset()) -> Turning:
        """Turns knobs as long as one of them lessens the misfit; those in `held` stay."""
        while model.misfit:
            before = model
            for knob in self._promising(model, held):
                turned = yield from self.along(model, knob)
                if turned.misfit < model.misfit:
                    changed_keys = turned.shapes.keys() != model.shapes.keys()
                    model = turned
                    if changed_keys or not model.misfit:
                        break  # there may be other knobs now, and others matter
            if model is before:
                break
        return model

    def _promising(self, model: Model, held: FrozenSet[Knob]) -> List[Knob]:  # noqa: UP006
        """The knobs that may help: unknown ones, those that move what is wrong, those last learned with other keys."""
        wrong = set(moved(model.traits, self.bench.wanted.traits))
        ranks: Dict[Knob, int] = {}  # noqa: UP006
        for knob in self.knobs(model):
            if knob in held:
                continue
            if knob not in self.moves:
                ranks[knob] = 0
            elif self.moves[knob] & wrong:
                ranks[knob] = 1 if self._moves_keys(knob) else 2
            elif self._keys[knob] != model.shapes.keys():
                ranks[knob] = 3
        return sorted(ranks, key=lambda knob: ranks[knob])

    def along(self, model: Model, knob: Knob) -> Turning:
        """The best that turning this one knob makes of a model."""
        if knob.kind in (BOOL, CHOICE):
            found = yield from self._switch(model, knob)
        else:
            found = yield from self._turn(model, knob)
        return found

    def _switch(self, model: Model, knob: Knob) -> Turning:
        best, moves = model, set()  # type: Model, Set[Trait]
        for value in others(self.read(model, knob), knob):
            switched = yield from self.build(model, knob, value)
            if switched is not None:
                moves.update(moved(model.traits, switched.traits))
                best = min(best, switched, key=lambda each: each.misfit)
        self._learn(knob, model, moves)
        if best is not model:
            self.reasons[knob] = self._mended(model, best)
        return best

    def _mended(self, before: Model, after: Model) -> Trait:
        """A trait that was wrong and is right."""
        wanted = self.bench.wanted.traits
        return next(
            (trait for trait, size in after.traits.items() if wanted.get(trait) == size != before.traits.get(trait)),
            ("", BLOCKS),
        )

    def _turn(self, model: Model, knob: Knob) -> Turning:
        tried, best = [model], model
        yield from self._probe(tried, knob)
        asked = {self.read(model, knob)}
        rescued = False
        while len(tried) > 1 and len(asked) <= _MOST_TURNS and not self._is_settled(best, knob):
            guesses = self._guesses(tried, knob)
            if guesses and guesses[0].votes < 1 and len(tried) == 2 and (yield from self._probe(tried, knob)):
                continue  # no straight line: a third point tells a parabola
            if guesses and knob.kind != FLOAT and guesses[0].value == self.read(model, knob):
                break  # most of what it moves is as it is wanted
            guess = next((each for each in guesses if _plain(each, knob) not in asked), None)
            if guess is None:
                break
            asked.add(_plain(guess, knob))
            turned = yield from self.build(model, knob, _plain(guess, knob))
            if turned is not None:
                tried = [each for each in tried if each is not turned] + [turned]
            elif guess.votes >= 1 and not rescued:
                rescued = True
                turned = yield from self._rescue(model, knob, _plain(guess, knob))
            if turned is not None and turned.misfit < best.misfit:
                best = turned
                self.reasons[knob] = guess.trait
        for guess in self._guesses(tried, knob) if best.misfit else []:
            if guess.votes >= 1 and _plain(guess, knob) != self.read(best, knob):
                self._aside[knob, guess.value] = guess
        return best

    def _guesses(self, tried: List[Model], knob: Knob) -> List[Guess]:  # noqa: UP006
        values = [(self.read(each, knob), each.traits) for each in tried]
        points = [(Fraction(value), traits) for value, traits in values if isinstance(value, (int, float))]
        learn = fractions if knob.kind == FLOAT else whole_numbers
        highest = self.bench.wanted.deepest if self._moves_keys(knob) else _HIGHEST
        return [each for each in learn(points, self.bench.wanted.traits) if each.value <= highest]

    def _moves_keys(self, knob: Knob) -> bool:
        return any(trait[1] in (BLOCKS, KEYS) for trait in self.moves.get(knob, ()))

    def _is_settled(self, model: Model, knob: Knob) -> bool:
        """Whether everything that a knob moves is as it is wanted."""
        wanted = self.bench.wanted.traits
        return not model.misfit or all(model.traits.get(each) == wanted.get(each) for each in self.moves[knob])

    def _probe(self, tried: List[Model], knob: Knob) -> Generator[Progress, None, bool]:  # noqa: UP006
        """Adds to `tried` the first model with the knob turned just so far that something moves; False if none does."""
        model, still = tried[0], 0
        known = {self.read(each, knob) for each in tried}
        for value in probes(self.read(model, knob), knob):
            turned = (yield from self.build(model, knob, value)) if value not in known else None
            if turned is None:
                continue
            moves = moved(model.traits, turned.traits)
            if moves:
                self._learn(knob, model, moves)
                self._weigh_steps(knob, model, turned, moves)
                tried.append(turned)
                return True
            still += 1
            if still == 2:
                break
        if len(tried) == 1:
            self._learn(knob, model, [])
        return False

    def _weigh_steps(self, knob: Knob, one: Model, other: Model, moves: Iterable[Trait]) -> None:
        """Notes whether every step of a number can be seen: of an image, only whole patches can."""
        before, after = self.read(one, knob), self.read(other, knob)
        if isinstance(before, int) and isinstance(after, int):
            grown = (abs(other.traits.get(trait, 0) - one.traits.get(trait, 0)) for trait in moves)
            (self.coarse.discard if any(size >= abs(after - before) for size in grown) else self.coarse.add)(knob)

    def _learn(self, knob: Knob, model: Model, moves: Iterable[Trait]) -> None:
        self.moves[knob] = frozenset(moves)
        self._keys[knob] = model.shapes.keys()

    def _rescue(self, model: Model, knob: Knob, value: object) -> Generator[Progress, None, Optional[Model]]:  # noqa: UP045
        """The model with this value and one other number changed, where the value alone is refused.

        Constructors ask for numbers that divide each other: a width and its heads, an image and its patches.
        """
        if knob.kind != INT or not isinstance(value, int) or value < 1:
            return None
        tries = 0
        wished = model._replace(arguments=turn(model.arguments, knob, value, self.signature))
        others = [each for each in self.knobs(model) if each.kind == INT and each != knob]
        for other in sorted(others, key=lambda each: bool(self.moves.get(each))):
            for fitting in _fitting(self.read(model, other), value):
                if tries == _MOST_RESCUES:
                    return None
                tries += 1
                found = yield from self.build(wished, other, fitting)
                if found is not None:
                    return found
        return None

    # -- detours

    def detour(self, model: Model) -> Turning:
        """What comes of turns that make matters worse at first; the same model where nothing does."""
        while model.misfit:
            before = model
            for knob, value in self._detours(model):
                turned = yield from self.build(model, knob, value)
                if turned is not None:
                    turned = yield from self.descend(turned, frozenset([knob]))
                    turned = yield from self.descend(turned)
                    if turned.misfit < model.misfit:
                        model = turned
                        break
            if model is before:
                break
        return model

    def _detours(self, model: Model) -> List[Tuple[Knob, object]]:  # noqa: UP006
        """Switches that move something, and guesses that were laid aside, those with most votes first."""
        known = self.knobs(model)
        switches = [knob for knob in known if knob.kind in (BOOL, CHOICE) and self.moves.get(knob, True)]
        thrown: List[Tuple[Knob, object]] = [  # noqa: UP006
            (knob, value) for knob in switches for value in others(self.read(model, knob), knob)
        ]
        aside = sorted(self._aside.items(), key=lambda each: -each[1].votes)
        turned = [(knob, _plain(guess, knob)) for (knob, _), guess in aside if knob in known]
        return [*thrown, *turned][:_MOST_DETOURS]


def others(value: object, knob: Knob) -> List[object]:  # noqa: UP006
    """The other positions of a switch."""
    return [not value] if knob.kind == BOOL else [choice for choice in knob.choices if choice != value]


def probes(value: object, knob: Knob) -> Iterator[object]:
    """Other values of a number, to see what it moves; multiples among them, because some must stay divisible."""
    if value is None:
        yield from (16, 64)
    elif knob.kind == LENGTH:
        assert isinstance(value, int)
        yield from (length for length in (value + 1, value - 1) if length > 0)
    elif knob.kind == FLOAT:
        assert isinstance(value, (int, float))
        yield from (value / 2, value * 1.5) if 0 < value < 1 else (value * 2, value / 2) if value else (0.5, 0.1)
    else:
        assert isinstance(value, int)
        near = (value + 1, value * 2, value + 2, value // 2)
        far = (value * 2, value * 3, value + 1, value // 2)
        yield from dict.fromkeys(each for each in (near if value < 16 else far) if each != value and each > 0)


def _plain(guess: Guess, knob: Knob) -> object:
    return float(guess.value) if knob.kind == FLOAT else int(guess.value)


def _fitting(value: object, other: int) -> Iterator[int]:
    """Whole numbers near `value` that divide `other`, or that it divides."""
    if isinstance(value, int) and value > 0:
        yield next(each for each in range(min(value, other), 0, -1) if other % each == 0)
        yield other * max(1, round(value / other))
