"""What a query leaves of a tree."""

from __future__ import annotations

import pytest

from inspector.analysis.statistics import Statistics
from inspector.checkpoint.entries import Branch, Storage, Tensor, Value
from inspector.checkpoint.outline import Outline
from inspector.checkpoint.searching import Found, matching, search
from inspector.errors import QueryError


def tensor(
    name: str, shape: tuple[int, ...], dtype: str = "float32", *, storage: str = "", device: str = "cpu", **more: object
) -> Tensor:
    block = Storage(storage or name, dtype, device, 0, None)
    return Tensor(name, dtype, shape, (1,) * len(shape), 0, block, **more)  # type: ignore[arg-type]


MODEL = Branch(
    "model",
    "collections.OrderedDict",
    "mapping",
    (
        tensor("conv1.weight", (64, 3, 7, 7), device="cuda:0"),
        tensor("bn1.weight", (64,), "bfloat16", requires_grad=True),
        tensor("bn1.bias", (64,), "bfloat16"),
        tensor("bn1.running_mean", (64,)),
        tensor("emb.weight", (1000, 512), storage="tied"),
        tensor("head.weight", (1000, 512), storage="tied"),
        tensor("head.bias", (1000,), damage="It is cut off."),
        tensor("scale", ()),
    ),
)
OPTIMIZER = Branch("optimizer", "dict", "mapping", (Value("name", "str", "AdamW"), Value("lr", "float", 0.1)))
OUTLINE = Outline.of(
    Branch(
        "", "dict", "mapping", (MODEL, OPTIMIZER, Branch("empty", "list", "sequence"), Value("epoch", "int", 10**5000))
    )
)


def hits(query: str, **statistics: Statistics) -> list[str]:
    found = matching(OUTLINE, query, {key.replace("__", "."): value for key, value in statistics.items()})
    return [OUTLINE.key(row).removeprefix("model.") for row in found.hits]


BN = ["bn1.weight", "bn1.bias", "bn1.running_mean"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("BIAS", ["bn1.bias", "head.bias"]),
        ("*.bias", ["bn1.bias", "head.bias"]),
        ("model.bn1", BN),
        ("m*.b?1", BN),
        ("model -*.weight -bn1", ["head.bias", "scale"]),
        ("shape:512", ["emb.weight", "head.weight"]),
        ("shape:[1000]", ["head.bias"]),
        ("shape:64x*x7x7", ["conv1.weight"]),
        ("shape:[]", ["scale"]),
        ("dims:4 or dims=0", ["conv1.weight", "scale"]),
        ("dtype:bf16", ["bn1.weight", "bn1.bias"]),
        ("device:cuda", ["conv1.weight"]),
        ("size>1MB", ["emb.weight", "head.weight"]),
        ("params>=1k params<1e4", ["conv1.weight", "head.bias"]),
        ("shared", ["emb.weight", "head.weight"]),
        ("damaged", ["head.bias"]),
        ("trainable", ["bn1.weight"]),
        ("type:BatchNorm", BN),
        ("type:*norm", BN),
        ("type:conv2d", ["conv1.weight"]),
        ("type:Linear", ["head.weight", "head.bias"]),
        ("type:orderedDict -model.head", ["conv1.weight", *BN, "emb.weight", "scale"]),
        ("type:list", ["empty"]),
        ("type:int", ["epoch"]),
        ("value:adam", ["optimizer.name"]),
        ("bn1 bias or lr", ["bn1.bias", "optimizer.lr"]),
        ("nothing", []),
    ],
)
def test_queries(query: str, expected: list[str]) -> None:
    assert hits(query) == expected


def test_statistics_decide_where_they_are_known_and_what_is_unknown_is_counted() -> None:
    known = {
        "model__scale": Statistics(count=10, nans=3),
        "model__conv1__weight": Statistics(count=10, mean=0.5),
        "model__bn1__bias": Statistics(count=10, zeros=10),
    }
    infinite = {"model__scale": Statistics(count=10, negative_infinities=1)}
    assert hits("nan", **known) == ["scale"]
    assert hits("-nan", **known) == ["conv1.weight", "bn1.bias"]
    assert hits("inf", **infinite) == ["scale"]
    assert hits("zero", **known) == ["bn1.bias"]
    assert hits("mean>0.1", **known) == ["conv1.weight"]
    assert hits("max>=8 min<0", model__scale=Statistics(count=2, minimum=-1, maximum=8)) == ["scale"]
    assert hits("nan or -model", **known) == ["scale", "optimizer.name", "optimizer.lr", "empty", "epoch"]
    assert matching(OUTLINE, "nan", {"model.scale": Statistics(count=10, nans=3)}).unmeasured == 7
    assert matching(OUTLINE, "nan bias").unmeasured == 2, "what another word rules out need not be measured"


def test_rows_are_the_hits_with_what_they_lie_in() -> None:
    found = matching(OUTLINE, "running_mean")
    assert [OUTLINE.labels[row] for row in found.rows] == ["model", "bn1", "running_mean"]
    assert matching(OUTLINE, "") == Found(range(len(OUTLINE)), OUTLINE.leaves)


def test_an_error_comes_before_any_search() -> None:
    with pytest.raises(QueryError):
        next(search(OUTLINE, "weight shpe:3"))


def test_a_search_rests_between_slices_and_may_be_dropped() -> None:
    many = Outline.of(Branch("", "dict", "mapping", tuple(tensor(f"l.{n}", (1,)) for n in range(50_000))))
    work = search(many, "9")
    assert [round(next(work).share, 1) for _ in range(3)] == [0.4, 0.8, 1.0]
    work.close()
