"""What loading would do, said before anyone loads: with strict=True, with strict=False, and without what mismatches.

    receipt = receipt(comparison, model.initialisation)
    receipt.strict.sentence         `Raises RuntimeError: 2 size mismatches. ...`
    receipt.dropping.share          0.97, of the parameters' elements
    receipt.dropping.untouched      the modules that stay at initialisation, and what each then computes

As `load_state_dict` has it (torch 2.13, `Module._load_from_state_dict`): a size mismatch raises with strict=False as
well, and what fits has been copied into the model by the time it raises.

Why this way: counted are elements of parameters. Buffers are apart, because a model may well fill them by itself, and
tied parameters count once, because there is one tensor to be filled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from .. import wording
from ..language import marked, ntr, sentences, tr
from .diffing import MISSING, SIZE, UNEXPECTED, Comparison, Pair
from .harmless import reason
from .places import split
from .sides import Item
from .telling import agreeing

_RANDOM = marked("random weights: what it puts out means nothing before it is trained")
_NORM = marked("ones and zeros: it normalises, and scales nothing")
_STATISTICS = marked("mean 0 and variance 1 in place of the statistics that training collects")
_BUFFERS = ("running_mean", "running_var")
DROPPING = marked("drop mismatched")
"""What the third way of loading is called: no argument of torch's has a name for it."""


class Untouched(NamedTuple):
    """A module of the model that is not filled from the file, or not wholly."""

    path: str
    """The key itself for a parameter of the model that lies in no module."""
    keys: tuple[str, ...]
    """Those that stay as they were initialised."""
    meaning: str
    """What that comes to: `random weights: ...`."""
    partly: bool = False
    """Whether others of its parameters are filled."""
    elements: int = 0


class Way(NamedTuple):
    """One way of loading."""

    call: str
    """What it is called: `strict=True`, `strict=False`, `drop mismatched`."""
    loads: bool
    """Whether it does not raise."""
    sentence: str
    loaded: int
    """Elements of parameters that are copied, also when it raises in the end."""
    total: int
    """Elements of the model's parameters, tied ones once."""
    untouched: tuple[Untouched, ...] = ()

    @property
    def brief(self) -> str:
        """The sentence without what it says of modules that are left as they are."""
        return self.sentence.removesuffix(_at_initialisation(self.untouched)).rstrip()

    @property
    def share(self) -> float:
        """The part of the parameters that is copied, 0 to 1 (1 for a model without any)."""
        return self.loaded / self.total if self.total else 1.0


class Receipt(NamedTuple):
    """What each way of loading would do."""

    strict: Way
    lenient: Way
    """With strict=False."""
    dropping: Way
    """With strict=False, once what mismatches in size is taken out of the state_dict."""
    harmless: tuple[str, ...] = ()
    """A sentence for each kind of difference that does no harm."""
    unused: tuple[str, ...] = ()
    """Keys of the file that no way of loading puts anywhere."""

    @property
    def ways(self) -> tuple[Way, Way, Way]:
        return self.strict, self.lenient, self.dropping


def receipt(comparison: Comparison, initialisation: Mapping[str, str] = {}) -> Receipt:
    """What loading side a into side b would do.

    `initialisation` says for a module's path what it means when it is left as it is; where it says nothing, names and
    shapes do.
    """
    filled, total = _elements(comparison)
    untouched = tuple(_untouched(comparison, initialisation))
    raised = comparison.lines > 0
    mismatches = comparison.counts[SIZE]
    return Receipt(
        Way("strict=True", not raised, _strict(comparison, untouched), filled, total, untouched),
        Way("strict=False", not mismatches, _lenient(comparison, filled, total, untouched), filled, total, untouched),
        Way(DROPPING, True, _dropping(filled, total, untouched), filled, total, untouched),
        tuple(_harmless(comparison)),
        tuple(key for pair in comparison.of_kind(UNEXPECTED) for key in pair.was or (pair.key,)),
    )


