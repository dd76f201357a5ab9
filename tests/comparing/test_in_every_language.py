"""What a comparison finds is the same in every language; only what is said of it differs, and all of it is said so."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector import language
from inspector.checkpoint.reading import open_checkpoint
from inspector.comparing.architectures import identify
from inspector.comparing.causes import Explanation, how_sure, share
from inspector.comparing.choosing import comparable
from inspector.comparing.explaining import explain
from inspector.comparing.mending import apply
from inspector.comparing.optimizers import lenses
from inspector.comparing.receipt import receipt
from inspector.comparing.reporting import report
from inspector.comparing.reporting.story import Story
from inspector.comparing.sides import Side, of_checkpoint
from inspector.comparing.step_texts import as_text
from inspector.comparing.step_words import as_words
from inspector.comparing.tracebacks import parse
from inspector.comparing.verdict_sentences import at_first

PAIRS = (
    ("network_512_256_128.pth", "network_400_200_100.pth"),
    ("resnet_module_prefix.pth", "resnet_new_head.pth"),
    ("resnet_module_prefix.pth", "vit.pth"),
    ("vit_other_names.pth", "vit.pth"),
)
ERROR = """RuntimeError: Error(s) in loading state_dict for ResNet:
\tMissing key(s) in state_dict: "fc.weight", "bn1.running_mean".
\tUnexpected key(s) in state_dict: "module.fc.weight", "module.bn1.num_batches_tracked".
\tsize mismatch for conv1.weight: copying a param with shape torch.Size([64, 3, 7, 7]) from checkpoint, the shape in current model is torch.Size([64, 1, 7, 7]).
"""  # noqa: E501
_DATA = re.compile(r"`[^`]*`|\w+\.pth|torchvision:?\w*")
"""What stands in sentences as it is: names of keys and files."""


class Wide(gettext.NullTranslations):
    """Every text in other letters, what goes into it as it is."""

    def gettext(self, message: str) -> str:
        parts = re.split(r"(\{[^}]*\}|`[^`]*`)", message)
        return "".join(
            part if place % 2 else re.sub("[A-Za-z]", lambda found: chr(ord(found.group()) + 0xFEE0), part)
            for place, part in enumerate(parts)
        )

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@pytest.fixture
def wide() -> Iterator[Wide]:
    yield Wide()
    language.take(None)


def side_of(path: Path) -> Side:
    checkpoint = open_checkpoint(path)
    return of_checkpoint(checkpoint, comparable(checkpoint)[0].key)


def of_text() -> tuple[Side, Side]:
    told = parse(ERROR)[0]
    return told.a, told.b


def facts(explanation: Explanation) -> list[tuple[object, ...]]:
    """Everything of the causes that is not said to a person."""
    complaints = explanation.before.complaints
    return [
        (
            cause.kind, cause.keys, cause.dims, cause.confidence, cause.step and as_text(cause.step),
            len(cause.evidence), len(cause.undecided), bool(cause.advice), bool(share(cause, complaints)),
        )
        for cause in explanation.causes
    ]  # fmt: skip


def said(explanation: Explanation) -> Iterator[str]:
    """Everything of the causes that is."""
    yield at_first(explanation.before)
    for cause in explanation.causes:
        yield from (cause.sentence, cause.advice, *cause.evidence, *cause.undecided, how_sure(cause))
        yield from (share(cause, explanation.before.complaints), as_words(cause.step, 3) if cause.step else "")


def is_english(sentence: str) -> bool:
    return bool(re.search(r"[A-Za-z]{3,}", _DATA.sub("", sentence)))


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_of_two_files_the_same_is_found_and_nothing_is_said_in_english(
    one: str, other: str, samples: Path, wide: Wide
) -> None:
    a, b = side_of(samples / one), side_of(samples / other)
    before = facts(explain(a, b))
    language.take(wide)
    explanation = explain(a, b)
    assert facts(explanation) == before
    assert not [sentence for sentence in said(explanation) if is_english(sentence)]


def test_of_a_pasted_error_the_same_is_found(wide: Wide) -> None:
    before = facts(explain(*of_text()))
    language.take(wide)
    explanation = explain(*of_text())
    assert facts(explanation) == before
    sentences = [sentence.partition("state[")[0] for sentence in said(explanation)]
    assert not [sentence for sentence in sentences if is_english(sentence)]


def test_what_loading_would_do_is_as_brief_as_in_english(samples: Path, wide: Wide) -> None:
    a, b = side_of(samples / "resnet_module_prefix.pth"), side_of(samples / "resnet_new_head.pth")

    def ways() -> list[tuple[bool, int, int]]:
        """Whether it loads, and how many sentences it takes, whole and brief."""
        found = explain(a, b)
        head = [cause.step for cause in found.causes if cause.step is not None and cause.kind == "prefix"]
        mended = apply(a, head)
        without = mended._replace(items=tuple(item for item in mended.items if not item.key.startswith("fc")))
        made = receipt(explain(without, b).before)
        return [(way.loads, way.sentence.count("."), way.brief.count(".")) for way in made.ways]

    before = ways()
    assert [(loads, brief) for loads, _, brief in before if loads] == [(True, 1), (True, 1)]
    language.take(wide)
    assert ways() == before


def test_models_and_optimizers_are_known_in_every_language(samples: Path, wide: Wide) -> None:
    def known() -> list[object]:
        found = identify(side_of(samples / "resnet_new_head.pth"))
        states = lenses(open_checkpoint(samples / "linear_training.pt"))
        named = [(each.confidence, [slot.name for slot in each.slots]) for each in states]
        return [found.kind, found.builders, named]

    before = known()
    language.take(wide)
    assert known() == before


def test_a_report_speaks_the_language_and_its_record_does_not(samples: Path, wide: Wide) -> None:
    language.take(wide)
    comparison = explain(side_of(samples / PAIRS[0][0]), side_of(samples / PAIRS[0][1]))
    story = Story("a.pth", "b.pth", "", comparison.before, comparison.causes, record={"kind": "size mismatch"})
    assert "ｃａｕｓｅｓ" in report(story, "html")
    assert "Ｃａｕｓｅｓ" in report(story, "md")
    assert '"size mismatch"' in report(story, "json")
