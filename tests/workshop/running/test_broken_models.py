"""User code that breaks in mid-run: each way gives a sentence with batch and layer, and leaves no process and no half
file behind. Crashes only in a process of their own; everything else also inside the program."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import psutil
import pytest
import torch

from inspector.errors import InspectorError
from inspector.progress import finish
from inspector.runs.driving import Run
from inspector.workshop import run_requests, run_words
from inspector.workshop.client import Limits, Workshop
from inspector.workshop.requests import Hello, ModelSource, Said, Stopped
from inspector.workshop.run_requests import DataSource, Train

COUNT, SIZE = 96, 16
BATCHES = 6
"""Of an epoch: 96 samples to train on."""
MARKED = 40
"""The test sample at which the model breaks: in its third batch."""
NET = """
    import ctypes, os, signal, sys, threading, time
    import torch
    from torch import nn

    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.steps = 0

        def forward(self, x):
            self.steps += self.training
            if (self.training and self.steps == {step}) or (x > 100).any():
                {action}
            return x

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(6, 3)
            self.odd = Odd()

        def forward(self, x):
            return self.fc(self.odd(x))
"""


@pytest.fixture(scope="module")
def runs() -> Iterator[Workshop]:
    with Workshop(limits=Limits(seconds=60, memory=1_500_000_000)) as workshop:
        finish(workshop.ask(Hello()))
        yield workshop


class Place:
    """A folder with data, and classes that break."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        inputs = torch.randn(COUNT, 6, generator=torch.Generator().manual_seed(0))
        labels = torch.arange(COUNT) % 3
        marked = inputs.clone()
        marked[MARKED] = 200
        torch.save(
            {"x_train": inputs, "y_train": labels, "x_val": inputs[:20], "y_val": labels[:20], "x_test": marked,
             "y_test": labels},
            folder / "data.pt",
        )  # fmt: skip
        self.data = DataSource("arrays", str(folder / "data.pt"))

    def net(self, action: str, step: int = 3, code: str = NET) -> ModelSource:
        path = self.folder / "nets.py"
        path.write_text(dedent(code).format(action=action, step=step), "utf-8")
        return ModelSource("file", str(path), "Net")

    def train(self, action: str, step: int = 3, **fields: Any) -> Train:
        plain = Train(self.net(action, step), {}, self.data, str(self.folder / "run"), 2, batch_size=SIZE)
        return plain._replace(device="cpu", threads=1, **fields)

    def test(self, action: str, **fields: Any) -> run_requests.Test:
        plain = run_requests.Test(self.net(action), {}, (), self.data, batch_size=SIZE, device="cpu", threads=1)
        return plain._replace(**fields)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def driven(request: Any, runs: Workshop | None) -> tuple[list[Any], InspectorError]:
    """What it said until it failed, and how: in `runs`, or in this process. A test fails for its one checkpoint."""
    run = Run(request, workshop=runs, in_process=runs is None)
    words: list[Any] = []
    try:
        work = run.words()
        while True:
            words.append(next(work))
    except StopIteration as end:
        ((_, sentence),) = end.value.failures
        return words, InspectorError(sentence)
    except InspectorError as error:
        return words, error


