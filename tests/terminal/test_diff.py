"""`inspector diff`: exit codes for scripts, the JSON object, and the story as text."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from .running import Run


def test_the_same_file_is_the_same(run: Run) -> None:
    done = run("diff", "resnet_plain.pth", "resnet_plain.safetensors", "--values", "--json")
    assert done.code == 0
    assert done.record["same"] == 38
    assert done.record["values"] == []


def test_a_prefix_is_seen_through(run: Run) -> None:
    done = run("diff", "resnet_plain.pth", "resnet_module_prefix.pth", "--json", "--values")
    assert done.code == 0
    assert (done.record["prefix"], done.record["prefix_in"], done.record["same"]) == ("module.", "b", 38)


def test_raw_compares_names_as_they_are(run: Run) -> None:
    record = run("diff", "resnet_plain.pth", "resnet_module_prefix.pth", "--json", "--raw").record
    assert (len(record["only_a"]), len(record["only_b"]), record["prefix"]) == (38, 38, "")
    assert record["only_b"][0] == "module.conv1.weight"


def test_other_classes_are_one_cause_for_two_lines(run: Run) -> None:
    done = run("diff", "resnet_plain.pth", "resnet_finetuned.pth", "--json")
    assert done.code == 1
    assert done.record["size_mismatch"] == [
        {"key": "fc.weight", "a": [10, 32], "b": [5, 32]},
        {"key": "fc.bias", "a": [10], "b": [5]},
    ]
    (cause,) = done.record["causes"]
    assert cause["keys"] == ["fc.weight", "fc.bias"]


def test_what_was_retrained_is_told_first(run: Run) -> None:
    done = run("diff", "resnet_plain.pth", "resnet_new_head.pth", "--values")
    assert done.code == 1
    assert "Same architecture; only `fc.*` was retrained." in done.out
    assert "Δ 2 values differ   = 36 same" in done.out
    assert done.out.count("relative") == 2


def test_without_values_the_same_shapes_are_the_same(run: Run) -> None:
    assert run("diff", "resnet_plain.pth", "resnet_new_head.pth").code == 0


def test_values_are_those_that_numpy_finds(run: Run, tmp_path: Path) -> None:
    a, b = torch.randn(50, 7, dtype=torch.float64), torch.randn(50, 7, dtype=torch.float64)
    torch.save({"w": a, "same": a}, tmp_path / "a.pth")
    torch.save({"w": b, "same": a}, tmp_path / "b.pth")
    (found,) = run("diff", tmp_path / "a.pth", tmp_path / "b.pth", "--values", "--json").record["values"]
    assert found["key"] == "w"
    assert found["max_abs"] == pytest.approx((a - b).abs().max().item())
    assert found["rel_l2"] == pytest.approx(((a - b).norm() / a.norm()).item())
    assert found["cosine"] == pytest.approx(torch.cosine_similarity(a.ravel(), b.ravel(), dim=0).item())


def test_the_weights_of_training_checkpoints_are_compared_unless_asked_otherwise(run: Run) -> None:
    chosen = run("diff", "checkpoint_epoch0.pth", "checkpoint_epoch4.pth", "--json").record
    assert chosen["sections"] == {"a": "model_state_dict", "b": "model_state_dict"}
    asked = run("diff", "checkpoint_epoch0.pth", "resnet_plain.pth", "--json", "--section-a", "optimizer_state_dict")
    assert asked.record["sections"] == {"a": "optimizer_state_dict", "b": ""}


def test_a_dtype_that_differs_is_no_other_size(run: Run, tmp_path: Path) -> None:
    torch.save({"w": torch.ones(3)}, tmp_path / "a.pth")
    torch.save({"w": torch.ones(3).half()}, tmp_path / "b.pth")
    done = run("diff", tmp_path / "a.pth", tmp_path / "b.pth", "--json")
    assert done.code == 1
    assert done.record["dtype"] == [{"key": "w", "a": "float32", "b": "float16"}]
    assert done.record["same"] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("diff", "resnet_plain.pth", "README.md"),
        ("diff", "resnet_plain.pth", "nowhere.pth"),
        ("diff", "resnet_plain.pth", "resnet_plain.pth", "--section", "nothing"),
        ("diff", "resnet_plain.pth", "resnet_plain.pth", "--report", "report.pdf"),
        ("diff", "resnet_plain.pth", "resnet_plain.pth", "--report", "no/such/folder/report.md"),
    ],
)
def test_what_cannot_be_compared_is_2_and_a_sentence(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("inspector: ")
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(("ending", "words"), [("html", "<!doctype html>"), ("md", "# "), ("json", '"size_mismatch"')])
def test_reports_are_written(run: Run, tmp_path: Path, ending: str, words: str) -> None:
    path = tmp_path / f"report.{ending}"
    run("diff", "network_512_256_128.pth", "network_400_200_100.pth", "--report", path)
    text = path.read_text("utf-8")
    assert words in text
    assert "hidden" in text
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_damaged_values_do_not_count_as_the_same(run: Run) -> None:
    done = run("diff", "truncated.pth", "resnet_plain.pth", "--values", "--json")
    assert done.code == 1
    assert sum("error" in each for each in done.record["values"]) == 14
