"""Two processes that train one model: the same losses as one, the same files whatever comes between."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from torch.distributed.elastic.multiprocessing.errors import ProcessFailure

from inspector.runs.driving import Run
from inspector.workshop.requests import Said, Stopped, WorkshopError
from inspector.workshop.run_requests import DataSource, GoOn, Pause, Rehearse, Train
from inspector.workshop.run_words import Batches, Began, EpochEnd, Message, Saved, Waiting
from inspector.workshop.running import agent, boards, launching
from tests.workshop.running.test_boards import scalars
from tests.workshop.running.training_runs import (
    NET,
    Person,
    difference,
    ended,
    going_on,
    latest,
    losses,
    of,
    stop_after,
    trained,
    training,
)

ROOT = Path(__file__).resolve().parent.parent.parent.parent
PLAIN = """
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden = nn.Linear(784, 24)
            self.head = nn.Linear(24, 10)

        def forward(self, x):
            return self.head(torch.relu(self.hidden(x.flatten(1))))
"""
PRINTING = PLAIN.replace("super().__init__()", "super().__init__()\n            print('made for cpu')")
SLOW = NET.replace("x = torch.relu(self.norm", "__import__('time').sleep(0.05)\n            x = torch.relu(self.norm")
"""The same network, so slow that there is a time between its batches."""
TIRED = """
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(784, 10)
            self.count = 0

        def forward(self, x):
            self.count += self.training
            if self.count == 3:
                raise ValueError("tired")
            return self.head(x.flatten(1))
"""
DYING = """
    import os, signal, torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(784, 10)
            self.count = 0

        def forward(self, x):
            self.count += self.training
            if self.count == 14 and os.environ["RANK"] == "1" and not os.path.exists(__file__ + ".died"):
                open(__file__ + ".died", "w").close()
                os.kill(os.getpid(), signal.SIGKILL)
            return self.head(x.flatten(1))
