"""What people call their checkpoints, and what it says."""

from __future__ import annotations

import pytest

from inspector.series.naming import Name, named, pattern


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("checkpoint_epoch0.pth", Name(epoch=0)),
        ("model_epoch_3.pth", Name(epoch=3)),
        ("epoch=4-step=1000.ckpt", Name(epoch=4, step=1000)),
        ("epoch=04-val_loss=0.35.ckpt", Name(epoch=4)),
        ("EPOCH-12.pt", Name(epoch=12)),
        ("weights_ep7.pth.tar", Name(epoch=7)),
        ("net_e12.pt", Name(epoch=12)),
        ("10epochs.pth", Name(epoch=10)),
        ("step_2000.safetensors", Name(step=2000)),
        ("iter_40000.pth", Name(step=40000)),
        ("500_steps.pt", Name(step=500)),
        ("mnist_epoch5.pth", Name(epoch=5, family=("mnist",))),
        ("resnet50_epoch5.pth", Name(epoch=5, family=("resnet",))),
        ("ckpt_12.pt", Name(number=12)),
        ("checkpoint12.pt", Name(number=12)),
        ("model_0.123.pth", Name()),
        ("latest.pth", Name(roles=("latest",))),
        ("current_checkpoint.pt", Name(roles=("latest",))),
        ("best_model.pt", Name(roles=("best",))),
        ("modelBest.pth.tar", Name(roles=("best",))),
        ("mnist_best-v1.ckpt", Name(roles=("best",), family=("mnist",))),
        ("last-v2.ckpt", Name(roles=("latest",))),
        ("best_epoch_7.pt", Name(epoch=7, roles=("best",))),
        ("", Name()),
        ("x" * 5000 + "1" * 5000 + ".pth", None),
    ],
)
def test_a_name_says_what_people_mean(name: str, said: Name | None) -> None:
    assert said in (None, named(name))


def test_a_folder_counts_steps() -> None:
    assert named("checkpoint-500", is_folder=True) == Name(step=500)
    assert named("checkpoint-500.pt") == Name(number=500)


def test_the_last_number_is_what_changes() -> None:
    assert pattern("resnet50_epoch_12.pth") == "resnet50_epoch_*.pth"
    assert pattern("best.pth.tar") == "best.pth.tar"
