"""Missing and unexpected keys that are no difference of the two networks: what they can be told by, and what they are.

Tensors that the other side has under another name, buffers that a model fills by itself, and what a training
checkpoint holds beside the weights: optimizer state, averaged copies, adapters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from .. import wording
from ..language import tr
from .causes import LIKELY, Cause
from .diffing import Pair
from .harmless import reason
from .one_sided import OneSide, item_of, parts
from .telling import agreeing, places

_TRAINING = re.compile(
    r"(optim(izer)?s?(_states?|_state_dict)?|(lr_)?schedulers?(_state_dict)?|scaler|grad_scaler|param_groups|epoch"
    r"|global_step|step|iteration|best_\w+|rng_state|loops|callbacks|hyper_parameters|args|config)(\.|$)"
)
_MOMENTS = re.compile(r"(^|\.)(exp_avg(_sq)?|momentum_buffer|max_exp_avg_sq|square_avg)$|^state\.\d+\.")
_AVERAGED = re.compile(r"(^|[._])(ema|swa|shadow|averaged|teacher|momentum_encoder|target)(_\w+)?[._]", re.I)
_ADAPTER = re.compile(r"lora_|hada_w|\.adapters?\.|\.dora_")

_MOST_TIED = 8
"""Tied tensors that are told one by one."""

Found = Iterator[tuple[Cause, list[Pair]]]
"""Causes, each with the pairs that it explains."""


def set_aside(side: OneSide) -> tuple[list[Cause], list[Pair]]:
    """The causes of all that is no difference of the networks, and the pairs that are left."""
    causes, left = [], list(side.pairs)
    for find in (_tied, _harmless, _beside):
        for cause, explained in find(side, left):
            causes.append(cause)
            gone = set(map(id, explained))
            left = [pair for pair in left if id(pair) not in gone]
    return causes, left


def _tied(side: OneSide, left: Sequence[Pair]) -> Found:
    """Keys of one tensor, of which the other side has at least one."""
    there = {item.shared: item.key for item in reversed(side.items) if item.shared and item.key in side.others}
    by_word: dict[str, list[Pair]] = {}
    for pair in left:
        word = item_of(pair).shared
        if word in there:
            by_word.setdefault(word, []).append(pair)
    for word, pairs in list(by_word.items())[:_MOST_TIED]:
        what = agreeing(
            "{where} is one tensor with {other} in {side}, and so not missed",
            "{where} are one tensor with {other} in {side}, and so not missed",
            (pair.key for pair in pairs),
            other=places([there[word]]),
            side=side.holder,
        )
        yield side.cause("tied", what, pairs, advice=tr("What loads the one loads the other.")), pairs


def _harmless(side: OneSide, left: Sequence[Pair]) -> Found:
    """What a model fills by itself, unless it belongs to a part that is missing as a whole."""
    by_reason: dict[str, list[Pair]] = {}
    for part in parts(left, side.others):
        reasons = [_reason(pair) for pair in part.pairs]
        if all(reasons):
            for why, pair in zip(reasons, part.pairs):
                by_reason.setdefault(why, []).append(pair)
    for why, pairs in by_reason.items():
        leaves = dict.fromkeys(pair.key.rpartition(".")[2] for pair in pairs)
        what = agreeing(
            "{where} is only in {side}, which does no harm: it {why}",
            "{where} are only in {side}, which does no harm: it {why}",
            leaves,
            side=side.holder,
            why=why,
        )
        yield side.cause("harmless", what, pairs), pairs


def _reason(pair: Pair) -> str:
    shape = item_of(pair).shape
    return reason(pair.key, None if shape is None else len(shape))


def _beside(side: OneSide, left: Sequence[Pair]) -> Found:
    """What a file holds beside the weights of the model."""
    if side.is_missing:
        return
    own = {item.key for item in side.items}
    kinds: tuple[tuple[Callable[[str], object], Callable[[Iterable[str], int], str]], ...] = (
        (_is_of_training, _of_training),
        (_ADAPTER.search, _of_adapters),
        (lambda key: _is_copy(key, side, own), _another_copy),
    )
    for belongs, told in kinds:
        pairs = [pair for pair in left if belongs(pair.key)]
        left = [pair for pair in left if not belongs(pair.key)]
        if pairs:
            what = told((pair.key.partition(".")[0] for pair in pairs), len(pairs))
            yield side.cause("unexpected", what, pairs, confidence=LIKELY), pairs


def _of_training(where: Iterable[str], number: int) -> str:
    return agreeing(
        "{where} is of the training, and no weight of the model ({entries})",
        "{where} are of the training, and no weight of the model ({entries})",
        where,
        entries=wording.plural(number, "entry", "entries"),
    )


def _of_adapters(where: Iterable[str], number: int) -> str:
    return agreeing(
        "{where} is of low-rank adapters (LoRA), which the model has not ({entries})",
        "{where} are of low-rank adapters (LoRA), which the model has not ({entries})",
        where,
        entries=wording.plural(number, "entry", "entries"),
    )


def _another_copy(where: Iterable[str], number: int) -> str:
    return agreeing(
        "{where} is another copy of the weights, averaged or of a second network ({entries})",
        "{where} are another copy of the weights, averaged or of a second network ({entries})",
        where,
        entries=wording.plural(number, "entry", "entries"),
    )


def _is_of_training(key: str) -> bool:
    return bool(_TRAINING.match(key) or _MOMENTS.search(key))


def _is_copy(key: str, side: OneSide, own: set[str]) -> bool:
    """Whether a key is that of a weight once a word such as `ema` is taken out of it."""
    found = _AVERAGED.search(key)
    if found is None:
        return False
    without = (key[: found.start()] + found.group(1) + key[found.end() :], key[found.end() :])
    return any(each in side.others or each in own for each in without)
