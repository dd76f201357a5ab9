"""The samples that mismatch tell their story in a real window: few causes, and the steps that mend them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from inspector.gui import resources
from inspector.gui.app import Application
from inspector.gui.panels.compare_panel import ComparePanel
from inspector.gui.panels.fit_panel import FitPanel

from .fitting.conftest import fit, rest
from .test_comparison import compare, counts, sentence, settled

__all__ = ["compare", "fit", "rest"]  # fixtures


@pytest.mark.parametrize(
    ("a", "b", "told", "kinds", "causes"),
    [
        ("resnet_plain.pth", "resnet_new_head.pth", "only fc.* was retrained", {"values": 2, "same": 36}, 0),
        ("resnet_plain.pth", "resnet_finetuned.pth", "but for fc.*", {"size mismatch": 2, "values": 36}, 1),
        ("resnet_plain.pth", "resnet_module_prefix.pth", "another prefix", {"same": 38}, 1),
        ("network_512_256_128.pth", "network_400_200_100.pth", "7 of 8", {"size mismatch": 7, "values": 1}, 3),
        ("vit_other_names.pth", "vit.pth", "under other names", {"renamed": 6, "same": 38}, 3),
        ("checkpoint_epoch0.pth", "checkpoint_epoch4.pth", "every tensor changed", {"values": 11}, 0),
    ],
)
def test_two_files(
    compare: Callable[[str, str], ComparePanel], a: str, b: str, told: str, kinds: dict[str, int], causes: int
) -> None:
    panel = compare(a, b)
    assert told in sentence(panel).replace("`", "")
    assert counts(panel) == kinds
    assert panel.content is not None
    assert len(panel.content.causes.lines) == causes


@pytest.mark.usefixtures("torch_is_loaded")
@pytest.mark.parametrize(
    ("file", "model", "arguments", "title", "mended"),
    [
        ("network_512_256_128.pth", "Network", {"hidden_layers": [400, 200, 100]}, "7 lines, 3 causes", ""),
        ("resnet_finetuned.pth", "ResNet", {}, "2 lines, 1 cause", "Fits when mended"),
        ("resnet_module_prefix.pth", "ResNet", {}, "1 cause", "Fits when mended: every key loads."),
        ("vit_other_names.pth", "VisionTransformer", {}, "causes", "Fits when mended: every key loads."),
    ],
)
def test_a_file_and_a_class(
    qtbot: QtBot,
    inspector: Application,
    fit: Callable[..., FitPanel],
    rest: Callable[[FitPanel], FitPanel],
    samples: Path,
    file: str,
    model: str,
    arguments: dict[str, object],
    title: str,
    mended: str,
) -> None:
    panel = fit(samples / file, f"{samples / 'networks.py'}:{model}", trusted=True)
    if arguments:
        qtbot.waitUntil(lambda: panel.fit.chosen.signature is not None, timeout=60_000)
        panel.fit.chosen.set_arguments(arguments)
    rest(panel)
    assert title in panel.story.title
    panel.fit.case.tick_all()
    if mended:
        qtbot.waitUntil(lambda: mended in panel.story.title, timeout=20_000)
        rest(panel)
        assert "torch agrees" in panel.story.verdict.text()


def test_a_pair_of_samples_is_compared_from_the_start_page(qtbot: QtBot, inspector: Application) -> None:
    entries = inspector.window.start.findChildren(QAbstractButton)
    pairs = [entry for entry in entries if "↔" in entry.text()]
    assert len(pairs) == len(resources.sample_pairs()) == 3
    qtbot.mouseClick(pairs[0], Qt.MouseButton.LeftButton)
    panel = settled(qtbot, inspector)
    assert counts(panel)["size mismatch"] == 7
