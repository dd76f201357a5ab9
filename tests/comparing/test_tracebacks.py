"""A pasted error says the same as the two sides it came from, however it was pasted."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from inspector.comparing.tracebacks import CUT, Told, looks_like_one, parse
from inspector.errors import InspectorError


def error_of(model: nn.Module, state: dict[str, object]) -> str:
    """torch's own words."""
    with pytest.raises(RuntimeError) as caught:
        model.load_state_dict(state)
    return str(caught.value)


def network(width: int = 8, classes: int = 3) -> nn.Module:
    return nn.Sequential(nn.Linear(4, width), nn.BatchNorm1d(width), nn.Linear(width, classes))


def story() -> str:
    state = network(6, 5).state_dict()
    del state["1.running_mean"], state["1.bias"]
    state["extra.weight"] = state["module.0.bias"] = torch.zeros(2)
    return error_of(network(), state)


def gist(told: Told) -> dict[str, object]:
    """What was read, as plain values."""
    pairs = told.comparison.pairs
    return {
        "model": told.b.name,
        "missing": [pair.key for pair in pairs if pair.kind == "missing"],
        "unexpected": [pair.key for pair in pairs if pair.kind == "unexpected"],
        "size": {pair.key: (pair.a.shape, pair.b.shape) for pair in pairs if pair.a and pair.b},
    }


STORY = {
    "model": "Sequential",
    "missing": ["1.bias", "1.running_mean"],
    "unexpected": ["extra.weight", "module.0.bias"],
    "size": {
        "0.weight": ((6, 4), (8, 4)),
        "0.bias": ((6,), (8,)),
        "1.weight": ((6,), (8,)),
        "1.running_var": ((6,), (8,)),
        "2.weight": ((5, 6), (3, 8)),
        "2.bias": ((5,), (3,)),
    },
}


def test_torchs_own_words_are_understood() -> None:
    (told,) = parse(story())
    assert gist(told) == STORY
    assert told.a.kind == told.b.kind == "error"
    assert not told.notes
    assert told.comparison.lines == 10


def wrapped(width: int) -> Callable[[str], str]:
    """As a terminal of so many columns shows it, copied."""
    return lambda text: "\n".join(
        line[start : start + width]
        for line in text.expandtabs().split("\n")
        for start in range(0, len(line) or 1, width)
    )


def before_each(prefix: str) -> Callable[[str], str]:
    return lambda text: "".join(f"{prefix}{line}\n" for line in text.split("\n"))


PASTED: dict[str, Callable[[str], str]] = {
    "traceback": lambda text: (
        f'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\nRuntimeError: {text}'
    ),
    "and more behind it": lambda text: (
        f"{text}\n\nDuring handling of \"this\", another exception occurred: ['no', 'key']"
    ),
    "windows": lambda text: text.replace("\n", "\r\n"),
    "quoted mail": before_each("> > "),
    "mail, wrapped at blanks": lambda text: "\n".join(
        f"> {line}" for whole in text.split("\n") for line in textwrap.wrap(whole, 60, break_on_hyphens=False)
    ),
    "indented": before_each("        "),
    "rank": before_each("[rank0]: "),
    "lightning rank": before_each("[rank: 0] ").__call__,
    "times": before_each("2024-05-01 12:00:03,123 ERROR "),
    "ray": before_each("(RayTrainWorker pid=1234, ip=10.0.0.1) "),
    "pytest": before_each("E       "),
    "rich": lambda text: "".join(f"│ {line:<76} │\n" for line in wrapped(76)(text).split("\n")),
    "coloured": lambda text: (
        "\x1b[31mRuntimeError\x1b[0m: " + text.replace("size mismatch", "\x1b[1msize mismatch\x1b[22m")
    ),
    "json": lambda text: json.dumps({"level": "error", "message": text}),
    "repr": lambda text: repr(RuntimeError(text)),
    "html": lambda text: text.replace('"', "&quot;"),
    "one line": lambda text: text.replace("\n\t", " "),
    **{f"{width} columns": wrapped(width) for width in (20, 41, 80, 97, 120)},
}


@pytest.mark.parametrize("pasted", PASTED)
def test_however_it_was_pasted(pasted: str) -> None:
    (told,) = parse(PASTED[pasted](story()))
    assert gist(told) == STORY


def test_ranks_that_talk_at_once_are_told_apart() -> None:
    lines = [(f"[rank{rank}]: {line}") for line in story().split("\n") for rank in range(3)]
    (told,) = parse("\n".join(lines))
    assert gist(told) == STORY


