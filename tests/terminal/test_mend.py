"""`inspector mend`: what it writes loads, and what must not be written over is not."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from .running import Run


def load(path: Path) -> dict[str, torch.Tensor]:
    return torch.load(path, weights_only=True)  # type: ignore[no-any-return]


def test_a_prefix_is_taken_off_and_nothing_else_changes(run: Run, samples: Path, tmp_path: Path) -> None:
    out = tmp_path / "mended.pth"
    done = run("mend", "resnet_module_prefix.pth", "--step", "strip-prefix module.", "-o", out)
    assert done.code == 0
    assert "take `module.` off 38 keys" in done.out
    assert "read back, equal bit by bit" in done.out
    ours, plain = load(out), load(samples / "resnet_plain.pth")
    assert list(ours) == list(plain)
    assert all(torch.equal(ours[key], plain[key]) for key in plain)


def test_several_steps_in_turn_make_another_librarys_file_fit(
    run: Run, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(samples)
    import networks

    steps = (
        "strip-prefix module.",
        "fuse {rest}.attn.q.{part} {rest}.attn.k.{part} {rest}.attn.v.{part} into {rest}.attn.qkv.{part}",
        "transpose {rest}.mlp.{i}.weight",
    )
    out = tmp_path / "mended.pth"
    arguments = [word for step in steps for word in ("--step", step)]
    assert run("mend", "vit_other_names.pth", *arguments, "-o", out).code == 0
    networks.VisionTransformer().load_state_dict(load(out), strict=True)
    plain = load(samples / "vit.pth")
    assert all(torch.equal(tensor, plain[key]) for key, tensor in load(out).items())


def test_a_training_checkpoint_keeps_what_is_beside_its_weights(run: Run, samples: Path, tmp_path: Path) -> None:
    out = tmp_path / "mended.pt"
    done = run("mend", "linear_training.pt", "--step", "add-prefix layer.", "-o", out)
    before, after = load(samples / "linear_training.pt"), load(out)
    assert done.code == 0
    assert list(after) == list(before)
    assert list(after["model_state_dict"]) == ["layer.weight", "layer.bias"]
    assert after["epoch"] == before["epoch"]
    state = after["optimizer_state_dict"]["state"]
    assert torch.equal(state[0]["exp_avg"], before["optimizer_state_dict"]["state"][0]["exp_avg"])


def test_the_weights_alone(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "weights.pth"
    assert run("mend", "linear_training.pt", "--weights-only", "-o", out).code == 0
    assert list(load(out)) == ["weight", "bias"]


def test_a_dry_run_writes_nothing(run: Run, tmp_path: Path) -> None:
    done = run("mend", "checkpoint_epoch4.pth", "--dry-run", "-o", tmp_path / "out.pth")
    assert done.code == 0
    assert "argparse.Namespace" in done.out
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_stays_unless_asked(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.pth"
    out.write_text("precious")
    arguments = ("mend", "resnet_plain.pth", "-o", out)
    refused = run(*arguments)
    assert refused.code == 2
    assert "is there already" in refused.err
    assert out.read_text() == "precious"
    assert run(*arguments, "--overwrite").code == 0
    assert len(load(out)) == 38


def test_the_file_itself_is_never_written_over(run: Run, samples: Path) -> None:
    before = (samples / "linear.pth").read_bytes()
    assert run("mend", "linear.pth", "--step", "add-prefix x.", "-o", "linear.pth", "--overwrite").code == 2
    assert (samples / "linear.pth").read_bytes() == before


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("stip-prefix module.", "Did you mean 'strip-prefix'?"),
        ("rename {rest} one", "one"),
        ("split fc.weight into a b c", "fc.weight"),
    ],
)
def test_steps_that_make_no_sense_are_a_sentence(run: Run, tmp_path: Path, step: str, words: str) -> None:
    done = run("mend", "resnet_plain.pth", "--step", step, "-o", tmp_path / "out.pth")
    assert done.code == 2
    assert words in done.err
    assert list(tmp_path.iterdir()) == []
