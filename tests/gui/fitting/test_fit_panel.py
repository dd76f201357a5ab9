"""A checkpoint against a model class, in a real window: from the choice to a file that loads."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.fitting.chosen_model import TRUSTED
from inspector.gui.fitting.stages import Stage
from inspector.gui.panels.fit_panel import FitPanel
from tests.gui.fitting.conftest import WAIT

Fit = Callable[..., FitPanel]
Rest = Callable[[FitPanel], FitPanel]

NETWORK = """
    import torch
    from torch import nn
    from widths import WIDTHS

    class Network(nn.Module):
        def __init__(self, input_size: int, output_size: int = 10):
            super().__init__()
            print("built with", WIDTHS)
            widths = [input_size, *WIDTHS]
            self.hidden_layers = nn.ModuleList(nn.Linear(*pair) for pair in zip(widths, widths[1:]))
            self.output = nn.Linear(widths[-1], output_size)
"""


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """A file of a person's own, and one that it imports."""
    (tmp_path / "widths.py").write_text("WIDTHS = [400, 200, 100]\n")
    code = tmp_path / "nets.py"
    code.write_text(textwrap.dedent(NETWORK))
    return code


def write(field: QLineEdit, text: str, qtbot: QtBot) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_from_a_class_that_misfits_to_one_that_fits(
    qtbot: QtBot, inspector: Application, fit: Fit, rest: Rest, samples: Path, network: Path
) -> None:
    """Asked before its code is run; what is missing is written; the class is edited, and the red goes away."""
    panel = fit(samples / "network_512_256_128.pth", f"{network}:Network")
    chosen, story = panel.fit.chosen, panel.story
    qtbot.waitUntil(story.leave.allow.isVisible)
    assert chosen.stage is Stage.ASKING_LEAVE
    qtbot.mouseClick(story.leave.allow, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "input_size" in panel.side.form.rows, timeout=WAIT)
    assert not story.leave.isVisible()
    qtbot.waitUntil(lambda: not chosen.is_running, timeout=WAIT)
    if chosen.stage is Stage.ARGUMENTS:
        row = panel.side.form.rows["input_size"].field
        assert isinstance(row, QLineEdit)
        write(row, "784", qtbot)
    rest(panel)
    assert story.title == "7 lines, 3 causes"
    assert len(story.causes.cards) == 3
    assert "torch agrees" in story.verdict.text()
    assert panel.view.pairs.isVisible()
    assert "built with [400, 200, 100]" in panel.side.output.text.toPlainText()
    assert str(network) in inspector.settings.listed(TRUSTED)

    qtbot.keyClick(story.causes.cards[0], Qt.Key.Key_Return)
    assert story.causes.cards[0].is_chosen
    assert panel.view.pairs.current is not None
    assert panel.view.pairs.current.key.startswith("hidden_layers.0")

    (network.parent / "widths.py").write_text("WIDTHS = [512, 256, 128]\n")
    qtbot.waitUntil(lambda: story.title == "Fits: every key loads.", timeout=WAIT)
    rest(panel)
    assert story.causes.cards == []
    assert story.verdict.text().endswith("it loads with strict=True.")

    network.write_text(network.read_text().replace("class Network", "class Netwörk:\n    x = [\n\nclass Network"))
    qtbot.waitUntil(story.failure.isVisible, timeout=WAIT)
    assert not panel.view.pairs.isVisible()
    network.write_text(textwrap.dedent(NETWORK))
    qtbot.waitUntil(lambda: story.title == "Fits: every key loads.", timeout=WAIT)
    rest(panel)


def test_a_prefix_is_taken_off_and_put_back(
    qtbot: QtBot, inspector: Application, fit: Fit, rest: Rest, samples: Path
) -> None:
    networks = samples / "networks.py"
    panel = rest(fit(samples / "resnet_module_prefix.pth", f"{networks}:ResNet", trusted=True))
    assert panel.story.title == "70 lines, 1 cause"
    assert not panel.save.isEnabled()
    assert not inspector.window.actions_["undo"].isEnabled()
    qtbot.mouseClick(panel.story.causes.cards[0].box, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.story.title == "Fits when mended: every key loads.")
    rest(panel)
    assert "it loads with strict=True" in panel.story.verdict.text()
    assert "100 %" in panel.story.receipt.text()
    assert panel.save.isEnabled()
    panel.view.pairs.view.setFocus()
    inspector.window.actions_["copy_python"].trigger()
    assert "load_state_dict(state, strict=True)" in QGuiApplication.clipboard().text()
    inspector.window.actions_["copy_command"].trigger()
    command = QGuiApplication.clipboard().text()
    assert command.startswith("inspector fit ")
    assert "--step 'strip-prefix module.'" in command
    inspector.window.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: panel.story.title == "70 lines, 1 cause")
    assert not panel.story.causes.cards[0].box.isChecked()
    inspector.window.actions_["redo"].trigger()
    qtbot.waitUntil(lambda: panel.story.causes.cards[0].box.isChecked())
    rest(panel)