def test_several_errors_in_one_text() -> None:
    other = error_of(nn.LayerNorm(3), {"weight": torch.zeros(4)})
    first, second = parse(f"{story()}\n\nand for the other one\n{other}\n{story()}")
    assert gist(first) == STORY
    assert gist(second) == {
        "model": "LayerNorm",
        "missing": ["bias"],
        "unexpected": [],
        "size": {"weight": ((4,), (3,))},
    }


def test_scalars_and_names_with_quotes() -> None:
    model = nn.Module()
    model.scale = nn.Parameter(torch.zeros(()))
    text = error_of(model, {"scale": torch.zeros(2), 'odd "name", really': torch.zeros(1), "it's": torch.zeros(1)})
    (told,) = parse(text)
    assert gist(told)["unexpected"] == ['odd "name", really', "it's"]
    assert gist(told)["size"] == {"scale": ((2,), ())}


def test_what_is_no_tensor_or_cannot_be_copied_is_noted() -> None:
    text = error_of(nn.Linear(2, 2), {"weight": 3, "bias": torch.zeros(2, device="meta")})
    (told,) = parse(text)
    assert [note.partition(" ")[0] for note in told.notes] == ["weight", "bias"]


OLDER = {
    "0.2": ("KeyError: 'unexpected key \"module.fc.weight\" in state_dict'", {"unexpected": ["module.fc.weight"]}),
    "0.3": (
        "KeyError: 'missing keys in state_dict: \"{\\'fc.bias\\', \\'fc.weight\\'}\"'",
        {"missing": ["fc.bias", "fc.weight"]},
    ),
    "0.3 sizes": (
        "RuntimeError: While copying the parameter named fc.weight, whose dimensions in the model are"
        " torch.Size([10, 512]) and whose dimensions in the checkpoint are torch.Size([1000, 512]).",
        {"size": {"fc.weight": ((1000, 512), (10, 512))}},
    ),
    "0.4": (
        'RuntimeError: Error(s) in loading state_dict for Net:\n\tWhile copying the parameter named "fc.weight", whose'
        " dimensions in the model are torch.Size([10, 512]) and whose dimensions in the checkpoint are"
        " torch.Size([1000, 512]).",
        {"model": "Net", "size": {"fc.weight": ((1000, 512), (10, 512))}},
    ),
    "1.0": (
        "size mismatch for fc.weight: copying a param of torch.Size([1000, 512]) from checkpoint, where the shape is"
        " torch.Size([10, 512]) in current model.",
        {"size": {"fc.weight": ((1000, 512), (10, 512))}},
    ),
    "incompatible keys": (
        "_IncompatibleKeys(missing_keys=['fc.weight', 'fc.bias'], unexpected_keys=['head.weight'])",
        {"missing": ["fc.weight", "fc.bias"], "unexpected": ["head.weight"]},
    ),
    "distributed": (
        "RuntimeError: Missing key in checkpoint state_dict: model.fc.weight.",
        {"missing": ["model.fc.weight"]},
    ),
    "transformers, not used": (
        "Some weights of the model checkpoint at bert-base-uncased were not used when initializing BertForX: "
        "['cls.predictions.bias', 'cls.weight']\n- This IS expected if you are initializing BertForX from 'this'.",
        {"unexpected": ["cls.predictions.bias", "cls.weight"]},
    ),
    "transformers, new": (
        "Some weights of BertForX were not initialized from the model checkpoint at bert-base-uncased and are newly"
        " initialized: ['classifier.bias', 'classifier.weight']\nYou should probably TRAIN this model.",
        {"missing": ["classifier.bias", "classifier.weight"]},
    ),
    "transformers, shapes": (
        "Some weights of BertForX were not initialized from the model checkpoint at a/b and are newly initialized"
        " because the shapes did not match:\n- classifier.weight: found shape torch.Size([2, 768]) in the checkpoint"
        " and torch.Size([3, 768]) in the model instantiated\n- classifier.bias: found shape torch.Size([2]) in the"
        " checkpoint and torch.Size([3]) in the model instantiated\nYou should probably TRAIN this model.",
        {"size": {"classifier.weight": ((2, 768), (3, 768)), "classifier.bias": ((2,), (3,))}},
    ),
    "transformers, hint": (
        "RuntimeError: Error(s) in loading state_dict for BertForX:\n\tsize mismatch for classifier.weight: copying a"
        " param with shape torch.Size([2, 768]) from checkpoint, the shape in current model is torch.Size([3, 768]).\n"
        "\tYou may consider adding `ignore_mismatched_sizes=True` in the model `from_pretrained` method.",
        {"model": "BertForX", "size": {"classifier.weight": ((2, 768), (3, 768))}},
    ),
    "accelerate": (
        'ValueError: Trying to set a tensor of shape torch.Size([32001, 4096]) in "weight" (which has shape'
        " torch.Size([32000, 4096])), this looks incorrect.",
        {"size": {"weight": ((32001, 4096), (32000, 4096))}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("version", OLDER)
def test_other_wordings(version: str) -> None:
    text, expected = OLDER[version]
    (told,) = parse(text)
    assert gist(told) == {"model": "model", "missing": [], "unexpected": [], "size": {}} | expected
    assert not told.notes


@pytest.mark.parametrize(
    "text",
    [
        'Missing key(s) in state_dict: "a.weight", "a.bias", "b.wei',
        'Missing key(s) in state_dict: "a.weight", "a.bias", ...',
        'Missing key(s) in state_dict: "a.weight", "a.bias", …',
        'Missing key(s) in state_dict: "a.weight", "a.bias". \n\tsize mismatch for b.weight: copying a param with sh',
        'Missing key(s) in state_dict: "a.weight", "a.bias". \n\tsize mismatch for b.weight: copying a param with shape'
        " torch.Size([3, 4]) from checkpoint, the sha...",
    ],
)
def test_a_text_that_is_cut_off_says_so(text: str) -> None:
    (told,) = parse(text)
    assert gist(told)["missing"] == ["a.weight", "a.bias"]
    assert told.notes == (CUT,)


@given(st.integers(0, 900))
@settings(max_examples=60, deadline=None)
def test_cut_anywhere_it_never_says_what_is_not_so(length: int) -> None:
    try:
        (told,) = parse(story()[:length])
    except InspectorError:
        return
    read = gist(told)
    assert set(read["missing"]) <= set(STORY["missing"])
    assert set(read["unexpected"]) <= set(STORY["unexpected"])
    assert read["size"].items() <= STORY["size"].items()


@pytest.mark.parametrize(
    "text", ["", "Hello", "RuntimeError: CUDA out of memory", "Error(s) in loading state_dict for X:"]
)
def test_a_text_without_such_an_error_gives_a_sentence(text: str) -> None:
    with pytest.raises(InspectorError, match="no error of load_state_dict"):
        parse(text)


HOSTILE = {
    "letters": "a" * 10_000_000,
    "line feeds": "\n" * 2_000_000,
    "words": "size mismatch for " * 100_000,
    "half words": "size mismatch fo\n" * 100_000,
    "quotes": "Missing key(s) in state_dict: " + '"' * 1_000_000,
    "many lists": 'Missing key(s) in state_dict: "' * 50_000,
    "dashes": "were not initialized from the model checkpoint at " + "- " * 500_000,
    "margins": "> " * 1_000_000,
    "brackets": "size mismatch for a: copying " + "[" * 1_000_000,
    "digits": "size mismatch for a: copying [" + "1" * 1_000_000 + "]" + "[2]" * 1000,
    "errors": "Error(s) in loading state_dict for A:" * 50_000,
    "colours": "\x1b[" * 500_000 + "\x1b]" * 100_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.timeout(20)
def test_hostile_text_is_read_in_bounded_time(kind: str) -> None:
    try:
        parse(HOSTILE[kind])
    except InspectorError as error:
        assert len(error.message) < 1000  # noqa: PT017


@given(
    st.text()
    | st.lists(
        st.sampled_from(
            [
                '"',
                "'",
                "[",
                "Missing key(s) in state_dict: ",
                "size mismatch for ",
                ": copying",
                "\n",
                "(2, 3)",
                "a",
                ",",
                ".",
            ]
        )
    ).map("".join)
)
@settings(max_examples=100, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        told = parse(text)
    except InspectorError:
        return
    assert all(each.a.items or each.b.items or each.notes for each in told)


def test_a_size_mismatch_of_equal_sizes_is_none() -> None:
    (told,) = parse('size mismatch for a: copying a (2,) to (2,). Missing key(s) in state_dict: "b".')
    assert gist(told) == {"model": "model", "missing": ["b"], "unexpected": [], "size": {}}


def test_a_quick_look_finds_what_is_worth_reading() -> None:
    assert looks_like_one(story())
    assert not looks_like_one("some text from somewhere")
