"""Whatever stands in a file, it is read for a run within bounds, or refused with a sentence."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import torch
from hypothesis import given, settings

from inspector.checkpoint.reading import open_checkpoint
from inspector.errors import InspectorError
from inspector.progress import finish
from inspector.runs.histories import history_of
from inspector.runs.preflight import preflight
from inspector.runs.requesting import choices_of
from inspector.runs.resume import resume_of
from inspector.runs.starting import starting
from tests.runs.written_files import trained

NAMES = st.sampled_from(
    "epoch batch loss valid_loss_min best_epoch optimizer scheduler state param_groups last_epoch _step_count args "
    "history losses classes class_to_idx versions checkpoint_inspector state_dict rng seed sums samples data arguments "
    "lr betas params step model milestones gamma step_size T_max base_lrs val_loss acc log scale batches train_loss "
    "valid_loss batch_losses name options source transforms 0 ²".split()
)
NUMBERS = st.sampled_from([0, 1, 4, -1, 10**30, 2**63, True, 0.5, float("nan"), float("inf"), -0.0])
LEAVES = st.one_of(
    NUMBERS,
    st.sampled_from(["adam", "", "4", "\u202e", None, torch.tensor(3), torch.zeros(0), torch.ones(3), torch.eye(2)]),
)
THINGS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(NAMES, st.integers(0, 3)), inner, max_size=6),
        st.dictionaries(NAMES, inner, max_size=4).map(lambda held: argparse.Namespace(**held)),
    ),
    max_leaves=24,
)


def judge(held: dict[Any, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.pt"
        torch.save(held, path)
        try:
            checkpoint = open_checkpoint(path)
            resume = resume_of(checkpoint)
            preflight(checkpoint, resume)
            history_of(checkpoint, resume)
            choices_of(checkpoint, resume)
            start = finish(starting(checkpoint, resume, folder))
        except InspectorError:
            return
        torch.load(start.path, weights_only=True)


@given(st.dictionaries(NAMES, THINGS, max_size=10))
def test_any_file_is_read_or_refused(held: dict[str, Any]) -> None:
    judge(held)


def own() -> dict[str, Any]:
    """A file as a run of this program saves it."""
    lists = {name: [0.5, 0.25] for name in ("train_loss", "valid_loss", "valid_accuracy", "lr")}
    return {
        **trained(2, epoch=3, batch=1, valid_loss_min=0.25, best_epoch=2),
        "rng": {"torch": torch.get_rng_state(), "seed": 0},
        "sums": {"loss": 3.0, "samples": 4},
        "history": {**lists, "epoch": [1, 2], "batches": [2, 2], "batch_losses": torch.ones(5, dtype=torch.float64)},
        "versions": {"checkpoint_inspector": "1", "torch": "2"},
        "model": {"class": "nets.py:Net", "arguments": {}},
        "data": {"source": "shapes", "classes": ["a", "b"]},
        "arguments": {"optimizer": {"name": "Adam", "options": {}}, "data": {"kind": "shapes"}, "batch_size": 4},
    }


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 60), THINGS), min_size=1, max_size=4))
def test_a_file_of_our_own_that_was_tampered_with_is_read_or_refused(changes: list[tuple[int, Any]]) -> None:
    held = own()
    places = [(held, key) for key in held]
    places += [(part, key) for part in held.values() if isinstance(part, dict) for key in part]
    for number, thing in changes:
        part, key = places[number % len(places)]
        part[key] = thing
    judge(held)


def test_the_file_that_is_tampered_with_is_one_of_our_own(tmp_path: Path) -> None:
    torch.save(own(), tmp_path / "own.pt")
    resume = resume_of(open_checkpoint(tmp_path / "own.pt"))
    assert resume.is_own
    assert (resume.epoch, resume.batch, resume.best, resume.best_epoch, resume.expected) == (3, 1, 0.25, 2, 0.75)