def test_json_with_the_keyboard_in_it_is_what_the_window_went_back_to(
    qtbot: QtBot, inspector: Application, fit: Fit, rest: Rest, samples: Path
) -> None:
    panel = fit(samples / "network_512_256_128.pth", f"{samples / 'networks.py'}:Network", trusted=True)
    form, chosen = panel.side.form, panel.fit.chosen
    qtbot.waitUntil(lambda: bool(form.rows) and not panel.fit.is_busy, timeout=WAIT)
    inspector.window.activateWindow()
    form.ways.choose(1)
    qtbot.waitUntil(form.json.hasFocus)
    first, second = '{"input_size": 786}', '{"input_size":   785}'
    for text in (first, second):
        form.json.selectAll()
        qtbot.keyClicks(form.json, text)
        form._pause.stop()
        form._take_json()
        assert form.json.toPlainText() == text, "what is typed stays as it is written"
        inspector.window.undoing._last = None  # as after a rest
    inspector.window.actions_["undo"].trigger()
    assert chosen.given == {"input_size": 786}
    assert form.json.hasFocus()
    assert json.loads(form.json.toPlainText())["input_size"] == 786
    rest(panel)


def test_the_model_and_the_section_are_undone(
    qtbot: QtBot, inspector: Application, fit: Fit, rest: Rest, samples: Path
) -> None:
    panel = fit(samples / "checkpoint_epoch2.pth")
    undo, chosen = inspector.window.actions_["undo"], panel.fit.chosen
    for number in (0, 4):
        panel.side._take(str(samples / f"checkpoint_epoch{number}.pth"))
        assert undo.text().replace("&", "") == "Undo Choose Model"
        rest(panel)
    undo.trigger()
    rest(panel)
    assert chosen.choice is not None
    assert chosen.choice.text.endswith("epoch0.pth")
    sections = panel.side.section
    other = next(place for place in range(sections.count()) if sections.itemData(place) != panel.fit.section)
    sections.setCurrentIndex(other)
    sections.activated.emit(other)
    rest(panel)
    assert undo.text().replace("&", "") == "Undo Choose Section"
    undo.trigger()
    rest(panel)
    assert not panel.fit.section_is_chosen
    undo.trigger()
    rest(panel)
    assert chosen.choice is None


def test_arguments_are_found_from_the_shapes(qtbot: QtBot, fit: Fit, rest: Rest, samples: Path) -> None:
    panel = fit(samples / "network_512_256_128.pth", f"{samples / 'networks.py'}:Network", trusted=True)
    form = panel.side.form
    qtbot.waitUntil(lambda: bool(form.rows) and not panel.fit.is_busy, timeout=WAIT)
    panel.fit.chosen.set_arguments({"input_size": 784, "output_size": 10, "hidden_layers": [400, 200, 100]})
    rest(panel)
    assert panel.story.title == "7 lines, 3 causes"
    qtbot.mouseClick(form.solve, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.story.title == "Fits: every key loads.", timeout=WAIT)
    rest(panel)
    assert panel.fit.chosen.arguments["hidden_layers"] == [512, 256, 128]
    assert form.rows["hidden_layers"].origin == "found from the shapes"
    assert "drop_p" in panel.side.found.text()
    form.rows["hidden_layers"].reset()
    assert "hidden_layers" not in panel.fit.chosen.given
    rest(panel)


def test_another_checkpoint_stands_for_the_model(
    qtbot: QtBot, inspector: Application, fit: Fit, rest: Rest, samples: Path
) -> None:
    """No child is needed for that."""
    panel = fit(samples / "network_512_256_128.pth", str(samples / "network_400_200_100.pth"))
    qtbot.waitUntil(lambda: panel.fit.case.outcome is not None and not panel.fit.is_busy, timeout=WAIT)
    assert panel.story.title == "7 lines, 3 causes"
    assert panel.story.verdict.text() == ""
    assert not panel.side.form.isVisible()
    panel.fit.chosen.choose(str(samples / "network_512_256_128.pth"))
    qtbot.waitUntil(lambda: panel.story.title == "Fits: every key loads.")


def test_code_dropped_on_a_checkpoint_is_fitted_to(
    qtbot: QtBot, inspector: Application, samples: Path, network: Path, open_file: Callable[[Path], object]
) -> None:
    open_file(samples / "network_512_256_128.pth")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(network))])
    rest = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(inspector.window, QDragEnterEvent(QPoint(600, 400), *rest))
    QApplication.sendEvent(inspector.window, QDropEvent(QPointF(600, 400), *rest))
    panel = inspector.window.panel()
    assert isinstance(panel, FitPanel)
    qtbot.waitUntil(lambda: panel.fit.chosen.stage is Stage.ASKING_LEAVE)
    assert panel.fit.chosen.choice is not None
    assert panel.fit.chosen.choice.runs == str(network)
    assert inspector.window.place.tabs.tabText(2) == "network_512_256_128.pth → nets.py"


