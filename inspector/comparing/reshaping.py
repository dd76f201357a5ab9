"""Tensors that stand beside each other and differ in layout only: turned round, or with dimensions of size 1.

A linear layer of some libraries is kept as [in, out] (Conv1D of GPT-2, Dense of TensorFlow), a 1x1 convolution is a
linear layer with two dimensions more, positions have a leading 1 here and none there.

Why this way: shapes decide most of it, and where they do not, it is said. A square weight looks the same turned round;
whether it has to be, its siblings tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .. import wording
from ..language import ntr, tr
from .causes import CERTAIN, LIKELY, POSSIBLE, Cause
from .matches import Values
from .renaming import patterns
from .sides import Item, Made, Shape, Side
from .steps import Squeeze, Step, Transpose, Unsqueeze

Pair = tuple[Item, Item]
_BLOCK = re.compile(r"[^0-9]*[0-9]+(?=\.)")
"""A key up to its first number: the block it lies in."""
_NO_LINEAR = re.compile(r"emb|wte|wpe|pos|token|lookup|codebook|relative|head|classifier", re.IGNORECASE)
"""Two-dimensional weights that no library keeps turned round with its linear layers."""


def find(a: Side, b: Side, values: Values | None = None) -> tuple[Cause, ...]:
    """What turns the tensors of the file so that they fit those of the same key."""
    there = {item.key: item for item in b.items}
    pairs = [(item, other) for item in a.items if (other := there.get(item.key)) is not None]
    unlike = [(one, other) for one, other in pairs if one.shape != other.shape and one.shape and other.shape]
    if not unlike and not any(one.made for one, _ in pairs):
        return ()
    keys = [item.key for item in a.items]
    clear = [pair for pair in unlike if _is_turned(*pair)]
    resized = _resized(pairs, [pair for pair in unlike if not _is_turned(*pair)])
    return (*_ones(unlike, keys), *_turned(pairs, clear, resized, keys, values))


# -- dimensions of size 1 ----------------------------------------------------------------------------


def _ones(unlike: list[Pair], keys: Sequence[str]) -> Iterator[Cause]:
    """A cause for each set of dimensions that is to be taken away or added."""
    groups: dict[tuple[bool, tuple[int, ...]], list[Pair]] = {}
    for one, other in unlike:
        assert one.shape is not None and other.shape is not None
        for larger, smaller, extra in ((one.shape, other.shape, True), (other.shape, one.shape, False)):
            dims = _gone(larger, smaller)
            if dims:
                groups.setdefault((extra, dims), []).append((one, other))
    for (extra, dims), pairs in groups.items():
        chosen = patterns([one.key for one, _ in pairs], keys)
        yield _one(pairs, extra, dims, Squeeze(chosen, dims) if extra else Unsqueeze(chosen, dims))


def _gone(larger: Shape, smaller: Shape) -> tuple[int, ...]:
    """The dimensions of size 1 without which `larger` is `smaller`, the last ones where there is a choice."""
    if len(larger) <= len(smaller) or len(larger) > 8:
        return ()
    gone, at = [], len(smaller) - 1
    for dim in range(len(larger) - 1, -1, -1):
        if at >= 0 and larger[dim] == smaller[at]:
            at -= 1
        elif larger[dim] == 1:
            gone.append(dim)
        else:
            return ()
    return tuple(sorted(gone)) if at < 0 else ()


def _one_told(pairs: list[Pair], extra: bool, dimensions: str) -> str:
    first, other = pairs[0]
    old, new = wording.shape(first.shape or ()), wording.shape(other.shape or ())
    values = {"dimensions": dimensions, "key": wording.safe(first.key, 80), "old": old, "new": new}
    if extra:
        return ntr(
            "{n} tensor of the file has {dimensions} of size 1 more than on the other side:"
            " `{key}` is {old} and should be {new}.",
            "{n} tensors of the file have {dimensions} of size 1 more than on the other side:"
            " `{key}` is {old} and should be {new}.",
            len(pairs),
            **values,
        )
    return ntr(
        "{n} tensor of the file has {dimensions} of size 1 less than on the other side:"
        " `{key}` is {old} and should be {new}.",
        "{n} tensors of the file have {dimensions} of size 1 less than on the other side:"
        " `{key}` is {old} and should be {new}.",
        len(pairs),
        **values,
    )


def _one(pairs: list[Pair], extra: bool, dims: tuple[int, ...], step: Step) -> Cause:
    first, other = pairs[0]
    sentence = _one_told(pairs, extra, wording.plural(len(dims), "dimension"))
    shapes = {len(shape) for shape in (first.shape, other.shape) if shape}
    evidence = (tr("A linear layer is a convolution of size 1."),) if shapes in ({2, 4}, {2, 3}) else ()
    kind = "squeezed" if extra else "unsqueezed"
    return Cause(
        kind, sentence, _keys(pairs), _dims(pairs), step, evidence=(tr("All other sizes are the same."), *evidence)
    )


# -- turned round ------------------------------------------------------------------------------------


def _turned(
    pairs: list[Pair], clear: list[Pair], resized: list[Pair], keys: Sequence[str], values: Values | None
) -> Iterator[Cause]:
    """The weights that are clearly turned round, and the square ones among them of which nothing else tells."""
    if clear:
        yield _clear(clear, keys)
    if resized:
        yield _clear(resized, keys, resized=True)
    linear = [pair for pair in pairs if _is_linear(pair[0])]
    turned = [one for one, _ in (*clear, *resized)] + [one for one, _ in linear if _was_turned(one)]
    families = {_family(one.key) for one in turned}
    square = [pair for pair in linear if _family(pair[0].key) in families and _is_square(*pair)]
    square = [pair for pair in square if not _is_equal(*pair, values)]
    straight = {_family(one.key) for one, other in linear if _is_straight(one, other)}
    sure = [pair for pair in square if _family(pair[0].key) not in straight and pair[0].made is None]
    if sure:
        yield _square(sure, keys)
    open_ones = [pair for pair in square if _family(pair[0].key) in straight and pair[0].made is None]
    if open_ones:
        yield _open(open_ones)


def _is_turned(one: Item, other: Item) -> bool:
    return one.shape is not None and len(one.shape) == 2 and one.shape[::-1] == other.shape != one.shape


def _resized(pairs: list[Pair], unlike: list[Pair]) -> list[Pair]:
    """The weights that fit turned round, and not as they are, once the widths are what biases and norms say.

    `[32, 128]` beside `[192, 48]`, where what is 32 long in the file is 48 in the model, and 128 is 192.
    """
    rule = _widths(pairs)
    return [
        (one, other)
        for one, other in unlike
        if _is_linear(one) and one.shape is not None and len(one.shape) == 2
        if tuple(rule.get(size) for size in one.shape[::-1]) == other.shape
        if tuple(rule.get(size) for size in one.shape) != other.shape
    ]


def _widths(pairs: list[Pair]) -> dict[int, int]:
    """What a width of the file is on the other side, by the biases and norms, wherever they agree."""
    found: dict[int, set[int]] = {}
    for one, other in pairs:
        if one.shape is not None and other.shape is not None and len(one.shape) == len(other.shape) == 1:
            found.setdefault(one.shape[0], set()).add(other.shape[0])
    return {old: next(iter(new)) for old, new in found.items() if len(new) == 1}


def _was_turned(one: Item) -> bool:
    """Whether a former step turned it."""
    return one.made is not None and any(part.operation == "transpose" for part in _operations(one.made))


def _operations(made: Made) -> Iterator[Made]:
    yield made
    for part in made.parts:
        if part.made is not None:
            yield from _operations(part.made)


def _is_square(one: Item, other: Item) -> bool:
    shape = one.shape
    return shape is not None and len(shape) == 2 and shape[0] == shape[1] and shape == other.shape


def _is_equal(one: Item, other: Item, values: Values | None) -> bool:
    """Whether both have the same elements as they are; then it is not to be turned."""
    return values is not None and values(one) == values(other) != ""


def _is_straight(one: Item, other: Item) -> bool:
    """Whether it fits as it is, and would not if it, or what it was made of, were turned round.

    Square parts that were joined could have been turned before, each for itself; so they count too.
    """
    if one.shape is None or len(one.shape) != 2 or one.shape != other.shape or _was_turned(one):
        return False
    return one.shape[0] != one.shape[1] or one.made is not None


def _is_linear(one: Item) -> bool:
    return one.key.endswith("weight") and not _NO_LINEAR.search(one.key[-200:])


def _family(key: str) -> str:
    """The block that a key lies in, all blocks of its kind taken together; without blocks, the whole network."""
    found = _BLOCK.match(key[:500])
    return re.sub(r"[0-9]+", "#", found[0]) if found else ""


def _turned_told(pairs: list[Pair], resized: bool) -> str:
    first, other = pairs[0]
    old, new = wording.shape(first.shape or ()), wording.shape(other.shape or ())
    values = {"key": wording.safe(first.key, 80), "old": old, "new": new}
    if resized:
        return ntr(
            "{n} weight is turned round, and of another width:"
            " `{key}` is {old} in the file and {new} on the other side.",
            "{n} weights are turned round, and of another width:"
            " `{key}` is {old} in the file and {new} on the other side.",
            len(pairs),
            **values,
        )
    return ntr(
        "{n} weight is turned round: `{key}` is {old} in the file and {new} on the other side.",
        "{n} weights are turned round: `{key}` is {old} in the file and {new} on the other side.",
        len(pairs),
        **values,
    )


def _clear(pairs: list[Pair], keys: Sequence[str], *, resized: bool = False) -> Cause:
    sentence = _turned_told(pairs, resized)
    step = Transpose(patterns([one.key for one, _ in pairs], keys))
    usual = tr("Conv1D and TensorFlow keep linear layers as [in, out].")
    if resized:
        evidence = (tr("Turned round, their sizes change as those of biases and norms do."), usual)
        return Cause("transposed", sentence, _keys(pairs), (), step, "", LIKELY, evidence)
    evidence = (tr("The shapes are each other's reverse."), usual)
    return Cause("transposed", sentence, _keys(pairs), _dims(pairs), step, "", CERTAIN, evidence)


def _square(pairs: list[Pair], keys: Sequence[str]) -> Cause:
    sentence = ntr(
        "{n} square weight is most likely turned round too, as all other linear layers beside it are: `{key}` {shape}.",
        "{n} square weights are most likely turned round too, as all other linear layers beside them are:"
        " `{key}` {shape}.",
        len(pairs),
        key=wording.safe(pairs[0][0].key, 80),
        shape=wording.shape(pairs[0][0].shape or ()),
    )
    step = Transpose(patterns([one.key for one, _ in pairs], keys))
    undecided = (tr("The shape of a square weight is the same either way; only its values, or the code, can tell."),)
    evidence = (tr("Every other linear layer of the same blocks is turned round."),)
    return Cause("transposed", sentence, (), (), step, "", LIKELY, evidence, undecided)


def _open(pairs: list[Pair]) -> Cause:
    sentence = ntr(
        "{n} square weight may be turned round or not: some linear layers beside `{key}` are, others are not.",
        "{n} square weights may be turned round or not: some linear layers beside `{key}` are, others are not.",
        len(pairs),
        key=wording.safe(pairs[0][0].key, 80),
    )
    undecided = (tr("The shape of a square weight is the same either way; only its values, or the code, can tell."),)
    advice = tr("Look into the code that saved the file.")
    return Cause("transposed", sentence, (), advice=advice, confidence=POSSIBLE, undecided=undecided)


def _keys(pairs: list[Pair]) -> tuple[str, ...]:
    return tuple(other.key for _, other in pairs)


def _dims(pairs: list[Pair]) -> tuple[tuple[str, int], ...]:
    """The dimensions that differ, of tensors that have as many of them on both sides."""
    return tuple(
        (other.key, dim)
        for one, other in pairs
        if one.shape and other.shape and len(one.shape) == len(other.shape)
        for dim in range(len(one.shape))
        if one.shape[dim] != other.shape[dim]
    )