# -- what is filled ----------------------------------------------------------------------------------


def _is_filled(pair: Pair) -> bool:
    """Whether elements of the file come into the model's tensor."""
    if pair.a is None or pair.b is None or pair.kind == SIZE:
        return False
    return pair.a.made is None or pair.a.made.operation != "initial"


def _is_parameter(item: Item) -> bool:
    if item.role:
        return item.role == "parameter"
    leaf = item.key.rpartition(".")[2]
    return leaf not in _BUFFERS and not _reason(item)


def _elements(comparison: Comparison) -> tuple[int, int]:
    """The elements of the model's parameters that are filled, and of all; tied ones are filled by any of their keys."""
    counts: dict[str, tuple[int, bool]] = {}
    for pair in comparison.pairs:
        if pair.b is None or not _is_parameter(pair.b):
            continue
        word = f"tied {pair.b.shared}" if pair.b.shared else f"alone {pair.b.key}"
        known = counts.get(word, (0, False))
        counts[word] = (pair.b.numel, known[1] or _is_filled(pair))
    return sum(size for size, filled in counts.values() if filled), sum(size for size, _ in counts.values())


def _untouched(comparison: Comparison, initialisation: Mapping[str, str]) -> Iterator[Untouched]:
    """The modules with something that is not filled, in the model's order."""
    tied = {pair.b.shared for pair in comparison.pairs if pair.b is not None and pair.b.shared and _is_filled(pair)}
    modules: dict[str, tuple[list[Item], list[Item]]] = {}
    for pair in comparison.pairs:
        if pair.b is not None:
            done = _is_filled(pair) or pair.b.shared in tied
            modules.setdefault(split(pair.key)[0], ([], []))[0 if done else 1].append(pair.b)
    for path, (done_items, left) in modules.items():
        counted = [item for item in left if not _reason(item)]
        if counted:
            meaning = initialisation.get(path) or _meaning(counted)
            partly = any(_is_parameter(item) for item in done_items)
            keys = tuple(item.key for item in counted)
            yield Untouched(path, keys, meaning, partly, sum(item.numel for item in counted if _is_parameter(item)))


def _meaning(items: Sequence[Item]) -> str:
    """What initialised tensors come to, as far as their names and shapes say."""
    leaves = {item.key.rpartition(".")[2] for item in items}
    if leaves.intersection(_BUFFERS):
        return tr(_STATISTICS)
    if any(item.shape is not None and len(item.shape) > 1 for item in items):
        return tr(_RANDOM)
    if leaves == {"bias"}:
        return tr("a bias that is zero or small and random")
    return tr(_NORM) if leaves <= {"weight", "bias"} else tr("whatever its constructor sets")


# -- in words ----------------------------------------------------------------------------------------


def _strict(comparison: Comparison, untouched: Sequence[Untouched]) -> str:
    if comparison.fits:
        return _and_left(tr("Loads: every key is there and fits."), untouched)
    complaints = wording.names(
        [_counted(comparison, kind) for kind in (MISSING, UNEXPECTED, SIZE) if comparison.counts[kind]]
    )
    return tr(
        "Raises RuntimeError: {complaints}. What fits has been copied by then: the model is half loaded.",
        complaints=complaints,
    )


def _lenient(comparison: Comparison, filled: int, total: int, untouched: Sequence[Untouched]) -> str:
    if comparison.counts[SIZE]:
        mismatches = _counted(comparison, SIZE)
        return tr(
            "Raises RuntimeError all the same: it lets missing and unexpected keys pass, but not {mismatches}.",
            mismatches=mismatches,
        )
    said = _loaded(filled, total)
    passed = [_counted(comparison, kind) for kind in (MISSING, UNEXPECTED) if comparison.counts[kind]]
    if passed:
        sentence = tr("{loads} and passes over {keys} in silence.", loads=said, keys=wording.all_of(passed))
    else:
        sentence = tr("{clause}.", clause=said)
    return _and_left(sentence, untouched)