"""
"""Its second process is killed once, in the second of epochs of ten batches."""
UNEVEN = DataSource("shapes", size=72, validation=0.2)
"""72 to train on, the last batch of 16 half full; 9 to validate with, of which one process has five and one four."""
TOGETHER: dict[str, Any] = {"processes": 2, "data": UNEVEN}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Any], Any, Train]:
    """(words, answer, request) of a run that nothing came between: dropout and batch statistics take part."""
    request = training(tmp_path_factory.mktemp("whole"), **TOGETHER, board=True)
    words, answer = trained(request)
    return words, answer, request


def ranks() -> list[psutil.Process]:
    """The processes of the run, in the order of their numbers."""
    found = {}
    for each in psutil.Process().children(recursive=True):
        try:
            if each.cmdline()[-1:] == ["rank"]:
                found[int(each.environ()["RANK"])] = each
        except (psutil.Error, ValueError):
            continue
    return [found[number] for number in sorted(found)]


def test_two_train_as_one_does(tmp_path: Path) -> None:
    """Each batch of the two together is the batch that one alone has; what is told is of all samples."""
    alone, _ = trained(training(tmp_path / "alone", PLAIN, data=UNEVEN))
    request = training(tmp_path / "both", PLAIN, **TOGETHER)
    words, answer = trained(request)
    assert ended(answer) == "finished"
    assert answer.samples == 2 * 72
    assert losses(words) == pytest.approx(losses(alone), rel=1e-5)
    for one, both in zip(of(EpochEnd, alone), of(EpochEnd, words), strict=True):
        assert both.train_loss == pytest.approx(one.train_loss, rel=1e-5)
        assert both.valid_loss == pytest.approx(one.valid_loss, rel=1e-5)
        assert both.accuracy == one.accuracy
    (began,) = of(Began, words)
    assert (began.train, began.validation, began.batches) == (72, 9, 5)
    held, held_alone = latest(request)["state_dict"], latest(training(tmp_path / "alone", PLAIN))["state_dict"]
    assert list(held) == list(held_alone) == ["hidden.weight", "hidden.bias", "head.weight", "head.bias"]
    for name, value in held.items():
        torch.testing.assert_close(value, held_alone[name], rtol=1e-4, atol=1e-6)
    more, _ = trained(going_on(request, epochs=3, processes=1))
    more_alone, _ = trained(going_on(training(tmp_path / "alone", PLAIN, data=UNEVEN), epochs=3))
    assert losses(more) == pytest.approx(losses(more_alone), rel=1e-4)


def test_each_has_its_own_dropout_and_all_are_in_the_file(whole: tuple[list[Any], Any, Train]) -> None:
    words, answer, request = whole
    assert ended(answer) == "finished"
    saved = latest(request)
    (other,) = saved["rng"]["others"]
    assert not torch.equal(other["torch"], saved["rng"]["torch"])
    assert saved["history"]["batch_losses"].tolist() == losses(words)
    assert not [key for key in saved["state_dict"] if key.startswith("module.")]
    assert saved["arguments"]["batch_size"] == 16


def test_the_board_hears_of_all_once(whole: tuple[list[Any], Any, Train]) -> None:
    words, _, request = whole
    told = scalars(Path(request.folder), "loss/batch")
    assert list(told) == list(range(1, 11))
    assert list(told.values()) == [round(loss, 5) for loss in torch.tensor(losses(words)).tolist()]
    assert Path(boards.folder_of(request)).is_dir()


def test_paused_and_stopped_anywhere_it_ends_the_same(whole: tuple[list[Any], Any, Train], tmp_path: Path) -> None:
    request = training(tmp_path, SLOW, **TOGETHER)
    stop = stop_after(6)

    def hear(word: Any, person: Person) -> None:
        if isinstance(word, EpochEnd):
            person.tell(Pause())
        elif isinstance(word, Waiting):
            person.tell(GoOn())
        stop(word, person)

    words, answer = trained(request, hear)
    assert of(Waiting, words)
    assert ended(answer) == "stopped"
    assert 5 < len(losses(words)) == latest(request)["history"]["batch_losses"].numel() < 10
    trained(going_on(request))
    assert difference(latest(request), latest(whole[2])) == ""


def test_one_that_is_killed_is_started_again_and_the_run_ends_the_same(
    whole: tuple[list[Any], Any, Train], tmp_path: Path
) -> None:
    request = training(tmp_path, **TOGETHER, minutes=1e-9)
    killed: list[int] = []

    def hear(word: Any, person: Person) -> None:
        if isinstance(word, Saved) and (word.epoch, word.batch) == (1, 3) and not killed:
            killed.append(ranks()[1].pid)
            os.kill(killed[0], signal.SIGKILL)

    words, answer = trained(request, hear)
    assert ended(answer) == "finished"
    first, again = of(Began, words)
    assert (first.epoch, first.batch) == (1, 0)
    assert (again.epoch, again.batch) >= (1, 3)
    (message,) = [each.text for each in of(Message, words) if each.level == "warning"]
    assert "was lost in mid-run. All of them start again, from current_checkpoint.pt." in message
    assert difference(latest(request), latest(whole[2])) == ""


def test_what_the_users_code_raises_is_told_at_once_with_batch_and_layer(tmp_path: Path) -> None:
    words: list[Any] = []
    with pytest.raises(WorkshopError) as caught:
        trained(training(tmp_path, TIRED, **TOGETHER), lambda word, _: words.append(word))
    assert caught.value.message.startswith("Batch 3 of epoch 1, layer Net: ValueError: tired (line ")
    assert caught.value.file.endswith("nets.py")
    assert len(of(Began, words)) == 1


def test_what_is_printed_comes_once_and_closing_leaves_no_process(tmp_path: Path) -> None:
    """Nor does stopping the process that launched them, which is what `kill` does."""
    run = Run(training(tmp_path, PRINTING, **TOGETHER, epochs=10_000))
    seen: list[psutil.Process] = []
    printed: list[str] = []

    def kill(word: Any) -> None:
        printed.extend([word.text] if isinstance(word, Said) else [])
        if isinstance(word, Batches) and not seen:
            seen.extend([*ranks(), *(each.parent() for each in ranks()[:1])])
            run.kill()

    with pytest.raises(Stopped):
        driven(run, kill)
    assert "".join(printed).splitlines() == ["made for cpu"]
    assert len(seen) == 3
    _, alive = psutil.wait_procs(seen, timeout=20)
    assert not alive


@pytest.mark.parametrize(
    ("fields", "state", "text"),
    [
        ({}, "ok", "2 of them share each batch: 8 samples for each."),
        ({"nodes": 3, "rendezvous": "localhost:29400"}, "ok", "6 of them share each batch: 2 samples for each."),
        ({"nodes": 2}, "bad", "2 machines meet at host:port of one of them, and none is given."),
    ],
)
def test_a_rehearsal_says_how_they_share(tmp_path: Path, fields: dict[str, Any], state: str, text: str) -> None:
    _, rehearsal = trained(Rehearse(training(tmp_path, **TOGETHER)._replace(**fields)))
    assert [(each.state, each.text) for each in rehearsal.checks if each.name == "Processes"] == [(state, text)]


def test_more_processes_than_gpus_are_told_before_the_start(tmp_path: Path) -> None:
    (told,) = launching.checks(training(tmp_path, processes=torch.cuda.device_count() + 2), torch.device("cuda"))
    assert (told.state, "need a GPU each" in told.text) == ("bad", True)


def test_an_engine_that_is_killed_leaves_no_process_and_is_told(tmp_path: Path) -> None:
    def hear(word: Any, person: Person) -> None:
        if isinstance(word, Began):
            os.kill(ranks()[0].ppid(), signal.SIGKILL)

    with pytest.raises(WorkshopError, match="The engine that starts its processes ended without a word"):
        trained(training(tmp_path, **TOGETHER, epochs=10_000), hear)


def test_processes_that_never_come_to_the_end_tell_how_they_ended() -> None:
    failures = {0: ProcessFailure(0, 1, 7, ""), 1: ProcessFailure(1, 2, -signal.SIGSEGV, "")}
    assert agent._ends(failures) == (
        "Its processes were started 4 times and never came to the end. "
        "At last: process 1 ended with exit code 7; process 2 was ended by SIGSEGV."
    )


def test_a_machine_that_has_not_the_file_is_sent_it(tmp_path: Path) -> None:
    """Two processes in folders of their own; the first alone finds `start.pt` in its."""
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    (tmp_path / "first" / "start.pt").write_bytes(b"weights")
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port = str(any_port.getsockname()[1])
    common = {**os.environ, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port,
              "GLOO_SOCKET_IFNAME": "lo", "PYTHONPATH": str(ROOT)}  # fmt: skip
    started = [
        subprocess.Popen([sys.executable, "-c", SHARING], cwd=tmp_path / folder, env={**common, "RANK": str(rank)},
                         stdout=subprocess.PIPE, text=True)
        for rank, folder in enumerate(("first", "second"))
    ]  # fmt: skip
    told = [process.communicate(timeout=100)[0].split() for process in started]
    assert told == [["start.pt", "weights"], ["received.pt", "weights"]]


SHARING = """
import os, tempfile
from inspector.workshop.requests import ModelSource
from inspector.workshop.run_requests import DataSource, Start, Train
from inspector.workshop.running.distributed import joined
request = Train(ModelSource("torchvision", "", "resnet18"), {}, DataSource(), "", 1, device="cpu")
with tempfile.TemporaryDirectory() as folder, joined(request) as team:
    start = team.shared_start(Start("start.pt") if team.is_first else None, folder, is_latest=team.is_first)
    print(os.path.basename(start.path), open(start.path).read())
