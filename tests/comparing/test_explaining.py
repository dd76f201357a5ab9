"""The whole story: names, then sizes, then what is left; nothing is explained twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.checkpoint.reading import open_checkpoint
from inspector.comparing.causes import Explanation
from inspector.comparing.diffing import MISSING, SIZE, UNEXPECTED, compare
from inspector.comparing.explaining import explain, explaining
from inspector.comparing.mending import apply
from inspector.comparing.sides import Item, Side, of_checkpoint
from inspector.comparing.steps import StripPrefix
from inspector.progress import Progress
from tests.comparing.built_models import on_meta, side, vision
from tests.comparing.small_networks import GPT


def under(prefix: str, a: Side) -> Side:
    """The side with a prefix before every key."""
    return a._replace(items=tuple(item._replace(key=prefix + item.key) for item in a.items), modules={})


def told(a: Side, b: Side) -> Explanation:
    """The explanation, of which it is sure that it is complete and that its steps can be taken one after the other."""
    explanation = explain(a, b)
    assert explanation.before.lines == compare(a, b).lines
    explained = {key for cause in explanation.causes for key in cause.keys}
    assert {pair.key for pair in explanation.after.pairs if pair.kind in (MISSING, SIZE)} <= explained
    steps = [cause.step for cause in explanation.causes if cause.step is not None]
    mended = compare(apply(a, steps, b), b)
    assert not mended.counts[MISSING]
    assert not mended.counts[UNEXPECTED]
    return explanation


def kinds(explanation: Explanation) -> list[str]:
    return [cause.kind for cause in explanation.causes]


def test_what_fits_has_no_cause() -> None:
    explanation = explain(side(vision("resnet18"), "checkpoint"), side(vision("resnet18")))
    assert explanation.causes == ()
    assert explanation.before is explanation.after


def test_a_prefix_and_other_classes_are_two_causes_for_many_lines() -> None:
    a, b = under("module.", side(vision("resnet18"), "checkpoint")), side(vision("resnet18", num_classes=10))
    explanation = told(a, b)
    assert kinds(explanation) == ["prefix", "classes"]
    assert explanation.before.lines == 244
    assert explanation.after.lines == 2
    assert explanation.causes[0].step == StripPrefix("module.")


def test_a_prefix_hides_no_width() -> None:
    explanation = told(under("module.", side(vision("resnet50"), "checkpoint")), side(vision("wide_resnet50_2")))
    assert kinds(explanation) == ["prefix", "ratio"]


def test_width_depth_and_vocabulary_are_three_causes() -> None:
    a, b = side(on_meta(GPT, 500, 6, 96), "checkpoint"), side(on_meta(GPT, 520, 4, 128))
    assert sorted(kinds(told(a, b))) == ["depth", "vocabulary", "width"]


def test_the_samples_tell_their_story(samples: Path) -> None:
    plain, prefixed = (
        of_checkpoint(open_checkpoint(str(samples / name))) for name in ("resnet_plain.pth", "resnet_module_prefix.pth")
    )
    explanation = told(prefixed, plain)
    assert explanation.after.fits
    assert [cause.step for cause in explanation.causes] == [StripPrefix("module.")]


def test_explaining_says_how_far_it_is_and_can_be_left() -> None:
    work = explaining(side(vision("resnet18"), "checkpoint"), side(vision("resnet18", num_classes=10)))
    assert isinstance(next(work), Progress)
    work.close()


@pytest.mark.parametrize("shapes", [(None, None), ((3,), None), (None, (3,)), ((0,), (3,)), ((), (1,))])
def test_lines_of_an_error_message_are_explained(
    shapes: tuple[tuple[int, ...] | None, tuple[int, ...] | None],
) -> None:
    a = Side("e", "error", (Item("fc.weight", shapes[0]), Item("old.weight", None)))
    b = Side("e", "error", (Item("fc.weight", shapes[1]), Item("new.weight", None)))
    assert explain(a, b).causes


def test_two_empty_sides_are_the_same() -> None:
    assert explain(Side("a", "checkpoint"), Side("b", "model")).causes == ()
