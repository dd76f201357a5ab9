"""What stands before the keys of one side, or within them, and not on the other: `module.`, `model.`, `backbone.`.

A prefix is found by looking each key up without its first segments: when most keys that begin with it are known to
the other side once it is gone, this is no chance. Neither its words nor the shapes matter; networks of different
width may differ by a prefix too.

Why this way: a prefix is by far the most usual reason why nothing fits, and files have 100,000 keys. Each key costs a
few looks into a dictionary, and no more of its name is read than the first segments.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from .. import wording
from ..language import marked, ntr, tr
from .causes import CERTAIN, LIKELY, Cause
from .renaming import rules
from .sides import Item, Side
from .steps import AddPrefix, Rename, Step, StripPrefix
from .unpaired import Items, lines, same_rank

DEPTH = 5
"""How many segments a prefix may have."""
UNDER = 3
"""How many segments may stand before it."""
MANY = 5_000
"""Of so many keys and more at least this many are tried first: where none has a prefix, few others will."""
LEAST = 8
"""Not less than one in so many of the keys that do not fit is a prefix; of fewer, renames have more to say."""
LONGEST = 500
"""How many characters of a key are looked at in search of a prefix."""
WRAPPERS = {
    "module.": marked("DataParallel and DistributedDataParallel name so what they wrap"),
    "_orig_mod.": marked("torch.compile names so what it wraps"),
    "_fsdp_wrapped_module.": marked("FullyShardedDataParallel names so what it wraps"),
    "_checkpoint_wrapped_module.": marked("activation checkpointing names so what it wraps"),
    "_forward_module.": marked("Lightning Fabric names so what it wraps"),
}
"""What is set before keys by wrapping a module, and by whom."""


class Affix(NamedTuple):
    """A piece of text that keys of one side have behind `unders`; the other side has the same keys without it."""

    unders: tuple[str, ...]
    text: str


def find(a: Side, b: Side, ours: Items, theirs: Items) -> tuple[Cause, ...]:
    """The prefix that brings most keys beside each other; nothing when there is none (any more)."""
    cause = _sought(a, b, ours, theirs)
    return (cause,) if cause is not None else ()


def _sought(a: Side, b: Side, ours: Items, theirs: Items) -> Cause | None:
    extra = _best(ours, theirs)
    lacking = None if extra is not None and 2 * extra[1] >= len(ours) else _best(theirs, ours)
    if extra is not None and (lacking is None or extra[1] >= lacking[1]):
        return _stripped(a, b, _pairs(ours, theirs, extra[0]), extra[0])
    if lacking is not None:
        pairs = [(old, new) for new, old in _pairs(theirs, ours, lacking[0])]
        return _added(a, b, pairs, lacking[0])
    return _within(a, b, ours, theirs) or _around(a, b)


# -- which prefix ------------------------------------------------------------------------------------


def _best(longer: Items, shorter: Items) -> tuple[Affix, int] | None:
    """The affix without which most of the longer keys are shorter ones, and how many; half of them at least."""
    every = 1 + len(longer) // MANY
    for under in range(UNDER + 1):
        votes: dict[str, Counter[str]] = {}
        if every > 1 and all(_affix(key, under, longer[key], shorter) is None for key in list(longer)[::every]):
            continue
        for key, item in longer.items():
            found = _affix(key, under, item, shorter)
            if found is not None:
                votes.setdefault(found[1], Counter())[found[0]] += 1
        for text, unders in sorted(votes.items(), key=lambda vote: -vote[1].total())[:DEPTH]:
            affix, count = Affix(tuple(unders), text), unders.total()
            fewest = min(sum(_cut(key, affix) is not None for key in longer), len(shorter))
            many = LEAST * count >= min(len(longer), len(shorter))
            if many and 2 * count >= fewest and (count > 1 or len(longer) == 1):
                return affix, count
    return None


def _affix(key: str, under: int, item: Item, shorter: Items) -> tuple[str, str] | None:
    """The text behind `under` segments of `key` without which it is one of the shorter keys, and what it is behind."""
    start = _after(key, under)
    end = start
    for _ in range(DEPTH if start >= 0 else 0):
        end = key.find(".", end) + 1
        if not end or end > LONGEST:
            return None
        other = shorter.get(key[:start] + key[end:])
        if other is not None and same_rank(item, other):
            return key[:start], key[start:end]
    return None


def _after(key: str, segments: int) -> int:
    """Where the text behind the first `segments` begins; -1 when there are not so many."""
    at = 0
    for _ in range(segments):
        at = key.find(".", at) + 1
        if not at:
            return -1
    return at


def _cut(key: str, affix: Affix) -> str | None:
    """`key` without the affix; None when it has none."""
    for under in affix.unders if len(affix.unders) == 1 else [key[: _after(key, affix.unders[0].count("."))]]:
        if key.startswith(affix.text, len(under)) and key.startswith(under) and under in affix.unders:
            return under + key[len(under) + len(affix.text) :]
    return None


def _pairs(longer: Items, shorter: Items, affix: Affix) -> list[tuple[str, str]]:
    return [(key, cut) for key in longer if (cut := _cut(key, affix)) is not None and cut in shorter]


# -- as causes ---------------------------------------------------------------------------------------


def _stripped(a: Side, b: Side, pairs: list[tuple[str, str]], affix: Affix) -> Cause:
    keys = {item.key: None for item in a.items}
    step: Step = StripPrefix(affix.text, affix.unders[0])
    if len(affix.unders) > 1 or any(_cut(key, affix) in keys for key in keys):
        step = Rename(rules(pairs, keys, {item.key for item in b.items}))
    keys_told, prefix = _how_many(pairs, a), _quoted(affix.text)
    if affix.unders == ("",):
        sentence = tr("{keys} begin with {prefix} and are the same without it.", keys=keys_told, prefix=prefix)
    else:
        sentence = tr(
            "{keys} have {prefix} behind {where} and are the same without it.",
            keys=keys_told,
            prefix=prefix,
            where=_where(affix),
        )
    return _cause(a, b, pairs, sentence, step, affix.text, _rivals(a, b, pairs, affix))


def _added(a: Side, b: Side, pairs: list[tuple[str, str]], affix: Affix) -> Cause:
    there = {item.key for item in b.items}
    step: Step = AddPrefix(affix.text, affix.unders[0])
    if len(affix.unders) > 1 or any(item.key.startswith(affix.unders[0]) and item.key in there for item in a.items):
        step = Rename(rules(pairs, [item.key for item in a.items], there))
    keys, prefix = _how_many(pairs, a), _quoted(affix.text)
    if affix.unders == ("",):
        sentence = tr("{keys} lack {prefix} and are the same with it.", keys=keys, prefix=prefix)
    else:
        sentence = tr(
            "{keys} lack {prefix} behind {where} and are the same with it.",
            keys=keys,
            prefix=prefix,
            where=_where(affix),
        )
    return _cause(a, b, pairs, sentence, step, affix.text)


def _where(affix: Affix) -> str:
    return wording.names([_quoted(under) for under in affix.unders], 1)


def _within(a: Side, b: Side, ours: Items, theirs: Items) -> Cause | None:
    """A wrapper around many inner modules: `layers.{i}._checkpoint_wrapped_module.`."""
    for text in WRAPPERS:
        pairs = [(key, bare) for key in ours if (bare := _without(key, text)) != key and bare in theirs]
        if pairs:
            most = max(key.count(text) for key, _ in pairs)
            step = Rename(tuple(_unwrapping(text, times) for times in range(min(most, 4), 0, -1)))
            sentence = tr(
                "{keys} have {prefix} within and are the same without it.",
                keys=_how_many(pairs, a),
                prefix=_quoted(text),
            )
            return _cause(a, b, pairs, sentence, step, text)
    return None


def _without(key: str, text: str) -> str:
    return f".{key}".replace(f".{text}", ".")[1:] if len(key) < 2000 else key


def _unwrapping(text: str, times: int) -> tuple[str, str]:
    """The rule that takes `text` out of `times` places at once; the narrower one is to be tried first."""
    rests = [f"{{rest{place or ''}}}" for place in range(times + 1)]
    return f".{text}".join(rests), ".".join(rests)


def _around(a: Side, b: Side) -> Cause | None:
    """A wrapper that all keys of one side begin with and none of the other, though they differ otherwise too."""
    keys, there = [item.key for item in a.items], [item.key for item in b.items]
    for text, why in WRAPPERS.items():
        for longer, shorter in ((keys, there), (there, keys)):
            if all(key.startswith(text) for key in longer) and not any(key.startswith(text) for key in shorter):
                pairs = (
                    [(key, key[len(text) :]) for key in keys] if longer is keys else [(key, text + key) for key in keys]
                )
                begins, lacks = marked("{keys} begin with {prefix}: {why}."), marked("{keys} lack {prefix}: {why}.")
                values = {"keys": _how_many(pairs, a), "prefix": _quoted(text), "why": tr(why)}
                sentence = tr(begins if longer is keys else lacks, **values)
                step = StripPrefix(text) if longer is keys else AddPrefix(text)
                return _cause(a, b, pairs, sentence, step, text)
    return None


def _cause(
    a: Side, b: Side, pairs: list[tuple[str, str]], sentence: str, step: Step, text: str, rivals: tuple[str, ...] = ()
) -> Cause:
    here, there = a.by_key(), b.by_key()
    found = [(here[old], there[new]) for old, new in pairs if new in there]
    fitting = sum(mine.shape == theirs.shape for mine, theirs in found)
    evidence = (
        [
            ntr(
                "{count:,} of {n} key found so have the same shape.",
                "{count:,} of {n} keys found so have the same shape.",
                len(found),
                count=fitting,
            )
        ]
        if found
        else []
    )
    evidence += [
        tr("{clause}.", clause=_capitalised(tr(why))) for piece, why in WRAPPERS.items() if f".{piece}" in f".{text}"
    ]
    keys = lines((here[old] for old, _ in pairs), (theirs for _, theirs in found))
    undecided = tuple(
        tr("{prefix} would do as well; the keys cannot tell which is meant.", prefix=_quoted(rival)) for rival in rivals
    )
    return Cause("prefix", sentence, keys, (), step, "", LIKELY if rivals else CERTAIN, tuple(evidence), undecided)


def _rivals(a: Side, b: Side, pairs: list[tuple[str, str]], affix: Affix) -> tuple[str, ...]:
    """Other prefixes under which the same keys are found, such as that of an averaged copy."""
    if affix.unders != ("",):
        return ()
    used, found = {old for old, _ in pairs}, {new for _, new in pairs}
    left = {item.key: item for item in a.items if item.key not in used}
    other = _best(left, {item.key: item for item in b.items if item.key in found}) if left else None
    return (other[0].text,) if other is not None and 2 * other[1] >= len(pairs) else ()


def _capitalised(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _how_many(pairs: list[tuple[str, str]], a: Side) -> str:
    total = len(a.items)
    if len(pairs) == total:
        return tr("All keys of the file") if total > 1 else tr("The key of the file")
    return ntr("{count:,} of {n} key of the file", "{count:,} of {n} keys of the file", total, count=len(pairs))


def _quoted(text: str) -> str:
    return f"`{wording.safe(text, 60)}`"