"""


def test_two_machines_meet_and_meet_again(whole: tuple[list[Any], Any, Train], tmp_path: Path) -> None:
    """Two agents with a process each; one of them has the first process, and speaks. The other's is killed."""
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{any_port.getsockname()[1]}"
    request = training(tmp_path, data=UNEVEN, nodes=2, rendezvous=address, minutes=1e-9)
    found: list[tuple[list[Any], Any]] = []
    killed: list[int] = []

    def hear(word: Any) -> None:
        if isinstance(word, Saved) and (word.epoch, word.batch) == (1, 3) and not killed:
            killed.append(ranks()[1].pid)
            os.kill(killed[0], signal.SIGKILL)

    machines = [Run(request._replace(folder=str(tmp_path / place)), in_process=True) for place in ("first", "second")]
    with ExitStack() as stack:
        for each in machines:
            thread = threading.Thread(target=lambda run=each: found.append(driven(run, hear)))
            thread.start()
            stack.callback(thread.join)
    assert [ended(answer) for _, answer in found] == ["finished", "finished"]
    (speaking,) = [words for words, _ in found if of(Began, words)]
    assert (of(Began, speaking)[1].epoch, of(Began, speaking)[1].batch) >= (1, 3)
    (folder,) = {os.path.dirname(each.path) for words, _ in found for each in of(Saved, words)}
    assert difference(latest(request._replace(folder=folder)), latest(whole[2])) == ""


