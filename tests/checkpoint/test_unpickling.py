"""The opcode machine: what it follows, what it stops at, and what is left when it does."""

from __future__ import annotations

import pickle
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.checkpoint.inert import Blob, Global, Node
from inspector.checkpoint.sources import MemorySource
from inspector.checkpoint.tensor_shortcut import StridedTensor, TensorShortcut
from inspector.checkpoint.unpickling import Budget, Machine, PickleError

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=5)
        | st.frozensets(st.integers(), max_size=4)
    ),
    max_leaves=20,
)


def load(data: bytes, budget: Budget | None = None) -> object:
    return Machine(MemorySource(data), 0, budget or Budget(), TensorShortcut()).load()


def as_python(value: object) -> object:
    """The inert value as what the pickle would have made, for plain containers."""
    if isinstance(value, Node):
        name = value.type.name
        if name == "dict":
            return {key: as_python(item) for key, item in value.pairs()}
        if name in ("set", "frozenset"):
            items = value.elements if value.elements is not None else value.args[0]
            return frozenset(as_python(item) for item in items)
        if value.type.full == "_codecs.encode":
            return value.args[0].encode("latin-1")
        return b"" if name == "bytes" else value
    if isinstance(value, (list, tuple)):
        return type(value)(as_python(item) for item in value)
    return value


@given(PLAIN, st.integers(0, 5))
def test_what_pickle_writes_is_what_is_read(value: object, protocol: int) -> None:
    assert as_python(load(pickle.dumps(value, protocol=protocol))) == value


def test_a_call_leaves_a_name_and_nothing_else() -> None:
    value = load(b"cposix\nsystem\n(S'touch /tmp/never'\ntR.")
    assert isinstance(value, Node)
    assert value.type.full == "posix.system"
    assert value.args == ("touch /tmp/never",)


def test_a_name_by_the_memo_and_by_the_stack() -> None:
    assert load(b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94h\x00h\x01\x93.").full == "os.system"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "ends in the middle"),
        (b"\x80\x02}q\x00(X\x03\x00\x00\x00ab", "ends in the middle"),
        (b"\x80\x02\xff.", "no pickle opcode"),
        (b"\x80\x02R.", "nothing to work on"),
        (b"\x80\x02h\x05.", "not there"),
        (b"\x80\x02t.", "mark is missing"),
        (b"\x80\x02}(K\x01u.", "has no value"),
        (b"\x80\x02K\x01K\x02K\x03s.", "a key is set in"),
        (b"\x80\x02K\x01}b.", "a state is given"),
        (b"Iabc\n.", "cannot be read"),
        (b"\x8b\xff\xff\xff\x7f.", "whole number of"),
        (b"\x80\x05\x97.", "not in the file"),
        (b"\x8e" + struct.pack("<Q", 1 << 62) + b".", "more than there are"),
        (b"\x80\x04K\x01K\x02\x93.", "whose name is no text"),
    ],
)
def test_what_cannot_be_followed_is_said_with_its_place(data: bytes, reason: str) -> None:
    with pytest.raises(PickleError, match=reason) as caught:
        load(data)
    assert 0 <= caught.value.offset <= len(data)


def test_what_was_built_is_kept_when_a_pickle_breaks_off() -> None:
    data = pickle.dumps({"epoch": 3, "losses": [1.5, 2.5], "name": "x" * 50, "deep": {"a": 1, "b": 2}}, protocol=2)
    machine = Machine(MemorySource(data[: data.index(b"b\x07") if b"b\x07" in data else -8]), 0, Budget())
    with pytest.raises(PickleError):
        machine.load()
    salvaged = dict(machine.salvage().pairs())
    assert salvaged["epoch"] == 3
    assert salvaged["losses"] == [1.5, 2.5]


@given(st.data())
def test_a_pickle_cut_anywhere_gives_a_sentence_and_a_tree(data: st.DataObject) -> None:
    whole = pickle.dumps({"a": [1, {"b": (2, "c")}], "d": {3}}, protocol=data.draw(st.integers(0, 5)))
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    machine = Machine(MemorySource(cut), 0, Budget())
    with pytest.raises(PickleError):
        machine.load()
    machine.salvage()


@pytest.mark.parametrize(
    "bomb",
    [
        b"\x80\x02" + b"(" * 20_000_000,
        b"\x80\x02" + b"]" * 20_000_000,
        b"\x80\x02" + b"}" * 20_000_000,
        b"\x80\x02" + b"\x8c\x02ab" * 9_000_000,
        b"\x80\x02)" + b"\x85" * 20_000_000,
        b"\x80\x02N" + b"2" * 30_000_000,
        b"\x80\x02N" + b"q\x00h\x00" * 8_000_000,
    ],
    ids=["marks", "lists", "dicts", "texts", "tuples", "dups", "memo"],
)
def test_a_bomb_is_a_sentence_before_it_is_a_gigabyte(bomb: bytes) -> None:
    with pytest.raises(PickleError, match=r"more memory|longer than|too long"):
        load(bomb)


