"""The rows of a tree: names split at dots, preorder, sums, keys."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspector.checkpoint.entries import Branch, Checkpoint, Entry, Extra, Storage, Tensor, Value
from inspector.checkpoint.outline import Outline


def tensor(name: str, *shape: int, dtype: str = "float32", storage: str = "", parts: tuple[Tensor, ...] = ()) -> Tensor:
    block = Storage(storage or name, dtype, "cpu", 4096, None)
    return Tensor(name, dtype, shape, (1,) * len(shape), 0, block, extra=Extra(parts=parts))


def mapping(name: str, *children: Entry, attribute: bool = False) -> Branch:
    return Branch(name, "dict", "mapping", children, attribute=attribute)


def drawn(outline: Outline) -> list[str]:
    return ["  " * depth + label for depth, label in zip(outline.depths, outline.labels, strict=True)]


def test_names_of_a_state_dict_become_groups() -> None:
    outline = Outline.of(
        mapping(
            "", tensor("conv1.weight", 64, 3, 7, 7), tensor("layer1.0.bn.bias", 64), tensor("layer1.0.bn.weight", 64)
        )
    )
    assert drawn(outline) == ["conv1", "  weight", "layer1", "  0", "    bn", "      bias", "      weight"]
    assert outline.ends == [2, 2, 7, 7, 7, 6, 7]
    assert outline.parents == [-1, 0, -1, 2, 3, 4, 4]
    assert list(outline.children()) == [0, 2]
    assert list(outline.children(4)) == [5, 6]
    assert [outline.entries[row] is None for row in range(7)] == [True, False, True, True, True, False, False]
    assert outline.key(5) == "layer1.0.bn.bias"


def test_every_row_sums_up_what_is_below_it() -> None:
    sparse = tensor("s", 1000, 1000, parts=(tensor("indices", 2, 5, dtype="int64"), tensor("values", 5)))
    outline = Outline.of(
        mapping("", tensor("a.w", 2, 3), tensor("a.h", 4, dtype="float16"), sparse, Value("epoch", "int", 3))
    )
    assert drawn(outline) == ["a", "  w", "  h", "s", "epoch"]
    assert outline.tensors == [2, 1, 1, 1, 0]
    assert outline.parameters == [10, 6, 4, 1_000_000, 0]
    assert outline.nbytes == [32, 24, 8, 100, 0]
    assert (outline.total_tensors, outline.total_parameters, outline.total_nbytes) == (3, 1_000_010, 132)


def test_a_group_whose_names_lie_apart_is_one_row_where_it_is_named_first() -> None:
    outline = Outline.of(
        mapping("", tensor("a.x", 1), tensor("b.y", 1), tensor("a.c.z", 1), Value("n", "int", 1), tensor("b.w", 2))
    )
    assert drawn(outline) == ["a", "  x", "  c", "    z", "b", "  y", "  w", "n"]
    assert outline.parameters == [2, 1, 1, 1, 3, 1, 2, 0]
    assert [outline.key(row) for row in outline.leaves] == ["a.x", "a.c.z", "b.y", "b.w", "n"]


def test_a_tensor_may_have_the_name_of_a_group() -> None:
    outline = Outline.of(mapping("", tensor("a", 1), tensor("a.b", 1)))
    assert drawn(outline) == ["a", "a", "  b"]
    assert outline.row("a") == 0
    assert outline.row("a.b") == 2
    assert Outline.of(mapping("", tensor("a.b", 1), tensor("a", 1))).row("a") == 2, (
        "what the file has goes before a group"
    )


def test_names_that_are_no_paths_stay_whole() -> None:
    names = ["a..b", ".a", "a.", "", "dir/file.pt", "It is. Or not", "x." * 70 + "x"]
    outline = Outline.of(mapping("", tensor("model.weight", 1), *(tensor(name, 1) for name in names)))
    assert outline.labels == ["model", "weight", *names]
    settings = mapping("", Value("torch.version", "str", "2.1"), Value("train.py", "str", "main"))
    assert Outline.of(settings).labels == ["torch.version", "train.py"], "no parameters, no paths"


def test_branches_of_the_file_nest_and_attributes_come_last() -> None:
    metadata = mapping("_metadata", mapping("layer.0", Value("version", "int", 1)), attribute=True)
    outline = Outline.of(
        mapping("", mapping("model", metadata, tensor("fc.weight", 1)), Value("epoch", "int", 9), mapping("empty"))
    )
    assert drawn(outline) == [
        "model",
        "  fc",
        "    weight",
        "  _metadata",
        "    layer.0",
        "      version",
        "epoch",
        "empty",
    ]
    assert outline.key(2) == "model.fc.weight"
    assert [outline.labels[row] for row in outline.leaves] == ["weight", "version", "epoch", "empty"]


def test_a_module_has_its_tensors_first_then_its_modules_then_its_settings() -> None:
    children = (
        Value("training", "bool", True),
        Branch("relu", "torch.nn.ReLU", "module"),
        mapping("cfg", attribute=True),
        Value("head", "NoneType", None, "说明", "module"),
        tensor("a.weight", 1),
        Value("bias", "NoneType", None, "说明", "parameter"),
        Value("p", "float", 0.1),
    )
    labels = Outline.of(Branch("", "Net", "module", children)).labels
    assert labels == ["a.weight", "bias", "relu", "head", "training", "cfg", "p"]


def test_tensors_in_one_storage_know_of_each_other() -> None:
    outline = Outline.of(mapping("", tensor("wte", 8, storage="0"), tensor("head", 8, storage="0"), tensor("b", 8)))
    assert outline.shared_with(0) == [1]
    assert outline.shared_with(2) == []
    assert (outline.total_nbytes, outline.unique_nbytes) == (96, 8192)


def test_names_that_would_make_endless_keys_together_are_shortened() -> None:
    long = mapping("n" * 100_000, *(Value(f"{number}", "int", number) for number in range(2_000)))
    keys = Outline.of(mapping("", long)).keys
    assert keys[:2] == ["n" * 100_000, "n" * 100_000 + ".0"]
    assert keys[-1] == "…1999"
    assert sum(map(len, keys)) < 101_000_000


def test_a_tree_may_be_deeper_than_python_may_recurse() -> None:
    branch = mapping("x", tensor("t.w", 3))
    for _ in range(5_000):
        branch = mapping("x", branch)
    outline = Outline.of(branch)
    assert (max(outline.depths), outline.parameters[0]) == (5_001, 3)


names = st.text(st.sampled_from("ab.0"), max_size=6)
leaves = st.builds(lambda name, *shape: tensor(name, *shape), names, st.integers(0, 3))
trees = st.recursive(leaves, lambda inner: st.builds(mapping, names, inner, inner, inner, attribute=st.booleans()))


@given(st.lists(trees, max_size=6))
def test_any_tree_is_a_preorder_that_has_each_entry_once_under_its_own_key(children: list[Entry]) -> None:
    root = mapping("", *children)
    outline = Outline.of(root)
    found = [(outline.key(row), id(entry)) for row, entry in enumerate(outline.entries) if entry is not None]
    assert sorted(found) == sorted((key, id(entry)) for key, entry in Checkpoint("", "zip", 0, root).entries())
    for row in range(len(outline)):
        parent = outline.parents[row]
        below = [other for other in range(len(outline)) if _is_within(outline, other, row)]
        assert below == list(range(row, outline.ends[row]))
        assert outline.depths[row] == (outline.depths[parent] + 1 if parent >= 0 else 0)
        assert outline.parameters[row] == sum(
            e.numel for e in (outline.entries[other] for other in below) if type(e) is Tensor
        )


def _is_within(outline: Outline, row: int, ancestor: int) -> bool:
    while row >= 0 and row != ancestor:
        row = outline.parents[row]
    return row == ancestor