def test_a_machine_whose_code_fails_ends_the_run_on_the_others(tmp_path: Path) -> None:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{any_port.getsockname()[1]}"
    code = TIRED.replace("self.count == 3", "self.count == 3 and __import__('os').environ['RANK'] == '1'")
    request = training(tmp_path, code, data=UNEVEN, nodes=2, rendezvous=address)
    told: list[str] = []

    def drive() -> None:
        with pytest.raises(WorkshopError) as caught:
            driven(Run(request, in_process=True))
        told.append(caught.value.message)

    machines = [threading.Thread(target=drive) for _ in range(2)]
    for each in machines:
        each.start()
    for each in machines:
        each.join()
    reason, other = told
    assert reason.startswith("Batch 3 of epoch 1, layer Net: ValueError: tired")
    assert other == "Another machine of the run has ended it, or cannot be reached any more."


def driven(run: Run, hear: Callable[[Any], object] = lambda word: None) -> tuple[list[Any], Any]:
    """(all words, the answer); `hear` is told each word."""
    work, words = run.words(), []
    while True:
        try:
            words.append(next(work))
        except StopIteration as end:
            return words, end.value
        hear(words[-1])


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "2 machines meet at host:port of one of them, and none is given."),
        ("localhost", "2 machines meet at host:port of one of them, and 'localhost' is no such place."),
        ("no-such-machine.invalid:29400", "There is no machine 'no-such-machine.invalid' to meet at"),
    ],
)
def test_machines_that_could_not_meet_are_told_so_at_once(tmp_path: Path, address: str, sentence: str) -> None:
    with pytest.raises(WorkshopError) as caught:
        trained(training(tmp_path, nodes=2, rendezvous=address))
    assert caught.value.message.startswith(sentence)


def test_torchrun_starts_the_command_and_starts_it_again(tmp_path: Path) -> None:
    """As people start it on each of their machines: the command takes part as the rank that it is given, and goes on
    from the last good file when one is lost."""
    request = training(tmp_path, DYING)
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node=2", "--max_restarts=1",
               "-m", "inspector", "train", "--model", str(request.model), "--data", "shapes", "--epochs", "2",
               "--batch-size", "400", "--folder", request.folder, "--json"]  # fmt: skip
    environment = {**os.environ, "GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (tmp_path / "nets.py.died").exists()
    assert [line["epoch"] for line in lines if line["word"] == "Began"] == [1, 2]
    assert [line["epoch"] for line in lines if line["word"] == "EpochEnd"] == [1, 2]
    assert latest(request)["epoch"] == 3
    assert len(latest(request)["history"]["batch_losses"]) == 20
    assert len(latest(request)["rng"]["others"]) == 1


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)
