"""Commands, run among the samples."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.cli import main

from .running import Done, Run


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], samples: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in the folder of the samples."""
    monkeypatch.chdir(samples)

    def run(*arguments: str | Path) -> Done:
        code = main(list(map(str, arguments)))
        return Done(code, *capsys.readouterr())

    return run
