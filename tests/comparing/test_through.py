"""A prefix that only one of two files has is told once, and then no more."""

from __future__ import annotations

from inspector.comparing.causes import Cause, Explanation
from inspector.comparing.diffing import RENAMED, SAME, SIZE, VALUES, Comparison, compare
from inspector.comparing.mending import apply
from inspector.comparing.records import diff_record
from inspector.comparing.sides import Item, Side
from inspector.comparing.steps import AddPrefix, Rename, Step, StripPrefix
from inspector.comparing.through import seen_through


def side(*keys: str, width: int = 2) -> Side:
    return Side("side", "checkpoint", tuple(Item(key, (width,), "float32") for key in keys))


def explained(a: Side, b: Side, *steps: Step) -> Explanation:
    causes = tuple(Cause("prefix", "A prefix.", (), step=step) for step in steps)
    return Explanation(compare(a, b), causes, compare(apply(a, steps), b))


def test_a_prefix_of_a_is_seen_through() -> None:
    explanation = explained(side("module.fc.weight", "module.old"), side("fc.weight", "new"), StripPrefix("module."))
    through = seen_through(explanation)
    assert (through.prefix, through.prefixed) == ("module.", "a")
    assert through.comparison.counts[SAME] == 1
    record = diff_record(through)
    assert (record["prefix"], record["same"], record["renamed"]) == ("module.", 1, [])
    assert (record["only_a"], record["only_b"]) == (["old"], ["new"])


def test_a_prefix_of_b_is_seen_through() -> None:
    explanation = explained(side("fc.weight"), side("module.fc.weight"), AddPrefix("module."))
    through = seen_through(explanation)
    assert (through.prefix, through.prefixed) == ("module.", "b")
    assert diff_record(through)["same"] == 1


def test_what_is_learned_of_values_later_is_seen_through_as_well() -> None:
    explanation = explained(side("module.x", "module.y"), side("x", "y"), StripPrefix("module."))
    pairs = explanation.after.pairs
    known = Comparison(explanation.after.a, explanation.after.b, (pairs[0]._replace(kind=VALUES), pairs[1]))
    assert [pair.kind for pair in seen_through(explanation).over(known).comparison.pairs] == [VALUES, SAME]


def test_nested_prefixes_are_one() -> None:
    explanation = explained(
        side("module._orig_mod.fc.weight"), side("fc.weight"), StripPrefix("module."), StripPrefix("_orig_mod.")
    )
    through = seen_through(explanation)
    assert through.prefix == "module._orig_mod."
    assert through.comparison.counts[SAME] == 1


def test_what_is_renamed_besides_stays_renamed() -> None:
    steps = (StripPrefix("module."), Rename((("head.{rest}", "fc.{rest}"),)))
    through = seen_through(explained(side("module.head.weight"), side("fc.weight"), *steps))
    assert through.comparison.counts[RENAMED] == 1
    assert diff_record(through)["renamed"] == [{"a": "head.weight", "b": "fc.weight"}]


def test_sizes_count_before_names() -> None:
    explanation = explained(side("module.fc.weight", width=3), side("fc.weight"), StripPrefix("module."))
    through = seen_through(explanation)
    assert through.comparison.counts[SIZE] == 1
    assert diff_record(through)["size_mismatch"] == [{"key": "fc.weight", "a": [3], "b": [2]}]


def test_a_prefix_of_a_part_only_is_a_renaming() -> None:
    explanation = explained(side("enc.module.w", "x"), side("enc.w", "x"), StripPrefix("module.", "enc."))
    through = seen_through(explanation)
    assert through.prefix == ""
    assert through.comparison.counts[RENAMED] == 1