def _dropping(filled: int, total: int, untouched: Sequence[Untouched]) -> str:
    return _and_left(tr("{clause}.", clause=_loaded(filled, total)), untouched)


def _loaded(filled: int, total: int) -> str:
    if not total:
        return tr("Loads a model that has no parameters")
    if filled == total:
        return ntr("Loads all {n} parameter", "Loads all {n} parameters", total)
    if not filled:
        return ntr("Loads none of the {n} parameter", "Loads none of the {n} parameters", total)
    return tr(
        "Loads {share} of the parameters ({count:,} of {total:,})",
        share=wording.share(filled, total),
        count=filled,
        total=total,
    )


def _at_initialisation(untouched: Sequence[Untouched]) -> str:
    """Which modules stay as they are initialised; those that mean the same together."""
    by_meaning: dict[tuple[str, bool], list[str]] = {}
    for each in untouched:
        by_meaning.setdefault((each.meaning, each.partly), []).append(each.path)
    return sentences(*(_left(paths, meaning, partly) for (meaning, partly), paths in by_meaning.items()))


def _left(paths: list[str], meaning: str, partly: bool) -> str:
    if partly:
        return agreeing(
            "{where} stays at initialisation in part: {meaning}.",
            "{where} stay at initialisation in part: {meaning}.",
            paths,
            meaning=meaning,
        )
    return agreeing(
        "{where} stays at initialisation: {meaning}.",
        "{where} stay at initialisation: {meaning}.",
        paths,
        meaning=meaning,
    )


def _and_left(sentence: str, untouched: Sequence[Untouched]) -> str:
    return sentences(sentence, _at_initialisation(untouched))


def _counted(comparison: Comparison, kind: str) -> str:
    number = comparison.counts[kind]
    if kind == SIZE:
        return wording.plural(number, "size mismatch", "size mismatches")
    return wording.plural(number, "missing key" if kind == MISSING else "unexpected key")


def _harmless(comparison: Comparison) -> Iterator[str]:
    """What differs and does no harm, unless it belongs to a module of which more is missing."""
    differing = [pair for pair in comparison.pairs if pair.kind in (MISSING, UNEXPECTED, SIZE)]
    reasons = {pair.key: _reason(pair.b or pair.a) for pair in differing}
    harmed = {split(key)[0] for key, why in reasons.items() if not why}
    gathered: dict[tuple[str, str], list[str]] = {}
    for pair in differing:
        if reasons[pair.key] and split(pair.key)[0] not in harmed:
            gathered.setdefault((pair.kind, reasons[pair.key]), []).append(pair.key)
    for (kind, why), keys in gathered.items():
        leaves, counted = (key.rpartition(".")[2] for key in keys), wording.plural(len(keys), "key")
        yield _harmless_told(kind, leaves, counted, why)


def _reason(item: Item | None) -> str:
    if item is None:
        return ""
    return reason(item.key, None if item.shape is None else len(item.shape))


def _harmless_told(kind: str, leaves: Iterable[str], keys: str, why: str) -> str:
    if kind == MISSING:
        return agreeing(
            "{where} is missing ({keys}) and does no harm: it {why}.",
            "{where} are missing ({keys}) and does no harm: it {why}.",
            leaves,
            keys=keys,
            why=why,
        )
    if kind == UNEXPECTED:
        return agreeing(
            "{where} is unexpected ({keys}) and does no harm: it {why}.",
            "{where} are unexpected ({keys}) and does no harm: it {why}.",
            leaves,
            keys=keys,
            why=why,
        )
    return agreeing(
        "{where} is of another size ({keys}) and does no harm: it {why}.",
        "{where} are of another size ({keys}) and does no harm: it {why}.",
        leaves,
        keys=keys,
        why=why,
    )