def test_a_key_that_would_hang_a_hash_is_only_remembered() -> None:
    doubling = b"\x80\x02)\x85q\x00" + b"".join(b"h%c\x86" % 0 + b"0h\x00h\x00\x86q\x00" for _ in range(200))
    value = load(doubling + b"0}h\x00K\x01s.")
    assert value.pairs()[0][1] == 1


def test_keys_made_to_collide_are_not_hashed() -> None:
    keys = [index * ((1 << 61) - 1) for index in range(20_000)]
    items = b"".join(pickle.dumps(key, protocol=2)[2:-1] + b"N" for key in keys)
    assert len(load(b"\x80\x02}(" + items + b"u.").pairs()) == len(keys)


def test_a_key_set_twice_has_its_last_value() -> None:
    value = load(b"\x80\x02}(X\x01\x00\x00\x00aK\x01X\x01\x00\x00\x00bK\x02X\x01\x00\x00\x00aK\x03u.")
    assert value.pairs() == [("a", 3), ("b", 2)]


def test_long_bytes_stay_where_they_are() -> None:
    data = pickle.dumps({"w": b"\x07" * 3_000_000}, protocol=4)
    blob = dict(load(data).pairs())["w"]
    assert isinstance(blob, Blob)
    assert data[blob.start : blob.start + blob.nbytes] == b"\x07" * 3_000_000


# -- runs of tensors ---------------------------------------------------------------------------------------


def state_dict_pickle(names: list[bytes], first_memo: int = 300) -> bytes:
    """What torch writes for a dict of tensors, with the memo numbers of a long file."""
    head = (
        b"\x80\x02}q\x00(X\x01\x00\x00\x000ctorch._utils\n_rebuild_tensor_v2\nq\x01"
        b"0X\x07\x00\x00\x00storageq\x020ctorch\nFloatStorage\nq\x030X\x03\x00\x00\x00cpuq\x04"
        b"0ccollections\nOrderedDict\nq\x050N"
    )
    body, memo = b"", first_memo
    for index, name in enumerate(names):
        put = [b"r" + struct.pack("<I", memo + step) for step in range(8)]
        memo += 8
        key = str(index).encode()
        body += b"X" + struct.pack("<I", len(name)) + name + put[0] + b"h\x01((h\x02h\x03"
        body += b"X" + struct.pack("<I", len(key)) + key + put[1]
        body += b"h\x04K\x06t" + put[2] + b"QK\x00K\x02K\x03\x86" + put[3]
        body += b"K\x03K\x01\x86" + put[4] + b"\x89h\x05)R" + put[5] + b"t" + put[6] + b"R" + put[7]
    return head + body + b"u."


def test_a_run_gives_what_the_machine_gives() -> None:
    names = [b"layers.%d.weight" % index for index in range(150)] + [b"rq.r" * 5, b"q" * 255, b"X(h"]
    data = state_dict_pickle(names)
    quick = load(data).pairs()[1:]
    slow = Machine(MemorySource(data), 0, Budget()).load().pairs()[1:]
    assert [key for key, _ in quick] == [key for key, _ in slow] == [name.decode() for name in names]
    assert all(type(value) is Node for _, value in quick[:20])  # a few are left to the machine
    assert all(type(value) is StridedTensor for _, value in quick[-100:])
    quick, slow = quick[-100:], slow[-100:]
    for (_, short), (_, long) in zip(quick, slow, strict=True):
        storage, offset, shape, stride, requires_grad, _ = long.args
        assert str(short) == str(StridedTensor(storage.pid, offset, shape, stride, requires_grad))


def test_a_memo_number_used_twice_is_left_to_the_machine() -> None:
    names = [b"%d" % index for index in range(60)]
    twice = state_dict_pickle(names, 300)[:-2] + state_dict_pickle([b"c", b"d"], 320)[-140:]
    machine = Machine(MemorySource(twice), 0, Budget(), TensorShortcut())
    try:
        machine.load()
    except PickleError:
        pass
    assert machine.shortcut is None


def test_a_reference_into_a_tensor_is_left_to_the_machine() -> None:
    data = state_dict_pickle([b"%d" % index for index in range(100)])[:-2]
    shape_of_the_eightieth = b"j" + struct.pack("<I", 300 + 8 * 80 + 3)
    value = load(data + b"X\x01\x00\x00\x00s" + shape_of_the_eightieth + b"u.")
    assert dict(value.pairs())["s"] == (2, 3)


def test_globals_are_one_object_each() -> None:
    value = load(b"\x80\x02ca\nb\nca\nb\n\x86.")
    assert isinstance(value[0], Global)
    assert value[0] is value[1]
