"""Asking, stopping and closing; what is left is nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from inspector.errors import InspectorError
from inspector.progress import Progress, finish
from inspector.workshop.client import Workshop
from inspector.workshop.models import judge_of, side_of
from inspector.workshop.requests import (
    Build,
    Classes,
    Hello,
    Interpreter,
    Judge,
    ListClasses,
    Model,
    ModelSource,
    Said,
    Solution,
    Solve,
    Stopped,
    Verdict,
    WorkshopError,
    parse_source,
)

from .conftest import build

Writing = Callable[..., ModelSource]
ENDLESS = """
    import time
    from torch import nn
    print("here", flush=True)
    time.sleep(600)
"""
SOUND = parse_source("squeezenet1_0")


def below() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def test_the_window_needs_neither_torch_nor_numpy_to_ask() -> None:
    question = (
        "import sys, inspector.workshop.client, inspector.workshop.models, inspector.workshop.filling, "
        "inspector.workshop.interpreters; print({'torch', 'numpy', 'PySide6'} & set(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)
    assert answer.stdout == "set()\n"


def test_what_runs_in_the_users_interpreter_is_python_3_8() -> None:
    room = Path(__file__).parents[2] / "inspector"
    for module in (*room.glob("*.py"), *(room / "workshop").glob("*.py")):
        ast.parse(module.read_text("utf-8"), str(module), feature_version=(3, 8))


def test_words_come_while_nothing_happens_so_that_one_can_stop_listening(workshop: Workshop, written: Writing) -> None:
    before = below()
    work = workshop.ask(Build(written(ENDLESS), {}))
    words: list[Said | Progress] = []
    while Said("stdout", "here\n") not in words:
        words.append(next(work))
    assert next(word for word in work if isinstance(word, Progress)).text == "Building the model"
    workers = [each for each in below() if each not in before]
    assert workers
    work.close()
    psutil.wait_procs(workers, timeout=5)
    assert [each for each in below() if each in workers] == []
    assert build(workshop, SOUND)


@pytest.mark.parametrize("heard", [1, 6])
def test_stop_from_another_thread(workshop: Workshop, written: Writing, heard: int) -> None:
    work = workshop.ask(Build(written(ENDLESS), {}))
    for _ in range(heard):
        next(work)
    thread = threading.Thread(target=workshop.stop)
    thread.start()
    thread.join()
    with pytest.raises(Stopped) as caught:
        finish(work)
    assert caught.value.message == "It was stopped."
    assert build(workshop, SOUND)


def test_stop_where_nothing_runs_stops_nothing_that_comes(workshop: Workshop) -> None:
    workshop.stop()
    assert build(workshop, SOUND)


def test_questions_wait_for_each_other(workshop: Workshop, written: Writing) -> None:
    first = workshop.ask(Build(written(ENDLESS), {}))
    next(first)
    second = workshop.ask(Build(SOUND, {}))
    assert next(second) == Progress(0, 0, "seconds", "Waiting for the workshop")
    first.close()
    assert isinstance(finish(second), Model)


def test_a_question_that_was_never_begun_holds_nothing_up(workshop: Workshop) -> None:
    workshop.ask(Hello()).close()
    work = workshop.ask(Hello())
    del work
    assert isinstance(finish(workshop.ask(Hello())), Interpreter)


def test_a_closed_workshop_leaves_nothing_and_may_be_asked_again(written: Writing) -> None:
    processes = below()
    workshop = Workshop()
    assert build(workshop, SOUND)
    assert len(below()) == len(processes) + 2
    workshop.close()
    assert below() == processes
    workshop.close()

    failed: list[Exception] = []

    def listen() -> None:
        try:
            finish(workshop.ask(Build(source, {})))
        except WorkshopError as error:
            failed.append(error)

    source = written(ENDLESS)
    thread = threading.Thread(target=listen)
    thread.start()
    while len(below()) < len(processes) + 2:
        threading.Event().wait(0.01)
    workshop.close()
    thread.join()
    assert isinstance(failed[0], Stopped)
    assert below() == processes


def test_the_model_is_built_again_for_a_judge_when_its_process_is_gone(workshop: Workshop) -> None:
    before = below()
    asked = judge_of(side_of(build(workshop, SOUND)))
    for process in below():
        if process not in before and not process.children():
            process.kill()
            psutil.wait_procs([process], timeout=5)
    with pytest.raises(WorkshopError):
        finish(workshop.ask(asked))
    assert finish(workshop.ask(asked)) == Verdict((), (), ())
    workshop.forget()
    with pytest.raises(InspectorError, match="There is no model to be judged"):
        finish(workshop.ask(Judge(())))


def test_a_failed_build_leaves_the_one_before_it(workshop: Workshop) -> None:
    asked = judge_of(side_of(build(workshop, SOUND)))
    with pytest.raises(WorkshopError):
        build(workshop, SOUND, num_classes="many")
    assert finish(workshop.ask(asked)) == Verdict((), (), ())


def test_classes_of_a_file_and_of_a_folder(workshop: Workshop, written: Writing, tmp_path: Path) -> None:
    source = written("from torch import nn\nclass Net(nn.Module): pass\nclass Other(nn.Linear): pass\nclass No: pass")
    written("from torch import nn\nimport nowhere_at_all\nclass Broken(nn.Module): pass", "sub/broken.py")
    written("raise SystemExit  # a script without a class of its own", "script.py")
    written("import nets\nfrom torch import nn\nassert nn.Module", "all.py")
    written("from torch import nn\nclass Again(nn.Module): pass", "sub/nets.py")
    expected = (f"{source.path}:Net", f"{source.path}:Other")
    assert finish(workshop.ask(ListClasses(source.path))) == Classes(expected)
    found = finish(workshop.ask(ListClasses(str(tmp_path))))
    assert isinstance(found, Classes)
    assert found.sources == (*expected, f"{tmp_path}/sub/nets.py:Again")
    ((file, sentence),) = found.failures
    assert file == str(tmp_path / "sub" / "broken.py")
    assert sentence.startswith("The code needs the package 'nowhere_at_all'")


def test_solving(workshop: Workshop, samples: Path) -> None:
    source = ModelSource("file", str(samples / "networks.py"), "Network")
    arguments = {"input_size": 7, "output_size": 3, "hidden_layers": [5, 4]}
    items = tuple((each.key, each.shape) for each in build(workshop, source, **arguments).parameters)
    words = list(workshop.ask(Solve(source, {}, items)))
    assert any(isinstance(word, Progress) and word.unit == "builds" for word in words)
    found = finish(workshop.ask(Solve(source, {}, items)))
    assert isinstance(found, Solution)
    assert found.fits
    assert {name: found.arguments[name] for name in arguments} == arguments


def test_a_file_that_takes_forever_keeps_no_other_waiting(workshop: Workshop, written: Writing, tmp_path: Path) -> None:
    written("import time\nclass Module: pass\ntime.sleep(600)", "a.py")
    source = written("from torch import nn\nclass Net(nn.Module): pass", "b.py")
    found = finish(workshop.ask(ListClasses(str(tmp_path))))
    assert isinstance(found, Classes)
    assert found.sources == (str(source),)
    assert found.failures[0][1].startswith("TimeoutError: it was not imported within 5 s (line 3 of a.py)")
