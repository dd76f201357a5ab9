"""Two threads that read Python at once do not get into each other's way."""

from __future__ import annotations

import ast
import gc
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.workshop.parsing import parsed, parsed_expression


@pytest.fixture
def other_threads_come_in_often() -> Iterator[None]:
    """A window's finalizers run whenever garbage is collected; and it asks for the interpreter all the time."""

    def finalizer(_phase: str, _info: object) -> None:
        sum(range(2000))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    gc.callbacks.append(finalizer)
    yield
    gc.callbacks.remove(finalizer)
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("other_threads_come_in_often")
def test_threads_read_at_the_same_time() -> None:
    source = Path(ast.__file__).read_bytes()
    wrong: list[Exception] = []

    def read() -> None:
        try:
            for _ in range(5):
                assert parsed(source).body
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_an_expression_is_one() -> None:
    assert isinstance(parsed_expression("Normalize((0.5,), (0.5,))"), ast.Call)
    with pytest.raises(SyntaxError):
        parsed_expression("a = 1")