def nothing_is_left(runs: Workshop) -> bool:
    """Whether of the workshop only the process is left that has torch loaded; and it still answers."""
    finish(runs.ask(Hello()))
    warm = [each for each in psutil.Process().children() if "workshop" in " ".join(each.cmdline())]
    _, alive = psutil.wait_procs([child for each in warm for child in each.children(recursive=True)], timeout=5)
    return not [each for each in alive if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


def files_are_whole(folder: Path) -> bool:
    """Whether everything that the run has written is a file that torch loads, and none is a half one."""
    for path in (folder / "run").glob("*"):
        torch.load(path, weights_only=True)
    return True


RAISING = {
    # what forward does, and what is said of it
    "raise ValueError('8 heads do not divide 100')": "ValueError: 8 heads do not divide 100 (line 14 of nets.py).",
    "raise ValueError": "ValueError (line 14 of nets.py).",
    "raise ValueError('x' * 10**7)": "ValueError: xxxxxx",
    "sys.exit('so long')": "The code ended the program itself with sys.exit('so long')",
    "raise MemoryError": "the memory does not suffice",
    "torch.empty(10**15)": "the memory does not suffice",
    "(lambda again: again(again))(lambda again: again(again))": "It calls itself without end",
    "torch.ones(2, 3) @ torch.ones(2, 3)": "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
    "import module_that_nobody_has": "The code needs the package 'module_that_nobody_has'",
}


@pytest.mark.parametrize("action", RAISING)
def test_what_raises_names_batch_and_layer(place: Place, action: str) -> None:
    for request, where in ((place.train(action), "Batch 3 of epoch 1"), (place.test(action), "Batch 3")):
        _, error = driven(request, None)
        assert error.message.startswith(f"{where}, layer odd (Odd): ")
        assert RAISING[action] in error.message
        assert "\n" not in error.message
        assert len(error.message) < 5_000
    assert files_are_whole(place.folder)


def test_the_sentence_is_the_same_apart_and_in_process(place: Place, runs: Workshop) -> None:
    for request in (place.train("raise ValueError('no')"), place.test("raise ValueError('no')")):
        (_, apart), (_, inside) = driven(request, runs), driven(request, None)
        assert (apart.title, apart.message, apart.hint) == (inside.title, inside.message, inside.hint)
    assert nothing_is_left(runs)


CRASHING = {
    "os.abort()": "The code crashed its process: Aborted (at line 14 of nets.py).",
    "ctypes.string_at(0)": "The code crashed its process: Segmentation fault",
    "os._exit(7)": "The code ended its process with exit code 7",
    "os.kill(os.getpid(), signal.SIGKILL)": "The process was killed, perhaps by the system for want of memory.",
}


@pytest.mark.parametrize("action", CRASHING)
def test_what_crashes_is_a_sentence_and_the_next_run_begins(place: Place, runs: Workshop, action: str) -> None:
    for request in (place.train(action), place.test(action)):
        words, error = driven(request, runs)
        assert error.message.startswith(CRASHING[action])
        assert error.title.endswith("ended early")
        assert words
    assert nothing_is_left(runs)


@pytest.mark.parametrize("action", ["os.abort()", "raise ValueError('late')"])
def test_what_breaks_late_leaves_the_last_good_file_whole(place: Place, runs: Workshop, action: str) -> None:
    words, error = driven(place.train(action, step=BATCHES + 2), runs)
    latest = place.folder / "run" / "current_checkpoint.pt"
    assert [word.path for word in words if isinstance(word, run_words.Saved) and word.kind == "latest"] == [str(latest)]
    kept = torch.load(latest, weights_only=True)
    assert (kept["epoch"], kept["batch"]) == (2, 0)
    assert str(latest) in error.hint or "Batch 2 of epoch 2" in error.message
    assert files_are_whole(place.folder)


def test_what_takes_all_memory_is_stopped(place: Place, runs: Workshop) -> None:
    """By the limit of the workshop; a run has three quarters of the machine."""
    hoard = "self.held = [torch.ones(25_000_000) for _ in iter(int, 1)]"
    for request in (place.train(hoard), place.test(hoard)):
        _, error = driven(request, runs)
        assert "the memory does not suffice" in error.message or "was stopped when it held 1.5" in error.message
    assert nothing_is_left(runs)


DEAF = "signal.pthread_sigmask(signal.SIG_BLOCK, {2, 15}); time.sleep(10**6)"


@pytest.mark.parametrize("loop", ["while True: pass", "time.sleep(10**6)", DEAF])
def test_what_loops_endlessly_can_be_stopped(place: Place, runs: Workshop, loop: str) -> None:
    for request in (place.train(loop), place.test(loop)):
        with pytest.raises(Stopped):
            kill_in_mid_run(Run(request, workshop=runs))
    assert nothing_is_left(runs)


def kill_in_mid_run(run: Run) -> None:
    for word in run.words():
        if isinstance(word, run_words.Began) or getattr(word, "text", "").startswith("Testing"):
            run.kill()


def test_what_loops_endlessly_ends_when_nobody_listens(place: Place, runs: Workshop) -> None:
    work = Run(place.train("while True: pass"), workshop=runs).words()
    while not isinstance(next(work), run_words.Began):
        pass
    work.close()
    assert nothing_is_left(runs)


HARMLESS = {
    "print('x' * 5_000_000)": "x",
    "os.write(1, b'y' * 5_000_000)": "y",
    "os.fork() or time.sleep(10**6)": "",
    "os.fork() or os._exit(0)": "",
    "threading.Thread(target=time.sleep, args=(1e6,), daemon=True).start()": "",
    "sys.stdout.close(); sys.stderr.close()": "",
    "torch.set_grad_enabled(True); torch.manual_seed(1)": "",
}


@pytest.mark.parametrize("action", HARMLESS)
def test_what_is_only_odd_goes_to_its_end(place: Place, runs: Workshop, action: str) -> None:
    for request in (place.train(action), place.test(action)):
        run = Run(request, workshop=runs)
        said = ""
        for word in (work := Kept(run.words())):
            said += word.text if isinstance(word, Said) else ""
        answer = work.answer
        assert isinstance(answer, (run_words.Trained, run_words.Tests))
        assert not isinstance(answer, run_words.Tests) or answer.tested[0].samples == COUNT
        assert set(said) <= {*HARMLESS[action], "\n"} or "too much" in said or "…" in said
        assert len(said) < 100_000
    assert nothing_is_left(runs)


class Kept:
    """The words of a generator, and its answer after them."""

    def __init__(self, work: Any) -> None:
        self._work = work
        self.answer: Any = None

    def __iter__(self) -> Iterator[Any]:
        self.answer = yield from self._work


# -- shapes ---------------------------------------------------------------------------------------------------------

SHAPED = """
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(6, {step})

        def forward(self, x):
            return {action}
"""


@pytest.mark.parametrize(
    ("outputs", "result", "said"),
    [
        (2, "self.fc(x)", "classes"),
        (3, "self.fc(x)[:5]", "[5, 3]"),
        (3, "'nonsense'", "The model's output is a str without a tensor in it"),
        (3, "None", "The model's output is a NoneType without a tensor in it"),
        (3, "self.fc(x).sum()", "[]"),
    ],
)
def test_an_output_of_the_wrong_shape_is_refused_with_its_shape(
    place: Place, outputs: int, result: str, said: str
) -> None:
    for request in (place.train(""), place.test("")):
        _, error = driven(request._replace(model=place.net(result, outputs, SHAPED)), None)
        assert said in str(error)
        assert "\n" not in error.message


# -- data of the user's that breaks -----------------------------------------------------------------------------------

DATA = """
    import os
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Some(Dataset):
        def __init__(self, bad):
            self.bad = bad

        def __len__(self):
            return 96

        def __getitem__(self, at):
            if at == self.bad:
                {action}
            return torch.full((6,), float(at % 7)), torch.zeros(3)

    def data():
        return [DataLoader(Some(bad), batch_size=16, num_workers={workers}) for bad in (-1, -1, 40)]
"""


@pytest.mark.parametrize("workers", [0, 2])
def test_a_sample_that_cannot_be_made_names_the_batch(place: Place, runs: Workshop, workers: int) -> None:
    code = dedent(DATA).format(action="raise OSError('truncated picture')", workers=workers)
    (place.folder / "mine.py").write_text(code, "utf-8")
    source = DataSource("function", str(place.folder / "mine.py"), "data")
    _, error = driven(place.test("pass", data=source, criterion="MSELoss"), runs)
    assert error.message.startswith("Batch 3: ")
    assert "OSError: truncated picture" in error.message
    assert "\n" not in error.message
    assert nothing_is_left(runs)


def test_nan_is_no_crash(place: Place) -> None:
    tests = finish(Run(place.test("x = x * float('nan')"), in_process=True).words())
    (tested,) = tests.tested
    assert math.isnan(tested.loss)
    assert "For 16 of 96 samples a score is NaN." in tested.notes


