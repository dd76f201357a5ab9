"""What goes wrong in a training is a sentence that names the epoch, the batch and the layer; the last file stays."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import torch

from inspector.progress import finish
from inspector.runs.driving import Run
from inspector.workshop.client import Workshop
from inspector.workshop.requests import WorkshopError
from inspector.workshop.run_requests import Chosen, Rehearse, Start, Train
from inspector.workshop.run_words import Began, Message
from tests.workshop.running.training_runs import NET, going_on, latest, losses, of, trained, training

TURNING_BAD = """
    import torch
    from torch import nn

    class Sour(nn.Module):
        def __init__(self):
            super().__init__()
            self.calls = 0

        def forward(self, x):
            self.calls += self.training
            if self.calls > 7:
                {what}
            return x

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), Sour())

        def forward(self, x):
            return self.body(x)
"""


def failure(request: Any) -> WorkshopError:
    with pytest.raises(WorkshopError) as caught:
        trained(request)
    return caught.value


def turning_bad(folder: Path, what: str, **fields: Any) -> Train:
    """A model that does `what` in its forward from the eighth batch on, which is the third of epoch 2."""
    return training(folder, TURNING_BAD.format(what=what), **fields)


# -- exceptions --------------------------------------------------------------------------------------------


def test_what_forward_raises_names_batch_layer_and_line(tmp_path: Path) -> None:
    error = failure(turning_bad(tmp_path, "raise ValueError('the milk is sour')"))
    assert error.message.startswith("Batch 3 of epoch 2, layer body.2 (Sour): ValueError: the milk is sour")
    assert "[16, 10]" in error.message
    assert (error.line, error.code) == (13, "raise ValueError('the milk is sour')")
    assert error.title == "Training failed"
    assert latest(training(tmp_path))["epoch"] == 2


def test_the_line_is_told_by_a_process_of_its_own_too(tmp_path: Path, workshop: Workshop) -> None:
    with pytest.raises(WorkshopError) as caught:
        finish(Run(turning_bad(tmp_path, "raise ValueError('the milk is sour')"), workshop=workshop).words())
    error = caught.value
    assert error.message.startswith("Batch 3 of epoch 2, layer body.2 (Sour): ValueError: the milk is sour")
    assert (error.file, error.line) == (str(tmp_path / "nets.py"), 13)
    assert "the milk is sour" in error.traceback


def test_a_shape_that_does_not_fit_names_what_went_in(tmp_path: Path) -> None:
    error = failure(turning_bad(tmp_path, "x = nn.Linear(7, 10)(x)"))
    assert "Batch 3 of epoch 2, layer body.2 (Sour): RuntimeError: mat1 and mat2" in error.message
    assert "What went in: [16, 10]." in error.message


def test_fewer_outputs_in_mid_epoch_are_held_against_the_labels(tmp_path: Path) -> None:
    error = failure(turning_bad(tmp_path, "x = x[:, :5]"))
    assert error.message.startswith("Batch 3 of epoch 2: The model gives [16, 5], the labels go from ")
    assert "CrossEntropyLoss says" in error.message


def test_a_last_batch_of_one_sample_is_explained(tmp_path: Path) -> None:
    code = NET.replace("self.dropout = nn.Dropout(0.25)", "self.dropout = nn.BatchNorm1d(width)")
    error = failure(training(tmp_path, code, data=training(tmp_path).data._replace(size=33)))
    assert error.message.startswith("Batch 3 of epoch 1, layer dropout (BatchNorm1d): ValueError: Expected more than 1")
    assert "no single sample at the end" in error.hint


def test_sys_exit_is_no_end_of_the_program(tmp_path: Path) -> None:
    error = failure(turning_bad(tmp_path, "raise SystemExit(3)"))
    assert "Batch 3 of epoch 2" in error.message
    assert "sys.exit(3)" in error.message


def test_memory_that_does_not_suffice_names_a_way_out(tmp_path: Path) -> None:
    error = failure(turning_bad(tmp_path, "torch.empty(1 << 55, dtype=torch.uint8)"))
    assert error.title == "There is not enough memory"
    assert error.message.startswith("Batch 3 of epoch 2, layer body.2 (Sour): the memory does not suffice")
    assert "smaller batch size" in error.hint


def test_a_validation_that_fails_says_so(tmp_path: Path) -> None:
    code = TURNING_BAD.format(what="pass").replace("self.calls > 7", "self.calls and not self.training")
    error = failure(training(tmp_path, code.replace("pass", "raise KeyError('late')")))
    assert error.message.startswith("Validation after epoch 1, layer body.2 (Sour): KeyError: 'late'")


# -- before the start --------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [lambda request: request, Rehearse], ids=["train", "rehearse"])
def test_too_few_outputs_are_refused_before_anything_is_trained(tmp_path: Path, make: Any) -> None:
    error = failure(make(training(tmp_path, arguments={"classes": 7})))
    assert error.title == "The head does not fit the classes"
    assert "7 classes" in error.message
    assert "10 classes" in error.message
    assert not (tmp_path / "run" / "current_checkpoint.pt").exists()


def test_more_outputs_than_classes_are_a_warning(tmp_path: Path) -> None:
    words, answer = trained(training(tmp_path, arguments={"classes": 12}, epochs=1))
    assert answer.ended == "finished"
    assert any("12 outputs" in word.text and word.level == "warning" for word in of(Message, words))


def test_data_that_does_not_fit_the_model_names_the_layer(tmp_path: Path) -> None:
    error = failure(training(tmp_path, NET.replace("nn.Conv2d(1,", "nn.Conv2d(3,")))
    assert error.title == "The data does not fit the model"
    assert error.message.startswith("A first batch, layer conv (Conv2d): RuntimeError: Given groups=1")
    assert "[16, 1, 28, 28]" in error.message


def test_a_model_with_nothing_to_learn_is_refused(tmp_path: Path) -> None:
    code = NET.replace("self.head = nn.Linear(width, classes)", "self.head = nn.Linear(width, classes)\n"
                       "            self.requires_grad_(False)")  # fmt: skip
    assert "nothing to learn" in failure(training(tmp_path, code)).message


def test_a_model_that_wants_rows_gets_pictures_flattened(tmp_path: Path) -> None:
    code = """
        from torch import nn
        class Net(nn.Sequential):
            def __init__(self):
                super().__init__(nn.Linear(784, 16), nn.ReLU(), nn.Linear(16, 10))
    """
    words, answer = trained(training(tmp_path, code, epochs=1))
    note = "Each sample is flattened, [1, 28, 28] to [784]: the model takes it so."
    assert note in of(Began, words)[0].notes
    assert answer.ended == "finished"
    assert list(latest(training(tmp_path, code))["state_dict"]) == ["0.weight", "0.bias", "2.weight", "2.bias"]


def test_raw_scores_for_nllloss_are_noticed(tmp_path: Path) -> None:
    words, _ = trained(training(tmp_path, epochs=1, criterion="NLLLoss"))
    assert any("NLLLoss wants log-probabilities" in word.text for word in of(Message, words))


@pytest.mark.parametrize(("tail", "warned"), [("log_softmax", False), ("softmax", True)])
def test_a_softmax_too_many_is_noticed(tmp_path: Path, tail: str, warned: bool) -> None:
    code = NET.replace("return self.head(", f"return torch.{tail}(self.head(").replace("(1)))))", "(1))))), dim=1)")
    words, _ = trained(training(tmp_path, code, epochs=1))
    assert any("softmax" in word.text for word in of(Message, words)) == warned
    _, rehearsal = trained(Rehearse(training(tmp_path, code)))
    (check,) = [check for check in rehearsal.checks if check.name == "Output"]
    assert check.state == ("warning" if warned else "ok")


def test_a_criterion_that_is_no_mean_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(dedent("""
        from torch.nn import functional
        def each(output, target):
            return functional.cross_entropy(output, target, reduction="none")
    """))
    error = failure(training(tmp_path, criterion=f"{tmp_path / 'own.py'}:each"))
    assert "gives [16] for a batch, where one number is needed" in error.message


@pytest.mark.parametrize(
    ("criterion", "classes", "words"),
    [
        ("BCEWithLogitsLoss", 1, "the labels go from 0 to 8, and BCEWithLogitsLoss knows 0 and 1"),
        ("BCEWithLogitsLoss", 10, "The model gives [10, 10], the labels go from 0 to 8"),
        ("MSELoss", 10, "The model gives [10, 10], the labels go from 0 to 8"),  # torch would broadcast them
    ],
)
def test_labels_that_the_criterion_does_not_know_are_refused(
    tmp_path: Path, criterion: str, classes: int, words: str
) -> None:
    error = failure(training(tmp_path, arguments={"classes": classes}, criterion=criterion, batch_size=10))
    assert error.title == "The criterion does not fit"
    assert words in error.message


def test_weights_that_do_not_fit_are_told_in_torchs_words(tmp_path: Path) -> None:
    request = training(tmp_path, epochs=1)
    trained(request)
    error = failure(going_on(request, arguments={"width": 13}))
    assert error.title == "The weights do not fit"
    assert "size mismatch for hidden.weight" in error.message


def test_an_optimizer_of_another_model_is_refused(tmp_path: Path) -> None:
    request = training(tmp_path, epochs=1)
    trained(request)
    state = latest(request)
    state["optimizer"]["param_groups"][0]["params"].pop()
    torch.save(state, tmp_path / "other.pt")
    start = Start(str(tmp_path / "other.pt"), ("state_dict",), ("optimizer",), epoch=2)
    error = failure(request._replace(start=start, epochs=2))
    assert error.title == "The optimizer cannot be used"
    assert "7 parameters, and the model has 8" in error.message


def test_a_file_with_code_in_it_is_refused(tmp_path: Path) -> None:
    torch.save({"state_dict": Path("x")}, tmp_path / "code.pt")
    error = failure(training(tmp_path, start=Start(str(tmp_path / "code.pt"), ("state_dict",))))
    assert error.title == "The file cannot be read"
    assert "weights_only=True" in error.message


@pytest.mark.parametrize("device", ["cuda:7", "tpu", "meta"])
def test_a_device_that_is_not_there_is_refused(tmp_path: Path, device: str) -> None:
    assert failure(training(tmp_path, device=device)).title == "There is no such device"


# -- no numbers --------------------------------------------------------------------------------------------


def test_a_layer_that_gives_nan_is_named(tmp_path: Path) -> None:
    error = failure(turning_bad(tmp_path, "x = x / 0 * 0"))
    assert error.title == "The loss is not a number"
    assert error.message.startswith("The loss of batch 3 of epoch 2 is not a number. Layer body.2 (Sour) is the first")
    assert f"The last good file is whole: {tmp_path}/run/current_checkpoint.pt." in error.message
    assert all(each.isfinite().all() for each in latest(training(tmp_path))["state_dict"].values())


def test_a_learning_rate_that_explodes_stops_the_run_and_names_the_weights(tmp_path: Path) -> None:
    error = failure(training(tmp_path, epochs=50, optimizer=Chosen("SGD", {"lr": 1e18})))
    assert error.title in ("The loss is not a number", "The weights are not numbers")
    assert "epoch" in error.message


def test_weights_that_are_no_numbers_are_not_saved(tmp_path: Path) -> None:
    """The gradient of the square root at zero: the loss is a number, and the weights are none after the step."""
    code = TURNING_BAD.format(what="x = x + torch.sqrt(0 * x)").replace("> 7", "> 9")
    error = failure(training(tmp_path, code))
    assert error.title == "The weights are not numbers"
    assert "After epoch 2 NaN or Inf is in the weights: body.1.weight, body.1.bias. They were not" in error.message
    state = latest(training(tmp_path))
    assert state["epoch"] == 2
    assert all(each.isfinite().all() for each in state["state_dict"].values())


def test_weights_that_break_within_an_epoch_stop_it_at_the_next_batch(tmp_path: Path) -> None:
    error = failure(turning_bad(tmp_path, "x = x + torch.sqrt(0 * x)"))
    assert error.message.startswith("The loss of batch 4 of epoch 2 is not a number. The weights themselves are not")


def test_without_the_stop_it_goes_on_with_one_warning_an_epoch(tmp_path: Path) -> None:
    words, answer = trained(turning_bad(tmp_path, "x = x / 0 * 0", stop_at_nan=False))
    assert answer.ended == "finished"
    assert len(losses(words)) == 10
    warnings = [word.text for word in of(Message, words) if word.level == "warning"]
    assert warnings == ["The loss of batch 3 of epoch 2 is not a number."]
