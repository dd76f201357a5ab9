"""`inspector explain`: torch's own error, pasted, and the few causes behind it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import torch

from .running import Run


@pytest.fixture
def error(samples: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What torch says when the first of the two networks is loaded into the second."""
    monkeypatch.syspath_prepend(samples)
    import networks

    state = torch.load(samples / "network_512_256_128.pth")["state_dict"]
    with pytest.raises(RuntimeError) as caught:
        networks.Network(784, 10, [400, 200, 100]).load_state_dict(state)
    return str(caught.value)


def test_seven_lines_are_three_causes(run: Run, error: str, tmp_path: Path) -> None:
    (tmp_path / "error.txt").write_text(error)
    done = run("explain", tmp_path / "error.txt", "--json")
    assert done.code == 1
    assert done.record["model"] == "Network"
    assert len(done.record["size_mismatch"]) == 7
    assert len(done.record["causes"]) == 3
    assert "400" in done.record["causes"][0]["sentence"]


def test_a_traceback_comes_through_a_pipe(run: Run, error: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"Traceback (most recent call last):\n  ...\nRuntimeError: {error}\n"))
    done = run("explain")
    assert done.code == 1
    assert "7 lines of load_state_dict, 3 causes" in done.out
    assert done.err == ""


def test_a_report_of_an_error(run: Run, error: str, tmp_path: Path) -> None:
    (tmp_path / "error.txt").write_text(error)
    run("explain", tmp_path / "error.txt", "--report", tmp_path / "report.html")
    assert "hidden_layers.0.weight" in (tmp_path / "report.html").read_text("utf-8")


@pytest.mark.parametrize("text", ["", "all is well", "RuntimeError: CUDA out of memory"])
def test_without_an_error_there_is_nothing_to_explain(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "error.txt").write_text(text)
    done = run("explain", tmp_path / "error.txt")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("inspector: There is no error of load_state_dict")


def test_a_file_that_is_not_there_is_a_sentence(run: Run) -> None:
    assert run("explain", "nowhere.txt").code == 2
