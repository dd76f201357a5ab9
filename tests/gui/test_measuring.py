"""What is wanted is measured first, branches when they are complete, and twins once."""

from __future__ import annotations

import threading

import numpy
import pytest

from inspector.checkpoint.entries import Branch, Storage, Tensor, Value
from inspector.checkpoint.outline import Outline
from inspector.checkpoint.sources import MemorySource
from inspector.gui.measuring import Measured, Measuring
from inspector.progress import Progress
from tests.gui.making import tensor, transformer


def numbered(name: str, numbers: numpy.ndarray, key: str = "") -> Tensor:
    data = numbers.astype("float32").tobytes()
    storage = Storage(key or name, "float32", "cpu", len(data), MemorySource(data))
    return Tensor(name, "float32", numbers.shape, (1,), 0, storage)


def measured_rows(measuring: Measuring) -> list[Measured]:
    return [word for word in measuring.work() if isinstance(word, Measured)]


def test_measures_what_is_wanted_in_its_order_and_nothing_else() -> None:
    outline = Outline.of(transformer(2))
    rows = [row for row, entry in enumerate(outline.entries) if type(entry) is Tensor and not entry.damage]
    measuring = Measuring(outline)
    measuring.want([rows[3], rows[1]])
    assert [word.row for word in measured_rows(measuring)] == [rows[3], rows[1]]
    assert not measuring.is_wanted


def test_everything_ends_with_the_file_itself() -> None:
    outline = Outline.of(transformer(2))
    measuring = Measuring(outline)
    measuring.want_all()
    words = measured_rows(measuring)
    rows = [word.row for word in words]
    assert rows[-1] == -1
    assert len(rows) == len(set(rows))
    branches = {row for row in range(len(outline)) if outline.tensors[row] and outline.ends[row] > row + 1}
    assert branches <= set(rows)
    for word in words:
        if word.row in branches:
            assert word.result is not None
            assert word.result.count == outline.parameters[word.row]


def test_a_branch_is_the_merge_of_its_tensors() -> None:
    a, b = numpy.arange(1000.0), numpy.arange(500.0) * -3
    outline = Outline.of(Branch("", "dict", "mapping", (numbered("layer.a", a), numbered("layer.b", b))))
    measuring = Measuring(outline)
    measuring.want_all()
    found = {word.row: word.result for word in measured_rows(measuring)}
    branch = found[outline.row("layer")]  # type: ignore[index]
    both = numpy.concatenate([a, b])
    assert branch is not None
    assert branch.mean == pytest.approx(both.mean())
    assert branch.std == pytest.approx(both.std(ddof=1))
    assert (branch.minimum, branch.maximum) == (both.min(), both.max())


def test_whole_numbers_do_not_count_beside_weights() -> None:
    counter = numbered("norm.batches", numpy.array([320.0]))._replace(dtype="int32")
    only = numbered("steps.a", numpy.array([1.0]))._replace(dtype="int32")
    root = Branch("", "dict", "mapping", (numbered("norm.weight", numpy.ones(16)), counter, only))
    outline = Outline.of(root)
    measuring = Measuring(outline)
    measuring.want_all()
    found = {word.row: word.result for word in measured_rows(measuring)}
    norm, steps, whole = (found[row] for row in (outline.row("norm"), outline.row("steps"), -1))  # type: ignore[index]
    assert norm is not None
    assert steps is not None
    assert whole is not None
    assert (norm.count, norm.mean) == (16, 1.0)
    assert steps.count == 1
    assert whole.count == 16


def test_a_row_wanted_meanwhile_comes_before_the_one_underway() -> None:
    large = numbered("large", numpy.ones(4_000_000))
    outline = Outline.of(Branch("", "dict", "mapping", (large, numbered("small", numpy.ones(10)))))
    measuring = Measuring(outline)
    measuring.want([0])
    work = measuring.work()
    assert isinstance(next(work), Progress)
    measuring.want_first(1)
    rows = [word.row for word in work if isinstance(word, Measured)]
    assert rows[:2] == [1, 0]


def test_everything_asked_for_while_the_work_ends_is_still_wanted() -> None:
    outline = Outline.of(Branch("", "dict", "mapping", (numbered("a", numpy.ones(9)), numbered("b", numpy.ones(9)))))
    measuring = Measuring(outline)
    measuring.want([0])
    assert [word.row for word in measured_rows(measuring)] == [0]
    assert not measuring.is_wanted
    measuring.want_all()  # the work has ended, and its ending was not heard yet
    assert measuring.is_wanted
    assert [word.row for word in measured_rows(measuring)] == [1, -1]
    assert not measuring.is_wanted


def test_what_is_half_done_is_closed_when_nobody_asks_on() -> None:
    outline = Outline.of(Branch("", "dict", "mapping", (numbered("large", numpy.ones(4_000_000)),)))
    measuring = Measuring(outline)
    measuring.want_all()
    work = measuring.work()
    next(work)
    work.close()
    measuring.want([0])
    assert measured_rows(measuring)[0].result.count == 4_000_000  # type: ignore[union-attr]


def test_damage_is_a_sentence_and_the_rest_goes_on() -> None:
    lost = tensor("lost", 4, damage="Its bytes are missing.")
    root = Branch("", "dict", "mapping", (lost, tensor("kept", 4), Value("epoch", "int", 1)))
    measuring = Measuring(Outline.of(root))
    measuring.want_all()
    words = {word.row: word for word in measured_rows(measuring)}
    assert words[0].result is None
    assert "missing" in words[0].refusal
    assert words[1].result is not None
    assert words[-1].result is not None
    assert words[-1].result.count == 4


def test_tied_weights_are_read_once() -> None:
    shared = MemorySource(numpy.arange(8, dtype="float32").tobytes())
    reads: list[int] = []
    plain = shared.read_into
    shared.read_into = lambda offset, buffer: (reads.append(offset), plain(offset, buffer))[1]  # type: ignore[method-assign, assignment, func-returns-value]
    storage = Storage("0", "float32", "cpu", 32, shared)
    twins = tuple(Tensor(name, "float32", (8,), (1,), 0, storage) for name in ("a", "b"))
    measuring = Measuring(Outline.of(Branch("", "dict", "mapping", twins)))
    measuring.want([0])
    first = measured_rows(measuring)
    before = len(reads)
    measuring.want([1])
    second = measured_rows(measuring)
    assert len(reads) == before
    assert second[0].result == first[0].result


def test_work_begins_when_the_work_before_it_has_ended() -> None:
    measuring = Measuring(Outline.of(Branch("", "dict", "mapping", (numbered("large", numpy.ones(4_000_000)),))))
    measuring.want_all()
    first = measuring.work()
    next(first)
    measuring.want_all()
    found: list[Measured] = []
    thread = threading.Thread(target=lambda: found.extend(measured_rows(measuring)))
    thread.start()
    first.close()
    thread.join(30)
    assert [word.row for word in found] == [0, -1]
