"""What the panel says of a case, in sentences: the headline, what is left, what torch says, what loading would do."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ... import wording
from ...comparing.causes import CERTAIN, LIKELY, POSSIBLE, Cause, how_sure, share
from ...comparing.diffing import DTYPE, MISSING, SIZE, UNEXPECTED, Comparison
from ...comparing.harmless import reason
from ...comparing.step_words import as_words
from ...language import marked, ntr, sentences, tr
from ...workshop.requests import Verdict
from .case import Case

_CONFIDENCE_TIPS = {
    CERTAIN: marked("Nothing else fits the names and shapes."),
    LIKELY: marked("Others would fit, but are far less usual."),
    POSSIBLE: marked("One of several that would fit: look before you take it."),
}
_CALLS = (
    (marked("it also calls {keys} missing"), marked("it does not call {keys} missing")),
    (marked("it also calls {keys} unexpected"), marked("it does not call {keys} unexpected")),
    (marked("it also calls {keys} a size mismatch"), marked("it does not call {keys} a size mismatch")),
)
"""How torch may disagree on keys: on those that are missing, unexpected, of another size."""


def headline(case: Case) -> str:
    """The whole in a few words: `Fits: every key loads.`, `8 lines, 3 causes`, `3 of 8 lines left`."""
    if case.before is None or case.outcome is None:
        return ""
    before, after = case.before.comparison, case.outcome.comparison
    if before.fits:
        return tr("Fits: every key loads.")
    if not case.steps:
        return wording.row_of([wording.plural(before.lines, "line"), wording.plural(len(_real(case)), "cause")])
    if after.fits:
        left = case.outcome.initial
        return (
            tr("Fits when mended: all keys but {count:,} load.", count=left)
            if left
            else tr("Fits when mended: every key loads.")
        )
    if after.lines <= before.lines:
        return ntr(
            "{count} of {n} line left", "{count} of {n} lines left", before.lines, count=wording.count(after.lines)
        )
    return ntr(
        "{n} line with these steps, {count} without",
        "{n} lines with these steps, {count} without",
        after.lines,
        count=wording.count(before.lines),
    )


def subline(case: Case) -> str:
    """What the headline counts: `1 missing, 1 unexpected, 6 size mismatches`."""
    if case.outcome is None:
        return ""
    comparison = case.outcome.comparison
    if comparison.fits:
        converted = comparison.counts[DTYPE]
        return (
            ntr(
                "{n} tensor will be converted to the model's dtype.",
                "{n} tensors will be converted to the model's dtype.",
                converted,
            )
            if converted
            else ""
        )
    return counted(comparison)


def counted(comparison: Comparison) -> str:
    """How many keys there are of each kind that `load_state_dict` complains of."""
    counts = comparison.counts
    said = (
        tr("{count} missing", count=wording.count(counts[MISSING])) if counts[MISSING] else "",
        tr("{count} unexpected", count=wording.count(counts[UNEXPECTED])) if counts[UNEXPECTED] else "",
        wording.plural(counts[SIZE], "size mismatch", "size mismatches") if counts[SIZE] else "",
    )
    return wording.row_of([each for each in said if each])


def share_words(cause: Cause, lines: Collection[str]) -> str:
    """`explains 6 of 8 lines · certain`; `lines` are the keys that are complained of."""
    return "   ·   ".join(filter(None, (share(cause, lines), how_sure(cause))))


def confidence_words(cause: Cause) -> str:
    return tr(_CONFIDENCE_TIPS.get(cause.confidence, ""))


def step_words(cause: Cause, in_file: Collection[str]) -> str:
    """The step of a cause, as it stands beside its box; `in_file` are the keys that the file has."""
    assert cause.step is not None
    keys = set(cause.keys)
    words = as_words(cause.step, len(keys.intersection(in_file)) or len(keys))
    return words[:1].upper() + words[1:]


def is_said(comparison: Comparison, verdict: Verdict) -> bool:
    """Whether torch says exactly what the comparison says."""
    return not verdict.other and _complaints(comparison) == _told(verdict)


def verdict_words(comparison: Comparison, verdict: Verdict) -> tuple[str, bool]:
    """What torch itself says of the comparison that is shown, and whether it agrees.

    It may load a harmless key's absence without a word - a BatchNorm saved by an old version has counted no batches -
    or complain of it: either is said, and neither is called a disagreement.
    """
    ours, theirs = _complaints(comparison), _told(verdict)
    unlike = set().union(*(mine ^ its for mine, its in zip(ours, theirs)))
    if verdict.other or not all(map(reason, unlike)):
        told = _disagreement(ours, theirs, verdict)
        return tr("torch disagrees: {how}. What torch says counts.", how=told), False
    agrees, passed = _agreement(len(set().union(*theirs)), not unlike), ""
    if unlike:
        passed = ntr("It passes over {n} harmless key.", "It passes over {n} harmless keys.", len(unlike))
    return sentences(agrees, passed), True


def _agreement(named: int, same: bool) -> str:
    """That torch agrees, which names so many keys."""
    if not named:
        return tr("torch agrees: it loads with strict=True.")
    if same:
        return ntr(
            "torch agrees: load_state_dict names the same {n} key.",
            "torch agrees: load_state_dict names the same {n} keys.",
            named,
        )
    return ntr("torch agrees: load_state_dict names {n} key.", "torch agrees: load_state_dict names {n} keys.", named)


def _complaints(comparison: Comparison) -> tuple[set[str], ...]:
    return tuple({pair.key for pair in comparison.of_kind(kind)} for kind in (MISSING, UNEXPECTED, SIZE))


def _told(verdict: Verdict) -> tuple[set[str], ...]:
    return set(verdict.missing), set(verdict.unexpected), {key for key, _, _ in verdict.mismatched}


def _disagreement(ours: Sequence[set[str]], theirs: Sequence[set[str]], verdict: Verdict) -> str:
    parts = []
    for (calls, does_not_call), mine, its in zip(_CALLS, ours, theirs):
        if more := sorted(its - mine):
            parts.append(tr(calls, keys=wording.safe(wording.names(more), 200)))
        if less := sorted(mine - its):
            parts.append(tr(does_not_call, keys=wording.safe(wording.names(less), 200)))
    parts += [tr("it says: {text}", text=wording.safe(text, 300).rstrip(".")) for text in verdict.other[:2]]
    return "; ".join(parts)


def _real(case: Case) -> list[Cause]:
    """The causes that explain a line; what is harmless explains none that matters."""
    return [cause for cause in case.causes if cause.kind != "harmless"] or list(case.causes)
