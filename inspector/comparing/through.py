"""Two files seen through what wraps them: a prefix that all keys of one have and the other's have not.

`module.fc.weight` beside `fc.weight` is the same weight, saved through DataParallel. Whoever compares two files
wants to hear of the prefix once, and then no more of it: pairs that differ by nothing else are *same*, and keys are
told without it. Against a model it is not so: there a prefix keeps every key from loading.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .causes import Explanation
from .diffing import RENAMED, SAME, Comparison, Pair
from .sides import Item
from .steps import AddPrefix, Step, StripPrefix


class SeenThrough(NamedTuple):
    """A comparison without the prefix that one of its sides has."""

    comparison: Comparison
    prefix: str
    """What was seen through, such as `module.` or `module._orig_mod.`; empty when there is none."""
    prefixed: str
    """The side that has it: `a` or `b`; empty when there is none."""

    def bare(self, item: Item) -> str:
        """The key of an item without the prefix."""
        return item.key.removeprefix(self.prefix)

    def over(self, comparison: Comparison) -> SeenThrough:
        """The same look at the same pairs, of which more is known by now."""
        pairs = (_plain(pair, self) if pair.kind == RENAMED else pair for pair in comparison.pairs)
        return self._replace(comparison=Comparison(comparison.a, comparison.b, tuple(pairs)))

    def former(self, pair: Pair) -> tuple[str, ...]:
        """The keys that side a has for a pair under another name than side b, prefix apart; empty when it has not."""
        if pair.a is None or pair.b is None:
            return ()
        keys = tuple(key.removeprefix(self.prefix) for key in pair.was)
        return () if keys == (self.bare(pair.b),) else keys


def seen_through(explanation: Explanation) -> SeenThrough:
    """The comparison after the steps, its pairs that differ by a common prefix only being *same*."""
    prefix, prefixed = _prefix(cause.step for cause in explanation.causes)
    through = SeenThrough(explanation.after, prefix, prefixed)
    return through.over(explanation.after) if prefix else through


def _plain(pair: Pair, through: SeenThrough) -> Pair:
    return pair if through.former(pair) else pair._replace(kind=SAME)


def _prefix(steps: Iterable[Step | None]) -> tuple[str, str]:
    """The prefix of all keys that the steps take off or set before them, and the side that has it."""
    listed = [step for step in steps if step is not None]
    taken = "".join(step.prefix for step in listed if isinstance(step, StripPrefix) and not step.under)
    if taken:
        return taken, "a"
    added = [step.prefix for step in listed if isinstance(step, AddPrefix) and not step.under]
    return "".join(reversed(added)), "b" if added else ""
