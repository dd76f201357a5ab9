"""The tree of a checkpoint as lines of text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspector.checkpoint.entries import (
    Branch,
    Checkpoint,
    Entry,
    Extra,
    Global,
    Quantization,
    Section,
    Storage,
    Tensor,
    Value,
)
from inspector.checkpoint.outline import Outline
from inspector.terminal.screen import Ink, columns_of, padded
from inspector.terminal.tree import Tree, heading


def tensor(
    name: str, *shape: int, storage: str = "", nbytes: int | None = None, damage: str = "", **more: object
) -> Tensor:
    numel = 1
    for size in shape:
        numel *= size
    block = Storage(storage or name, "float32", "cpu", 4 * numel if nbytes is None else nbytes, None)
    return Tensor(name, "float32", shape, (1,) * len(shape), 0, block, damage=damage, **more)  # type: ignore[arg-type]


def lines(*children: Entry, colour: bool = False, flat: bool = False, sections: tuple[Section, ...] = ()) -> list[str]:
    root = Branch("", "dict", "mapping", children)
    outline = Outline.of(root)
    tree = Tree(Checkpoint("a.pth", "zip", 0, root, sections=sections), outline, Ink(colour))
    rows = outline.leaves if flat else range(len(outline))
    return [line.rstrip("\n") for line in tree.lines(rows, flat=flat)]


def test_columns_stand_under_each_other() -> None:
    assert lines(tensor("fc.weight", 512, 784), tensor("fc.bias", 512), Value("epoch", "int", 3)) == [
        "fc        Linear 784→512      401,920   1.61 MB",
        "  weight  float32 [512, 784]  401,408   1.61 MB",
        "  bias    float32 [512]           512   2.05 kB",
        "epoch     int 3",
    ]


def test_what_should_be_known_of_a_row_stands_behind_it() -> None:
    view = tensor("view", 2, storage="big", nbytes=4000)
    quantised = tensor("q", 2, extra=Extra(Quantization("per_tensor_affine", 0.1, 3), role="buffer", conj=True))
    found = lines(
        tensor("wte", 2, storage="t"),
        tensor("head", 2, storage="t"),
        view,
        quantised,
        tensor("lost", 2, damage="It is cut off."),
        Branch("_metadata", "dict", "mapping", attribute=True, note="a note"),
        sections=(Section("head", "weights", "model weights"), Section("view", "other", "other")),
    )
    assert [line.split("8 B")[-1].strip() for line in found] == [
        "shares storage with head",
        "model weights; shares storage with wte",
        "a view of 4.00 kB",
        "buffer; per_tensor_affine; conj",
        "! It is cut off.",
        "_metadata  dict of 0                 attribute; a note",
    ]


def test_short_lists_of_plain_values_take_one_line() -> None:
    sizes = Branch(
        "kernel", "tuple", "sequence", (Value("0", "int", 3), Value("1", "NoneType", None), Value("2", "str", "a"))
    )
    mixed = Branch("mixed", "list", "sequence", (Value("0", "int", 3), tensor("1", 2)))
    assert [line.split("  ")[0] for line in lines(sizes, mixed)] == ["kernel", "mixed", "", ""]
    assert lines(sizes) == ["kernel  tuple (3, None, 'a')"]


def test_flat_lines_have_whole_keys() -> None:
    assert [line.split()[0] for line in lines(tensor("a.b.w", 1), tensor("a.c.w", 1), flat=True)] == ["a.b.w", "a.c.w"]


def test_values_read_as_what_they_are() -> None:
    values = [("s", "str", "x"), ("n", "NoneType", None), ("b", "bytes", b"\x00\xff"), ("f", "float", float("nan"))]
    values += [("i", "int", 2**5000), ("p", "pathlib.PosixPath", "a/b")]
    found = [line.split("  ", 1)[1].strip() for line in lines(*(Value(*each) for each in values))]
    assert found[:4] == ["str 'x'", "None", "bytes 2 bytes 00 ff", "float NaN"]
    assert found[4].startswith("int 0x1000")
    assert found[5] == "pathlib.PosixPath a/b"


def test_the_heading_says_first_what_is_broken_and_what_would_run() -> None:
    root = Branch("", "dict", "mapping", (tensor("w", 2),))
    names = tuple(
        Global(name, verdict, 1, False) for name, verdict in (("os.system", "dangerous"), ("my.Net", "unknown"))
    )
    whole = Checkpoint("a.pth", "zip", 1234, root, names, damage=tuple(f"Broken {n}." for n in range(11)))
    text = "".join(heading(whole, Outline.of(root), Ink(False)))
    assert text.splitlines()[1] == "zip · 1.23 kB · 1 tensor · 2 parameters · float32"
    assert "! Broken 7.\n! And 3 more, each marked in its place.\n! Loading it" in text
    assert "with weights_only=False would run os.system. Nothing was run here.\n" in text
    assert "It names classes that torch does not know: my.Net." in text
    assert "\x1b[31m! Broken 0.\x1b[39m" in "".join(heading(whole, Outline.of(root), Ink(True)))


def test_wide_characters_take_two_columns() -> None:
    assert (columns_of("abc"), columns_of("宽a"), columns_of("é")) == (3, 3, 1)
    assert padded("宽", 4) == "宽  "


texts = st.text(st.characters(), max_size=8) | st.sampled_from(["\x1b[2J", "a\nb", "\ud800", "\u202e", "a.b", "0"])
shapes = st.lists(st.integers(0, 2**62), max_size=3) | st.just([2**62] * 64)
plain = st.none() | st.booleans() | st.integers() | st.floats() | texts | st.binary(max_size=4) | st.complex_numbers()
leaves = st.builds(lambda name, shape, damage: tensor(name, *shape, damage=damage), texts, shapes, texts) | st.builds(
    lambda name, value, note: Value(name, type(value).__name__, value, note), texts, plain, texts
)
kinds = st.sampled_from(["mapping", "sequence", "set", "module", "object"])
branches = st.recursive(
    leaves,
    lambda inner: st.builds(
        Branch, texts, texts, kinds, st.lists(inner, max_size=3).map(tuple), st.booleans(), texts, texts
    ),
    max_leaves=8,
)


@given(st.lists(branches, max_size=5), st.booleans())
def test_any_tree_is_lines_that_do_nothing_on_a_screen(children: list[Entry], flat: bool) -> None:
    for line in lines(*children, flat=flat):
        assert line.isprintable()
        line.encode("utf-8")
