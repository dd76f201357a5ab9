"""What is written is what was meant, opens in torch, and takes its name last - or nothing of it is left."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import textwrap
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file

from inspector.checkpoint.entries import ITEM_SIZES, Tensor
from inspector.checkpoint.pickling import Pickler
from inspector.checkpoint.planning import Packing, Plan, Wanted, of_entry
from inspector.checkpoint.reading import open_checkpoint
from inspector.checkpoint.writing import write
from inspector.errors import FileError
from inspector.progress import Progress, finish
from tests.checkpoint.entries_of import entry_of_tensor
from tests.checkpoint.oracle import assert_shows


def plan_of(state: dict[str, torch.Tensor], path: Path, format: str = "zip") -> Plan:
    """The plan to write a state_dict, read from the file at `path` that torch makes of it."""
    torch.save(state, path)
    packing = Packing()
    root = OrderedDict((key, packing.add(key, of_entry(tensor))) for key, tensor in open_checkpoint(path).tensors())
    return packing.plan(root, format=format, sources=[str(path)])


def rewritten(state: dict[str, torch.Tensor], folder: Path) -> dict[str, Any]:
    """`state` written by us and loaded by torch."""
    plan = plan_of(state, folder / "before.pth")
    finish(write(folder / "after.pth", plan, overwrite=True))
    loaded: dict[str, Any] = torch.load(folder / "after.pth", weights_only=True)
    assert list(loaded) == list(state)
    for key, tensor in state.items():
        assert_same(loaded[key], tensor)
    assert_shows(open_checkpoint(folder / "after.pth"), loaded)
    return loaded


def assert_same(one: torch.Tensor, other: torch.Tensor) -> None:
    assert (one.dtype, one.shape, one.requires_grad) == (other.dtype, other.shape, other.requires_grad)
    assert type(one) is type(other)
    bits = [each.detach().resolve_conj().resolve_neg().contiguous().reshape(-1) for each in (one, other)]
    assert torch.equal(*(each.view(torch.uint8) for each in bits))


def bits_of(dtype: str, count: int = 24) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    nbytes = count * ITEM_SIZES[dtype]
    bits = torch.randint(0, 2 if dtype == "bool" else 256, (nbytes,), generator=generator, dtype=torch.uint8)
    return bits.view(getattr(torch, dtype))


DTYPES = [name for name in ITEM_SIZES if not name.startswith(("q", "bits")) and hasattr(torch, name)]


@pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental:UserWarning")
def test_every_dtype_is_kept_to_the_bit(tmp_path: Path) -> None:
    rewritten({dtype: bits_of(dtype) for dtype in DTYPES}, tmp_path)


def test_views_stay_views_and_ties_stay_ties(tmp_path: Path) -> None:
    base = torch.randn(20, 30)
    state = {
        "whole": base,
        "transposed": base.t(),
        "part": base[3:7, 2:9],
        "tied": base,
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "expanded": torch.ones(1).expand(5, 4),
        "channels last": torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
        "conjugated": torch.randn(3, dtype=torch.complex64).conj(),
    }
    loaded = rewritten(state, tmp_path)
    assert loaded["whole"].data_ptr() == loaded["tied"].data_ptr() == loaded["transposed"].data_ptr()
    for key in ("transposed", "part", "expanded", "channels last"):
        assert loaded[key].stride() == state[key].stride(), key
    assert loaded["part"].untyped_storage().data_ptr() == loaded["whole"].untyped_storage().data_ptr()
    loaded["whole"][3, 2] = 7
    assert loaded["part"][0, 0] == 7


def test_a_small_view_does_not_drag_its_storage_along(tmp_path: Path) -> None:
    large = torch.randn(1000, 1000)
    state = {"row": large[5], "column": large[:, 7], "again": large[:, 7], "diagonal": large.diagonal()}
    loaded = rewritten(state, tmp_path)
    assert (tmp_path / "after.pth").stat().st_size < 100_000
    assert loaded["column"].data_ptr() == loaded["again"].data_ptr()


@given(
    st.lists(st.tuples(st.integers(0, 1), *[st.sampled_from([0, 2, 4, 6])] * 4, st.booleans()), min_size=1, max_size=6)
)
@settings(max_examples=60, deadline=None)
def test_any_views_of_the_same_storages(tmp_path_factory: pytest.TempPathFactory, cuts: list[tuple[Any, ...]]) -> None:
    bases = [torch.randn(6, 6), torch.randn(6, 6)]
    state = {}
    for number, (base, top, bottom, left, right, turned) in enumerate(cuts):
        view = bases[base][min(top, bottom) : max(top, bottom), min(left, right) : max(left, right)]
        state[f"{number}.{base}"] = view.t() if turned else view
    loaded = rewritten(state, tmp_path_factory.mktemp("views"))
    pairs = itertools.combinations(state, 2)
    for one, other in pairs:
        if state[one].numel() and state[one].data_ptr() == state[other].data_ptr():
            assert loaded[one].data_ptr() == loaded[other].data_ptr()


def test_parameters_and_what_learns(tmp_path: Path) -> None:
    state = {
        "parameter": torch.nn.Parameter(torch.randn(3)),
        "frozen": torch.nn.Parameter(torch.randn(3), requires_grad=False),
        "learns": torch.randn(3, requires_grad=True),
        "float8": torch.nn.Parameter(bits_of("float8_e4m3fn"), requires_grad=False),
    }
    loaded = rewritten(state, tmp_path)
    assert [loaded[key].requires_grad for key in state] == [True, False, True, False]


def test_the_archive_is_what_torch_makes(tmp_path: Path) -> None:
    plan = plan_of({"a": torch.randn(5), "b": bits_of("float8_e5m2")}, tmp_path / "before.pth")
    finish(write(tmp_path / "after.pth", plan))
    archive, model = (zipfile.ZipFile(tmp_path / name) for name in ("after.pth", "before.pth"))
    assert archive.testzip() is None
    assert {name.partition("/")[2] for name in archive.namelist()} == {
        name.partition("/")[2] for name in model.namelist() if "serialization_id" not in name
    }
    for record in ("version", "byteorder", ".format_version", ".storage_alignment"):
        assert archive.read(f"after/{record}") == model.read(f"before/{record}")
    data = (tmp_path / "after.pth").read_bytes()
    for info in archive.infolist():
        head = data[info.header_offset : info.header_offset + 30]
        start = info.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        assert start % 64 == 0, info.filename
        assert info.compress_type == zipfile.ZIP_STORED
    mapped = torch.load(tmp_path / "after.pth", weights_only=True, mmap=True)
    assert torch.equal(mapped["a"], torch.load(tmp_path / "before.pth", weights_only=True)["a"])


@pytest.mark.parametrize(
    "name", ["weights", "a.b.pth", "ünïcode ☃.pth", "with space.pt", "..pth", 'it\'s "quoted".pth']
)
def test_any_name_of_a_file(tmp_path: Path, name: str) -> None:
    plan = plan_of({"a": torch.randn(5)}, tmp_path / "before.pth")
    written = finish(write(tmp_path / name, plan))
    assert written.path == str(tmp_path / name)
    assert written.nbytes == (tmp_path / name).stat().st_size
    torch.load(tmp_path / name, weights_only=True)


def test_safetensors_hold_the_same(tmp_path: Path) -> None:
    left_out = (
        "uint64",
        "uint32",
        "uint16",
        "complex32",
        "complex128",
        "float8_e4m3fnuz",
        "float8_e5m2fnuz",
        "float4_e2m1fn_x2",
    )
    state = {dtype: bits_of(dtype) for dtype in DTYPES if dtype not in left_out}
    state |= {"transposed": torch.randn(4, 5).t(), "scalar": torch.tensor(1.5), "empty": torch.zeros(0, 2)}
    state |= {'name "quoted" ü': torch.randn(2)}
    plan = plan_of(state, tmp_path / "before.pth", "safetensors")
    finish(write(tmp_path / "after.safetensors", plan))
    loaded = load_file(tmp_path / "after.safetensors")
    assert set(loaded) == set(state)
    for key, tensor in state.items():
        assert_same(loaded[key], tensor)


@pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental:UserWarning")
def test_safetensors_refuse_what_they_cannot_hold(tmp_path: Path) -> None:
    odd = ({"a": bits_of("complex32")}, {"a": bits_of("complex128")})
    for state in (*odd, {"\ud800": torch.zeros(1)}, {"__metadata__": torch.zeros(1)}):
        with pytest.raises(FileError, match="cannot hold"):
            finish(write(tmp_path / "after.safetensors", plan_of(state, tmp_path / "before.pth", "safetensors")))
    packing = Packing()
    nested = {"a": {"b": packing.add("a.b", of_entry(entry_of_tensor(torch.zeros(1))))}}
    with pytest.raises(FileError, match="and nothing else"):
        finish(write(tmp_path / "after.safetensors", packing.plan(nested, format="safetensors")))
    assert list(tmp_path.glob("*after*")) == []


# -- plain values ------------------------------------------------------------------------------------

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text() | st.binary()
    | st.complex_numbers(allow_nan=False) | st.just(()),
    lambda inner: st.lists(inner, max_size=5) | st.tuples(inner) | st.tuples(inner, inner, inner, inner)
    | st.dictionaries(st.text() | st.integers(), inner, max_size=5)
    | st.dictionaries(st.text(), inner, max_size=5).map(OrderedDict),
    max_leaves=20,
)  # fmt: skip


@given(plain)
@settings(max_examples=150, deadline=None)
def test_plain_values_come_back_to_the_type(value: Any) -> None:
    import pickle

    data = finish(Pickler((), ()).dumping(value))
    back = pickle.loads(data)
    assert back == value
    assert repr(back) == repr(value)


def test_long_containers_shared_ones_and_cycles(tmp_path: Path) -> None:
    shared = [1, 2]
    tree: dict[str, Any] = {"long": list(range(5000)), "many": dict.fromkeys(map(str, range(3000)), 1)}
    tree |= {"one": shared, "two": shared, "big": 2**2000, "metadata": OrderedDict(a=1)}
    tree["metadata"]._metadata = {"": {"version": 1}}
    tree["self"] = tree
    finish(write(tmp_path / "tree.pth", Plan(tree, (), ())))
    back = torch.load(tmp_path / "tree.pth", weights_only=True)
    assert back["one"] is back["two"]
    assert back["self"] is back
    assert back["metadata"]._metadata == {"": {"version": 1}}
    assert back["long"] == tree["long"]
    assert back["big"] == 2**2000


@pytest.mark.parametrize("value", [object(), 2**3000, {1, 2}])
def test_what_cannot_be_written_is_said_before_anything_is(tmp_path: Path, value: Any) -> None:
    with pytest.raises(FileError, match="cannot be written"):
        finish(write(tmp_path / "x.pth", Plan({"a": value}, (), ())))
    assert list(tmp_path.iterdir()) == []


# -- what can go wrong -------------------------------------------------------------------------------


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return plan_of({"a": torch.randn(600_000), "b": torch.randn(3)}, tmp_path / "before.pth")


def test_a_file_that_is_there_is_not_replaced_unless_told(tmp_path: Path, plan: Plan) -> None:
    target = tmp_path / "there.pth"
    target.write_text("precious")
    with pytest.raises(FileError, match="is there already"):
        finish(write(target, plan))
    assert target.read_text() == "precious"
    target.chmod(0o640)
    finish(write(target, plan, overwrite=True))
    assert torch.load(target, weights_only=True)["b"].shape == (3,)
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("way", ["itself", "link", "other name"])
def test_the_source_is_replaced_only_when_told_twice(tmp_path: Path, plan: Plan, way: str) -> None:
    source = tmp_path / "before.pth"
    target = source
    if way == "link":
        target = tmp_path / "link.pth"
        target.symlink_to(source)
    if way == "other name":
        target = tmp_path / "hard.pth"
        os.link(source, target)
    before = source.read_bytes()
    for allowed in ({}, {"overwrite": True}, {"over_source": True}):
        with pytest.raises(FileError, match="the very file that is read"):
            finish(write(target, plan, **allowed))
    assert source.read_bytes() == before
    finish(write(target, plan, overwrite=True, over_source=True))
    assert torch.load(target, weights_only=True)["b"].shape == (3,)


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path, plan: Plan) -> None:
    work = write(tmp_path / "late.pth", plan)
    next(work)
    (tmp_path / "late.pth").write_text("precious")
    with pytest.raises(FileError, match="is there already"):
        finish(work)
    assert (tmp_path / "late.pth").read_text() == "precious"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["before.pth", "late.pth"]


def test_cancelled_anywhere_it_leaves_nothing(tmp_path: Path, plan: Plan) -> None:
    words = sum(1 for _ in write(tmp_path / "full.pth", plan))
    assert words > 4
    for asked in range(words):
        work = write(tmp_path / "x.pth", plan)
        for _ in itertools.islice(work, asked):
            pass
        work.close()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["before.pth", "full.pth"]


def test_progress_says_how_far_it_is(tmp_path: Path, plan: Plan) -> None:
    words = list(write(tmp_path / "x.pth", plan))
    assert all(isinstance(word, Progress) for word in words)
    assert {word.text for word in words} == {"writing", "comparing"}
    assert [word.done for word in words] == sorted(word.done for word in words)
    assert words[-1].done == words[-1].total == 2 * plan.nbytes


def test_numbers_that_change_meanwhile_are_noticed(tmp_path: Path) -> None:
    turn = itertools.count()

    def blocks() -> Iterator[np.ndarray]:
        yield np.full(10, next(turn), "f4")

    packing = Packing()
    plan = packing.plan({"a": packing.add("a", Wanted("float32", (10,), blocks))})
    with pytest.raises(FileError, match="not what was meant"):
        finish(write(tmp_path / "x.pth", plan))
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_is_cut_short_meanwhile_is_a_sentence(tmp_path: Path, plan: Plan) -> None:
    work = write(tmp_path / "x.pth", plan)
    next(work)
    with open(tmp_path / "before.pth", "r+b") as source:
        source.truncate(1000)
    with pytest.raises(FileError):
        finish(work)
    assert [each.name for each in tmp_path.iterdir()] == ["before.pth"]


def test_a_disk_that_is_too_small_is_said_before_it_is_full(tmp_path: Path) -> None:
    packing = Packing()
    leaf = packing.add("a", Wanted("float32", (1 << 52,), lambda: iter(())))
    with pytest.raises(FileError, match="not enough room"):
        finish(write(tmp_path / "x.pth", packing.plan({"a": leaf})))
    assert list(tmp_path.iterdir()) == []


FULL = """
    import resource, signal, sys
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
    from inspector.checkpoint.planning import Packing, of_entry
    from inspector.checkpoint.reading import open_checkpoint
    from inspector.checkpoint.writing import write
    from inspector.errors import FileError
    from inspector.progress import finish
    packing = Packing()
    root = {key: packing.add(key, of_entry(tensor)) for key, tensor in open_checkpoint(sys.argv[1]).tensors()}
    try:
        finish(write(sys.argv[2], packing.plan(root)))
    except FileError as error:
        print(error.message)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are a thing of POSIX")
