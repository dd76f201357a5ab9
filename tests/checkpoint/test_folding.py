"""Repeated blocks as one row."""

from __future__ import annotations

from inspector.checkpoint.entries import Branch, Entry, Storage, Tensor, Value
from inspector.checkpoint.folding import fold
from inspector.checkpoint.outline import Outline


def outline_of(*names_and_shapes: tuple[str, tuple[int, ...]]) -> Outline:
    block = Storage("0", "float32", "cpu", 4096, None)
    children = tuple(Tensor(name, "float32", shape, (1,) * len(shape), 0, block) for name, shape in names_and_shapes)
    return Outline.of(Branch("", "dict", "mapping", children))


def drawn(outline: Outline) -> list[str]:
    return ["  " * depth + label for depth, label in zip(outline.depths, outline.labels, strict=True)]


def test_like_blocks_are_one_row_with_the_sums_of_all() -> None:
    whole = outline_of(
        *((f"layers.{n}.{part}", (4, 4)) for n in range(48) for part in ("q.weight", "k.weight")),
        ("head.weight", (2, 4)),
    )
    folded = fold(whole)
    assert drawn(folded) == ["layers", "  {0-47}", "    q", "      weight", "    k", "      weight", "head", "  weight"]
    assert folded.key(3) == "layers.{0-47}.q.weight"
    assert folded.parameters == [1536, 1536, 768, 768, 768, 768, 8, 8]
    assert folded.tensors == [96, 96, 48, 48, 48, 48, 1, 1]
    assert folded.total_nbytes == whole.total_nbytes
    assert folded.ends == [6, 6, 4, 4, 6, 6, 8, 8]
    assert [whole.key(row) for row in folded.blocks[1]] == [f"layers.{n}" for n in range(48)]
    assert whole.key(folded.origins[3]) == "layers.0.q.weight"
    assert list(folded.children(1)) == [2, 4]


def test_only_neighbours_that_are_alike_are_folded() -> None:
    wide = outline_of(
        ("l.0.w", (8,)), ("l.1.w", (4,)), ("l.2.w", (4,)), ("l.x.w", (4,)), ("l.3.w", (4,)), ("l.5.w", (4,))
    )
    assert drawn(fold(wide))[1::2] == ["  0", "  {1-2}", "  x", "  {3,5}"]


def test_runs_within_a_block_are_folded_too_and_end_with_it() -> None:
    whole = outline_of(*((f"l.{n}.experts.{e}.w", (2,)) for n in range(3) for e in range(4)), ("z.w", (1,)))
    folded = fold(whole)
    assert drawn(folded) == ["l", "  {0-2}", "    experts", "      {0-3}", "        w", "z", "  w"]
    assert folded.parameters == [24, 24, 24, 24, 24, 1, 1]
    assert drawn(fold(whole, {"l.{0-2}.experts.{0-3}"}))[3:7] == ["      0", "        w", "      1", "        w"]
    assert drawn(fold(whole, {"l.{0-2}"}))[1:4] == ["  0", "    experts", "      {0-3}"]


def test_numbers_that_do_not_follow_each_other_are_named() -> None:
    folded = fold(outline_of(*((f"l.{n}.w", (2,)) for n in range(0, 20, 2))))
    assert folded.labels[1] == "{0,2,4,…,18}"


def test_values_that_differ_are_not_folded_away() -> None:
    def group(name: str, rate: float) -> Entry:
        return Branch(name, "dict", "mapping", (Value("lr", "float", rate),))

    def folded(*rates: float) -> list[str]:
        groups = tuple(group(str(number), rate) for number, rate in enumerate(rates))
        return fold(Outline.of(Branch("", "list", "sequence", groups))).labels

    assert folded(0.1, 0.1) == ["{0-1}", "lr"]
    assert folded(0.1, 0.2) == ["0", "lr", "1", "lr"]


def test_leaves_with_numbers_stay_what_they_are() -> None:
    assert fold(outline_of(("0", (2,)), ("1", (2,)))).labels == ["0", "1"]
