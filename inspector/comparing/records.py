"""Comparisons as JSON: what `inspector diff --json` and `inspector fit --json` print.

diff
    a, b            the two files
    sections        {a, b}: the path in each file under which the compared keys lie; "" for the top
    prefix          what one file has before every key and the other has not (`module.`), else "";
                    keys below are told without it
    prefix_in       `a`, `b`, or "" without a prefix
    only_a, only_b  [keys]
    size_mismatch   [{key, a, b}]: shapes
    dtype           [{key, a, b}]: of equal shapes
    renamed         [{a, b}]: one key, or a list of keys that were fused, in a; and the key in b
    values          where they were compared: [{key, max_abs, rel_l2, cosine}] of those that differ, and `error`, a
                    sentence, in place of the numbers where they cannot be compared
    same            how many keys differ in nothing that was looked at
    verdict         a sentence on the whole
    causes          as in fit

fit
    checkpoint, section, model
    missing, unexpected  [keys]     what `load_state_dict(strict=True)` complains of, file as it is
    size_mismatch   [{key, checkpoint, model}]: shapes
    causes          [{sentence, keys, step, kind, confidence, evidence, undecided, advice}]; step: as `inspector mend`
                    takes it, null where nothing can be done to the file
    receipt         what loading would do (`comparing.receipt`)
    optimizer       [sentences]: what goes wrong when an optimizer of the model loads the state in the file
    other           [sentences]: what else torch complains of
    arguments       what the model was built with
    solution        with --solve: what was found (`workshop.requests.Solution`)
    fits            whether strict=True loads
    mended          how many complaints are left when every step is taken
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..checkpoint.json_values import json_value
from .causes import Cause
from .diffing import DTYPE, MISSING, SAME, SIZE, UNEXPECTED, Comparison, Pair
from .sides import Item
from .step_texts import as_text
from .through import SeenThrough

Record = dict[str, Any]


def diff_record(through: SeenThrough, causes: Iterable[Cause] = ()) -> Record:
    """Two files, key by key, without what is above them in `inspector diff --json`: names, values and the verdict."""
    comparison = through.comparison
    renamed = [(through.former(pair), pair) for pair in comparison.pairs]
    return {
        "sections": {"a": comparison.a.section, "b": comparison.b.section},
        "prefix": through.prefix,
        "prefix_in": through.prefixed,
        "only_a": [through.bare(pair.a) for pair in comparison.of_kind(UNEXPECTED) if pair.a],
        "only_b": [through.bare(pair.b) for pair in comparison.of_kind(MISSING) if pair.b],
        "size_mismatch": [_both(through, pair, "shape") for pair in comparison.of_kind(SIZE)],
        "dtype": [_both(through, pair, "dtype") for pair in comparison.of_kind(DTYPE)],
        "renamed": [
            {"a": keys[0] if len(keys) == 1 else list(keys), "b": through.bare(pair.b)}
            for keys, pair in renamed
            if keys and pair.b
        ],
        "same": comparison.counts[SAME],
        "causes": [cause_record(cause) for cause in causes],
    }


def fit_record(comparison: Comparison, causes: Iterable[Cause]) -> Record:
    """A file and a model, without their names and the receipt."""
    return {
        "missing": [pair.key for pair in comparison.of_kind(MISSING)],
        "unexpected": [pair.key for pair in comparison.of_kind(UNEXPECTED)],
        "size_mismatch": [_shapes(pair) for pair in comparison.of_kind(SIZE)],
        "causes": [cause_record(cause) for cause in causes],
        "fits": comparison.fits,
    }


def cause_record(cause: Cause) -> Record:
    """One cause."""
    return {
        "sentence": cause.sentence,
        "keys": list(cause.keys),
        "step": as_text(cause.step) if cause.step is not None else None,
        "kind": cause.kind,
        "confidence": cause.confidence,
        "evidence": list(cause.evidence),
        "undecided": list(cause.undecided),
        "advice": cause.advice,
    }


def plain(value: Any) -> Any:
    """Named tuples as objects, numbers that JSON has not as strings, all the way down."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(each) for name, each in value._asdict().items()}
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    return json_value(value)


def _both(through: SeenThrough, pair: Pair, field: str) -> Record:
    return {"key": pair.key.removeprefix(through.prefix), "a": _field(pair.a, field), "b": _field(pair.b, field)}


def _shapes(pair: Pair) -> Record:
    return {"key": pair.key, "checkpoint": _field(pair.a, "shape"), "model": _field(pair.b, "shape")}


def _field(item: Item | None, field: str) -> Any:
    return plain(getattr(item, field, None))
