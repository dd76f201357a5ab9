"""Commands, run among the samples."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from inspector.cli import main
from inspector.workshop import client
from tests.workshop.lending import Lender

from .running import Done, Run


@pytest.fixture(scope="session")
def lender(samples: Path) -> Iterator[Lender]:
    with chdir(samples):
        lender = Lender()
    with lender:
        yield lender


@pytest.fixture
def torch_is_loaded(lender: Lender, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Commands take a process that has torch loaded already instead of starting one."""
    monkeypatch.setattr(client, "WarmProcess", lender.lend)
    yield
    assert lender.has_all_back(), "a command left its workshop open"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], samples: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in the folder of the samples."""
    monkeypatch.chdir(samples)

    def run(*arguments: str | Path) -> Done:
        code = main(list(map(str, arguments)))
        return Done(code, *capsys.readouterr())

    return run
