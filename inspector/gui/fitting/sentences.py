"""What the panel says of a case, in sentences: the headline, what is left, what torch says, what loading would do."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ... import wording
from ...comparing.causes import CERTAIN, LIKELY, POSSIBLE, Cause, share
from ...comparing.diffing import DTYPE, MISSING, SIZE, UNEXPECTED, Comparison
from ...comparing.harmless import reason
from ...comparing.step_words import as_words
from ...language import tr
from ...workshop.requests import Verdict
from .case import Case

_CONFIDENCE = {
    CERTAIN: "certain",
    LIKELY: "likely",
    POSSIBLE: "possible",
}
_CONFIDENCE_TIPS = {
    CERTAIN: "Nothing else fits the names and shapes.",
    LIKELY: "Others would fit, but are far less usual.",
    POSSIBLE: "One of several that would fit: look before you take it.",
}


def headline(case: Case) -> str:
    """The whole in a few words: `Fits: every key loads.`, `8 lines, 3 causes`, `3 of 8 lines left`."""
    if case.before is None or case.outcome is None:
        return ""
    before, after = case.before.comparison, case.outcome.comparison
    if before.fits:
        return tr("Fits: every key loads.")
    if not case.steps:
        return f"{wording.plural(before.lines, 'line')}, {wording.plural(len(_real(case)), 'cause')}"
    if after.fits:
        left = case.outcome.initial
        return (
            tr("Fits when mended: all keys but {left:,} load.", left=left)
            if left
            else tr("Fits when mended: every key loads.")
        )
    if after.lines <= before.lines:
        return tr(
            "{lines} of {lines_2} left", lines=wording.count(after.lines), lines_2=wording.plural(before.lines, "line")
        )
    return tr(
        "{lines} with these steps, {lines_2} without",
        lines=wording.plural(after.lines, "line"),
        lines_2=wording.count(before.lines),
    )


def subline(case: Case) -> str:
    """What the headline counts: `1 missing, 1 unexpected, 6 size mismatches`."""
    if case.outcome is None:
        return ""
    comparison = case.outcome.comparison
    if comparison.fits:
        converted = comparison.counts[DTYPE]
        return (
            tr("{tensors} will be converted to the model's dtype.", tensors=wording.plural(converted, "tensor"))
            if converted
            else ""
        )
    return counted(comparison)


def counted(comparison: Comparison) -> str:
    """How many keys there are of each kind that `load_state_dict` complains of."""
    counts = comparison.counts
    said = (
        tr("{counts} missing", counts=wording.count(counts[MISSING])) if counts[MISSING] else "",
        tr("{counts} unexpected", counts=wording.count(counts[UNEXPECTED])) if counts[UNEXPECTED] else "",
        wording.plural(counts[SIZE], "size mismatch", "size mismatches") if counts[SIZE] else "",
    )
    return ", ".join(filter(None, said))


def share_words(cause: Cause, lines: Collection[str]) -> str:
    """`explains 6 of 8 lines · certain`; `lines` are the keys that are complained of."""
    return "   ·   ".join(filter(None, (share(cause, lines), _CONFIDENCE.get(cause.confidence, cause.confidence))))


def confidence_words(cause: Cause) -> str:
    return _CONFIDENCE_TIPS.get(cause.confidence, "")


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
        return tr("torch disagrees: {disagreement}", disagreement=_disagreement(ours, theirs, verdict)), False
    said = len(set().union(*theirs))
    passed = tr(" It passes over {keys}.", keys=wording.plural(len(unlike), "harmless key")) if unlike else ""
    if not said:
        return tr("torch agrees: it loads with strict=True.{passed}", passed=passed), True
    same = "" if unlike else tr("the same ")
    return tr(
        "torch agrees: load_state_dict names {same}{keys}.{passed}",
        same=same,
        keys=wording.plural(said, "key"),
        passed=passed,
    ), True


def _complaints(comparison: Comparison) -> tuple[set[str], ...]:
    return tuple({pair.key for pair in comparison.of_kind(kind)} for kind in (MISSING, UNEXPECTED, SIZE))


def _told(verdict: Verdict) -> tuple[set[str], ...]:
    return set(verdict.missing), set(verdict.unexpected), {key for key, _, _ in verdict.mismatched}


def _disagreement(ours: Sequence[set[str]], theirs: Sequence[set[str]], verdict: Verdict) -> str:
    parts = []
    for kind, mine, its in zip(("missing", "unexpected", tr("a size mismatch")), ours, theirs):
        if more := sorted(its - mine):
            parts.append(tr("it also calls {more} {kind}", more=wording.safe(wording.names(more), 200), kind=kind))
        if less := sorted(mine - its):
            parts.append(tr("it does not call {less} {kind}", less=wording.safe(wording.names(less), 200), kind=kind))
    parts += [tr("it says: {text}", text=wording.safe(text, 300)) for text in verdict.other[:2]]
    return "; ".join(parts).rstrip(".") + tr(". What torch says counts.")


def _real(case: Case) -> list[Cause]:
    """The causes that explain a line; what is harmless explains none that matters."""
    return [cause for cause in case.causes if cause.kind != "harmless"] or list(case.causes)
