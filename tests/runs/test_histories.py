"""Stored curves, whoever stored them, as points over the epochs that are done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from inspector.checkpoint.reading import open_checkpoint
from inspector.runs.histories import History, history_of
from tests.runs.written_files import network, opened


def history(folder: Path, **holds: Any) -> History:
    return history_of(opened(folder, {"state_dict": network().state_dict(), **holds}))


def test_a_file_without_curves_has_an_empty_history(tmp_path: Path) -> None:
    assert history(tmp_path).is_empty


def test_a_list_has_a_value_for_each_epoch(tmp_path: Path) -> None:
    found = history(tmp_path, train_losses=[3.0, 2.0, 1.0], val_loss_history=[4.0, 2.0, 3.0], val_acc=[0.5, 0.75, 0.7])
    assert found.train_loss == ((1.0, 3.0), (2.0, 2.0), (3.0, 1.0))
    assert found.valid_loss == ((1.0, 4.0), (2.0, 2.0), (3.0, 3.0))
    assert found.accuracy == ((1.0, 0.5), (2.0, 0.75), (3.0, 0.7))
    assert found.best_epoch == 2


def test_a_list_ends_where_training_stopped(tmp_path: Path) -> None:
    found = history(tmp_path, epochs_trained=5, val_losses=[4.0, 3.0])
    assert found.valid_loss == ((4.0, 4.0), (5.0, 3.0))
    with_first = history(tmp_path, epochs_trained=2, val_losses=[4.0, 3.0, 2.0])  # evaluated before the start as well
    assert with_first.valid_loss == ((0.0, 4.0), (1.0, 3.0), (2.0, 2.0))


def test_accuracies_in_percent_are_shares(tmp_path: Path) -> None:
    assert history(tmp_path, accuracies=[50.0, 75.0]).accuracy == ((1.0, 0.5), (2.0, 0.75))


def test_a_list_much_longer_than_epochs_is_of_batches(tmp_path: Path) -> None:
    losses = np.linspace(2.0, 1.0, 2001)
    found = history(tmp_path, epochs_trained=4, losses=losses.tolist(), loss=0.75)
    assert found.batch_losses is not None
    xs, ys = found.batch_losses
    assert np.array_equal(ys, losses)  # none of them is left out
    assert (xs[0], xs[-1]) == (pytest.approx(4 / 2001), 4.0)
    assert np.all(np.diff(xs) > 0)
    assert found.train_loss == ()


def test_a_list_too_long_to_be_listed_is_read_whole(tmp_path: Path) -> None:
    losses = np.linspace(2.0, 1.0, 50_000)
    found = history(tmp_path, epochs_trained=4, losses=losses.tolist())
    assert found.batch_losses is not None
    xs, ys = found.batch_losses
    assert np.array_equal(ys, losses)
    assert xs[-1] == 4.0


def test_several_evaluations_in_an_epoch_are_spread_over_it(tmp_path: Path) -> None:
    assert history(tmp_path, epochs_trained=2, val_losses=[4.0, 3.0, 2.0, 1.0]).valid_loss == (
        (0.5, 4.0),
        (1.0, 3.0),
        (1.5, 2.0),
        (2.0, 1.0),
    )


def test_records_say_where_they_belong(tmp_path: Path) -> None:
    found = history(
        tmp_path,
        trainer_state={
            "epoch": 2.0,
            "log_history": [
                {"epoch": 0.5, "loss": 3.0, "learning_rate": 0.1, "step": 10},
                {"epoch": 1.0, "loss": 2.0, "learning_rate": 0.1, "step": 20},
                {"epoch": 1.0, "eval_loss": 2.5, "eval_accuracy": 0.5},
                {"epoch": 2.0, "eval_loss": 1.5, "eval_accuracy": 0.75},
            ],
        },
    )
    assert found.train_loss == ((0.5, 3.0), (1.0, 2.0))
    assert found.valid_loss == ((1.0, 2.5), (2.0, 1.5))
    assert found.accuracy == ((1.0, 0.5), (2.0, 0.75))
    assert found.lr == ((0.5, 0.1), (1.0, 0.1))


def test_records_that_count_from_0_or_not_at_all(tmp_path: Path) -> None:
    from_zero = history(tmp_path, log=[{"epoch": 0, "loss": 3.0}, {"epoch": 1, "loss": 2.0}])
    uncounted = history(tmp_path, log=[{"loss": 3.0}, {"loss": 2.0}])
    assert from_zero.train_loss == uncounted.train_loss == ((1.0, 3.0), (2.0, 2.0))


def test_values_that_stand_alone_are_a_point(samples: Path) -> None:
    found = history_of(open_checkpoint(samples / "checkpoint_epoch4.pth"))
    assert found.train_loss == ((5.0, pytest.approx(0.0646019)),)
    assert found.valid_loss == ((5.0, pytest.approx(0.1096059)),)
    assert found.accuracy == ((5.0, pytest.approx(0.975)),)
    assert len(found.lr) == 5
    found = history_of(open_checkpoint(samples / "fashion_classifier.pt"))
    assert found.valid_loss == ((3.0, pytest.approx(0.1153952)),)
    assert found.lr == ((3.0, 0.001),)


def test_the_sample_of_96_epochs_has_a_curve(samples: Path) -> None:
    found = history_of(open_checkpoint(samples / "linear_training.pt"))
    assert [x for x, _ in found.train_loss] == list(range(1, 97))
    assert len(found.lr) == 96


def test_numbers_that_are_none_are_left_out(tmp_path: Path) -> None:
    found = history(tmp_path, val_losses=[4.0, float("nan"), 3.0], train_loss=float("inf"))
    assert found.valid_loss == ((1.0, 4.0), (3.0, 3.0))
    assert found.train_loss == ()


def test_a_tensor_of_losses_is_a_curve(tmp_path: Path) -> None:
    assert history(tmp_path, val_losses=torch.tensor([2.0, 1.0])).valid_loss == ((1.0, 2.0), (2.0, 1.0))