def test_the_first_look_suggests_and_lists(
    qtbot: QtBot, inspector: Application, fit: Fit, samples: Path, tmp_path: Path
) -> None:
    panel = fit(samples / "resnet_plain.pth")
    assert panel.story.title == "Which model?"
    field = panel.side.field
    assert inspector.window.focusWidget() is field
    assert "torchvision:resnet18" in field.offered
    write(field, str(tmp_path / "nowhere.py"), qtbot)
    qtbot.waitUntil(panel.story.failure.isVisible)
    assert "There is no file" in panel.story.failure.text()
    assert os.path.basename(panel.fit.path) == "resnet_plain.pth"


def test_a_file_that_cannot_be_read_says_so(qtbot: QtBot, inspector: Application, fit: Fit, tmp_path: Path) -> None:
    (tmp_path / "not.pth").write_bytes(b"nothing at all")
    panel = fit(tmp_path / "not.pth")
    qtbot.waitUntil(lambda: panel.fit.error is not None)
    assert not panel.has_content
    inspector.session.close(panel.fit)


def test_the_keys_are_gone_through_and_told(
    qtbot: QtBot, inspector: Application, fit: Fit, samples: Path, tmp_path: Path
) -> None:
    panel = fit(samples / "network_512_256_128.pth", str(samples / "network_400_200_100.pth"))
    qtbot.waitUntil(lambda: panel.fit.case.outcome is not None and not panel.fit.is_busy, timeout=WAIT)
    actions, pairs = inspector.window.actions_, panel.view.pairs
    actions["next_difference"].trigger()
    assert pairs.current is not None
    first = pairs.current.key
    actions["next_difference"].trigger()
    assert pairs.current.key != first
    actions["previous_difference"].trigger()
    actions["copy_key"].trigger()
    assert QGuiApplication.clipboard().text() == first
    actions["find"].trigger()
    assert inspector.window.focusWidget() is pairs.search
    for ending in ("html", "md", "json"):
        path = tmp_path / f"report.{ending}"
        panel.report_to(str(path))
        qtbot.waitUntil(path.exists)
        assert panel.fit.case.causes[0].sentence.split(" ", 1)[1][:20] in path.read_text()


def test_all_models_of_a_folder_are_tried(
    qtbot: QtBot, inspector: Application, fit: Fit, rest: Rest, samples: Path, tmp_path: Path
) -> None:
    code = tmp_path / "repo"
    code.mkdir()
    head = "from torch import nn\n\nclass {name}(nn.Module):\n    def __init__(self, width={width}):\n"
    body = "        super().__init__()\n        self.{layer} = nn.Linear(width, 1)\n"
    for name, width, layer in (("Other", 3, "other"), ("Line", 7, "linear")):
        (code / f"{name.lower()}.py").write_text((head + body).format(name=name, width=width, layer=layer))
    panel = fit(samples / "linear.pth")
    assert panel.side.folder.isVisible()
    panel.fit.chosen.choose(str(code))
    qtbot.waitUntil(panel.story.leave.allow.isVisible)
    qtbot.mouseClick(panel.story.leave.allow, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.side.try_all.isVisible, timeout=WAIT)
    qtbot.mouseClick(panel.side.try_all, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(panel.side.suggestions.buttons) == 2, timeout=WAIT)
    assert not panel.fit.is_busy
    first = panel.fit.chosen.candidates[0]
    qtbot.mouseClick(panel.side.suggestions.buttons[0], Qt.MouseButton.LeftButton)
    rest(panel)  # the folder may be run, so nothing is asked
    assert panel.fit.chosen.choice is not None
    assert panel.fit.chosen.choice.source == first.source


def test_states_that_would_go_to_other_parameters_are_told(fit: Fit, rest: Rest, samples: Path, tmp_path: Path) -> None:
    code = tmp_path / "swapped.py"
    code.write_text(
        "from torch import nn\n"
        "class Swapped(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.conv2, self.conv1 = nn.Conv2d(8, 16, 3), nn.Conv2d(1, 8, 3)\n"
        "        self.bn, self.fc = nn.BatchNorm2d(16), nn.Linear(16 * 7 * 7, 10)\n"
    )
    panel = rest(fit(samples / "checkpoint_epoch4.pth", f"{code}:Swapped", trusted=True))
    assert panel.story.title == "Fits: every key loads."
    assert "4 of 8 states belong to another parameter" in panel.story.receipt.text()
    panel = rest(fit(samples / "checkpoint_epoch4.pth", f"{samples / 'networks.py'}:ShapeNet", trusted=True))
    assert "belong to another parameter" not in panel.story.receipt.text()