def test_a_disk_that_takes_no_more_is_a_sentence_and_leaves_nothing(tmp_path: Path, plan: Plan) -> None:
    command = [sys.executable, "-c", textwrap.dedent(FULL), str(tmp_path / "before.pth"), str(tmp_path / "x.pth")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "does not take files as large" in done.stdout
    assert [each.name for each in tmp_path.iterdir()] == ["before.pth"]


def test_folders_that_are_not_there_or_are_none(tmp_path: Path, plan: Plan) -> None:
    for path, said in (
        (tmp_path / "nowhere" / "x.pth", "There is no folder"),
        (tmp_path / "before.pth" / "x.pth", "is no folder"),
        (tmp_path, "is a folder"),
        (tmp_path / ("x" * 300), "too long"),
    ):
        with pytest.raises(FileError, match=said) as caught:
            finish(write(path, plan))
        assert caught.value.title == "This file cannot be written"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to(tmp_path: Path, plan: Plan) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(FileError, match="may not write"):
        finish(write(tmp_path / "closed" / "x.pth", plan))


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning")
def test_what_is_no_plain_tensor_is_refused_with_its_reason() -> None:
    quantised = torch.quantize_per_tensor(torch.randn(3), 0.1, 0, torch.qint8)
    for tensor, said in (
        (entry_of_tensor(quantised), "quantised"),
        (Tensor("a", "float32", (3,), (1,), 0, None), "meta tensor"),
        (entry_of_tensor(torch.zeros(3), layout="sparse_coo"), "sparse_coo"),
        (entry_of_tensor(torch.zeros(3), shape=(5,)), "last element"),
    ):
        with pytest.raises(FileError, match=said):
            of_entry(tensor)


def test_memory_is_bounded_whatever_the_size(tmp_path: Path) -> None:
    """A tensor of 400 MB that is nowhere in memory goes through in blocks."""
    script = """
        import resource, sys
        import numpy as np
        from inspector.checkpoint.planning import Packing, Wanted
        from inspector.checkpoint.writing import write
        from inspector.progress import finish
        def blocks():
            for number in range(400):
                yield np.full(250_000, number, "f4")
        packing = Packing()
        plan = packing.plan({"a": packing.add("a", Wanted("float32", (100_000_000,), blocks))})
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        finish(write(sys.argv[1], plan))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "x.pth")]
    grown = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    (tmp_path / "x.pth").unlink()
    assert grown < 60_000  # kB
