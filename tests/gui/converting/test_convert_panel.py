"""From a training checkpoint to a small file: chosen, foreseen, written, looked at."""

from __future__ import annotations

from pathlib import Path

import torch
from pytestqt.qtbot import QtBot

from inspector.checkpoint.reading import open_checkpoint
from inspector.gui.app import Application
from tests.gui.converting.conftest import Convert, settle


def test_averaged_weights_are_written_in_half_the_bytes_as_safetensors(
    qtbot: QtBot, inspector: Application, convert: Convert, training: Path
) -> None:
    panel = convert(training)
    page, side = panel.conversion, panel.side
    rows = {row.line.split("  ·  ")[0]: row for row in side.parts.rows}
    rows["ema"].click()
    settle(qtbot, panel)
    assert page.wish is not None
    assert page.wish.prefixes == ("module.",)
    side.dtype.setCurrentIndex(side.dtype.findData("bfloat16"))
    side.dtype.activated.emit(side.dtype.currentIndex())
    side.form.setCurrentIndex(side.form.findData("safetensors"))
    side.form.activated.emit(side.form.currentIndex())
    settle(qtbot, panel)
    assert panel.foot.target.text() == str(training.parent / "best-ema-bf16.safetensors")
    assert "best-ema-bf16.safetensors" in panel.outcome.files.text()
    with qtbot.waitSignal(page.ended):
        panel.foot.convert.click()
    assert page.converted is not None
    assert panel.strips.done.isVisible()
    written = open_checkpoint(training.parent / "best-ema-bf16.safetensors")
    assert {tensor.dtype for _, tensor in written.tensors()} == {"bfloat16"}
    assert {key for key, _ in written.tensors()} == {"layer0.weight", "layer1.weight", "layer2.weight", "scale"}
    panel.strips.open.click()
    assert inspector.session.files[0].path == page.converted.path


def test_the_whole_file_can_be_kept_around_its_weights(qtbot: QtBot, convert: Convert, training: Path) -> None:
    panel = convert(training)
    panel.side.parts.rows[-1].click()
    settle(qtbot, panel)
    with qtbot.waitSignal(panel.conversion.ended):
        panel.convert()
    assert panel.conversion.converted is not None
    kept = torch.load(panel.conversion.converted.path, weights_only=True)
    assert kept["epoch"] == 3
    assert "layer0.weight" in kept["state_dict"]
    assert len(kept["optimizer"]["state"]) == 3
