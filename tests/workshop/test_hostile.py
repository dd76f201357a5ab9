"""Classes that are broken, or mean harm: each gives a sentence, and the next request is answered as if nothing was."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from inspector.workshop.client import Limits, Workshop
from inspector.workshop.requests import Build, ModelSource, Said, WorkshopError, parse_source

from .conftest import build

Writing = Callable[..., ModelSource]

SOUND = parse_source("squeezenet1_0")
NET = """
    import torch
    from torch import nn

    {head}

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            {body}
"""


def failure(workshop: Workshop, source: ModelSource, **arguments: object) -> WorkshopError:
    """The error of building `source`; afterwards the workshop builds something sound."""
    with pytest.raises(WorkshopError) as caught:
        build(workshop, source, **arguments)
    assert build(workshop, SOUND).name == "squeezenet1_0()"
    assert caught.value.message.endswith(".")
    assert "\n" not in caught.value.message
    return caught.value


CASES: dict[str, tuple[str, str]] = {
    # what the constructor does, and what is said of it
    "import os; os._exit(3)": "The code ended its process with exit code 3",
    "import sys; sys.exit('so long')": "The code ended the program itself with sys.exit('so long')",
    "raise KeyboardInterrupt": "The code raised KeyboardInterrupt",
    "raise BaseException('at the very base')": "BaseException: at the very base",
    "raise ValueError('8 heads do not divide 100')": "ValueError: 8 heads do not divide 100",
    "raise ValueError": "ValueError",
    "raise ValueError('x' * 10**7)": "ValueError: xxxxxx",
    "import ctypes; ctypes.string_at(0)": "The code crashed its process: Segmentation fault",
    "import os; os.abort()": "The code crashed its process: Aborted",
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)": "The process was killed, perhaps by the system",
    "import os; os.closerange(0, 4096)": "The code ",
    "self.__init__()": "It calls itself without end: Python stopped it",
    "def again(n): return again(n + 1)\n            again(0)": "It calls itself without end: Python stopped it",
    "torch.empty(1).cuda(); torch.cuda.init()": "It needs CUDA, which this torch or this machine does not have",
    "import einops_of_no_one": "The code needs the package 'einops_of_no_one', which",
    "self.x = torch.zeros(25 * 10**9, device='cpu') + 1": "It asks for more memory than it may have",
    "undefined_name": "NameError: name 'undefined_name' is not defined",
}


@pytest.mark.parametrize("body", CASES)
def test_a_constructor_that_fails(workshop: Workshop, written: Writing, body: str) -> None:
    error = failure(workshop, written(NET.format(head="", body=body)))
    assert error.message.startswith(CASES[body]), error.message
    assert len(error.message) < 3000
    assert len(error.traceback) < 30_000


HEADS: dict[str, str] = {
    # what the file does before it comes to the class, and what is said of it
    "def broken(:": "There is a syntax error: ",
    "raise ImportError('not today')": "ImportError: not today",
    "import nets_of_another": "The code needs the package 'nets_of_another'",
    "from torch import no_such_thing": "ImportError: cannot import name 'no_such_thing' from 'torch'",
    "import sys; sys.exit()": "The code ended the program itself",
    "class Nets: pass\n    1/0": "ZeroDivisionError: division by zero",
}


@pytest.mark.parametrize("head", HEADS)
def test_a_file_that_fails(workshop: Workshop, written: Writing, head: str) -> None:
    error = failure(workshop, written(NET.format(head=head, body="pass")))
    assert error.message.startswith(HEADS[head]), error.message
    assert Path(error.file).name == "nets.py"
    assert error.line >= 4
    assert error.code == head.split("\n    ")[-1]
    assert error.message.endswith(f" (line {error.line} of nets.py).")


def test_the_hint_says_how_to_install_into_that_interpreter(workshop: Workshop, written: Writing) -> None:
    error = failure(workshop, written(NET.format(head="import cv2_of_no_one", body="pass")))
    assert f"{sys.executable} -m pip install cv2_of_no_one" in error.hint


def test_the_users_own_line_is_marked_and_our_frames_are_left_out(workshop: Workshop, written: Writing) -> None:
    error = failure(workshop, written(NET.format(head="", body="self.fc = nn.Linear(2, 'three')")))
    assert (Path(error.file).name, error.code) == ("nets.py", "self.fc = nn.Linear(2, 'three')")
    assert "nn/modules/linear.py" in error.traceback
    assert "inspector" not in error.traceback


@pytest.mark.parametrize("place", ["head", "body"])
def test_an_endless_loop_is_stopped_and_its_line_is_marked(workshop: Workshop, written: Writing, place: str) -> None:
    code = {"head": "", "body": "pass"} | {place: "while True: pass"}
    workshop.limits = Limits(seconds=1.5)
    error = failure_within_limits(workshop, written(NET.format(**code)))
    assert error.message.startswith("The code was stopped after 1.5 s without an end (at line ")
    assert error.code == "while True: pass"


def failure_within_limits(workshop: Workshop, source: ModelSource) -> WorkshopError:
    """The error under the limits that the test has set; afterwards something sound is built without them."""
    with pytest.raises(WorkshopError) as caught:
        build(workshop, source)
    workshop.limits = Limits()
    build(workshop, SOUND)
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        "self.kept = [bytearray(2**24) for _ in range(10**4)]",
        "self.kept = torch.zeros(2**29, device='cpu')",
        "import os; [os.fork() for _ in range(3)]; self.kept = bytearray(b'x') * 2**28",
    ],
)
def test_memory_has_a_limit(workshop: Workshop, written: Writing, body: str) -> None:
    workshop.limits = Limits(memory=10**9)
    error = failure_within_limits(workshop, written(NET.format(head="", body=body + "; import time; time.sleep(60)")))
    assert error.message.startswith(("It asks for more memory than it may have", "The code was stopped when it held"))


def test_a_class_that_prints_a_gigabyte_is_heard_in_part(workshop: Workshop, written: Writing) -> None:
    body = """
            import os
            for line in range(1000): os.write(1, b'x' * 2**20)
            print('and done')"""
    source = written(NET.format(head="", body=body))
    words = list(workshop.ask(Build(source, {})))
    said = "".join(word.text for word in words if isinstance(word, Said))
    assert len(said) <= 70_000
    assert said.endswith("and done\n")
    assert "1.05 GB left out" in said


def test_prints_of_python_and_c_come_as_they_are_said(workshop: Workshop, written: Writing) -> None:
    body = """
            import ctypes, sys
            print('from Python')
            print('to stderr: \\ud800', file=sys.stderr)
            ctypes.CDLL(None).puts(b'from C: \\xff')
            raise ValueError"""
    source = written(NET.format(head="", body=body))
    words = []
    with pytest.raises(WorkshopError) as caught:
        words.extend(workshop.ask(Build(source, {})))
    for text in ("from Python\n", "to stderr: \\ud800\n", "from C: �\n"):
        assert text in caught.value.output


LEAVINGS = [
    "import subprocess; subprocess.Popen(['sleep', '600'])",
    "import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True)",
    "import os; os.fork() or __import__('time').sleep(600)",
    "import os; os.fork() or os.setsid() or __import__('time').sleep(600)",
    "import threading; threading.Thread(target=__import__('time').sleep, args=(600,)).start()",
]


@pytest.mark.parametrize("body", LEAVINGS)
def test_what_a_class_starts_ends_with_it(workshop: Workshop, written: Writing, body: str) -> None:
    assert build(workshop, written(NET.format(head="", body=body))).name == "Net()"
    workshop.forget()  # that nothing is left running is held for every test


@pytest.mark.parametrize(
    "body",
    [
        "import os; os.close(0); os.close(1); os.close(2)",
        "import sys; sys.stdin = sys.stdout = sys.stderr = None",
        "import sys; sys.stdout.close(); sys.stderr.close()",
        "import builtins, json; builtins.len = builtins.open = builtins.isinstance = json.dumps = json.loads = None",
        "import signal; [signal.signal(n, lambda *_: 0) for n in range(1, 32) if n not in (9, 19)]",
        "import sys; sys.setrecursionlimit(100)",
        "import os; os.fork()",
        "import os; os.chdir('/'); os.environ.clear()",
        "import sys; sys.path.clear(); sys.modules.clear()",
        "import threading; threading.Thread(target=lambda: 1/0).start()",
        "import gc; gc.disable(); torch.set_default_dtype(torch.float16)",
        "nn.Module.state_dict = None",
    ],
)
def test_what_a_class_does_to_its_process_harms_nobody_else(workshop: Workshop, written: Writing, body: str) -> None:
    source = written(NET.format(head="", body="self.fc = nn.Linear(2, 3)\n            " + body))
    with contextlib.suppress(WorkshopError):
        assert [each.key for each in build(workshop, source).parameters] == ["fc.weight", "fc.bias"]
    assert build(workshop, SOUND).parameters[0].dtype == "float32"


def test_whoever_kills_the_process_behind_it_ends_with_it(written: Writing) -> None:
    body = "import os, signal, time; os.kill(os.getppid(), signal.SIGKILL); time.sleep(600)"
    with Workshop() as workshop:
        error = failure(workshop, written(NET.format(head="", body=body)))
    assert error.message.startswith("The process that runs the code was ended from outside")


def test_what_is_asked_for_and_not_there(workshop: Workshop, written: Writing) -> None:
    source = written("from torch import nn\nclass Net(nn.Module): pass\nclass Other: pass\nlimit = 3\n")

    def said(**changes: str) -> str:
        return str(failure(workshop, source._replace(**changes)))

    assert said(name="Nett") == "There is no Nett in nets.py. Did you mean Net?"
    assert said(name="Other") == "Other in nets.py is a class, but no torch.nn.Module. Model classes there: Net."
    assert said(name="limit") == "limit in nets.py is neither a class nor a function, but of type int."
    assert said(path=source.path.replace("nets", "net")).endswith("net.py. Did you mean nets.py?")
    assert said(kind="package", path="no.such.package").startswith("The code needs the package 'no'")
    assert said(kind="torchvision", name="resnet19", path="").startswith("torchvision has no model 'resnet19'. Did")


def test_wrong_arguments_are_named(workshop: Workshop, written: Writing) -> None:
    source = written("""
        from torch import nn
        class Net(nn.Module):
            def __init__(self, width, depth, *, heads=8):
                super().__init__()
    """)
    assert str(failure(workshop, source, width=1)) == "Net needs depth. Give it as an argument."
    unknown = str(failure(workshop, source, width=1, depth=2, head=4))
    assert unknown == "Net takes no argument 'head'. Did you mean heads?"
    assert "'clases'" in failure(workshop, SOUND, clases=2).message


def test_an_interpreter_that_cannot_be_used(tmp_path: Path) -> None:
    for interpreter, said in {
        str(tmp_path / "none"): "cannot be started: No such file or directory.",
        "/bin/cat": "ended while it was started",
        "/bin/true": "ended while it was started",
    }.items():
        with Workshop(interpreter) as workshop, pytest.raises(WorkshopError) as caught:
            build(workshop, SOUND)
        assert said in caught.value.message


def test_nothing_lives_on_when_the_window_is_killed(written: Writing, tmp_path: Path) -> None:
    """The parent dies without a word; the child, the worker and what that started end too."""
    source = written(NET.format(head="import subprocess", body="subprocess.Popen(['sleep', '600'])"))
    code = f"""
import os, signal
from inspector.workshop.client import Workshop
from inspector.workshop.requests import Build, ModelSource
from inspector.progress import finish
workshop = Workshop()
finish(workshop.ask(Build(ModelSource(*{tuple(source)!r}), {{}})))
print("built", flush=True)
signal.pause()
"""
    with psutil.Popen([sys.executable, "-c", code], stdout=-1, cwd=Path(__file__).parents[2]) as parent:
        assert parent.stdout.readline() == b"built\n"
        below = parent.children(recursive=True)
        assert len(below) >= 3
        os.kill(parent.pid, 9)
        parent.wait()
    _, alive = psutil.wait_procs(below, timeout=10)
    assert not alive
