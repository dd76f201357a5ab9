"""`inspector fit`: torch's own complaints, the few causes, and exit codes that a script can trust."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from .running import Run

pytestmark = pytest.mark.usefixtures("torch_is_loaded")
NETWORK = "networks.py:Network"


def test_a_checkpoint_that_says_its_arguments_fits(run: Run) -> None:
    done = run("fit", "network_512_256_128.pth", NETWORK, "--json")
    assert done.code == 0
    assert done.record["arguments"] == {"input_size": 784, "output_size": 10, "hidden_layers": [512, 256, 128]}
    assert done.record["causes"] == []
    assert done.record["receipt"]["strict"]["loads"] is True


def test_other_widths_are_three_causes_for_seven_lines(run: Run) -> None:
    done = run("fit", "network_512_256_128.pth", NETWORK, "--arg", "hidden_layers=[400, 200, 100]", "--json")
    record = done.record
    assert done.code == 1
    assert (record["missing"], record["unexpected"]) == ([], [])
    assert record["size_mismatch"][0] == {
        "key": "hidden_layers.0.weight", "checkpoint": [512, 784], "model": [400, 784]
    }  # fmt: skip
    assert len(record["size_mismatch"]) == 7
    assert len(record["causes"]) == 3
    assert "hidden_layers=[512, 256, 128]" in record["causes"][0]["advice"]


def test_arguments_are_found(run: Run) -> None:
    done = run("fit", "vit.pth", "networks.py:VisionTransformer", "--solve", "--json")
    assert done.code == 0
    narrow = run("fit", "network_400_200_100.pth", NETWORK, "--solve", "--section", "state_dict", "--json")
    assert narrow.code == 0
    assert narrow.record["solution"]["arguments"]["hidden_layers"] == [400, 200, 100]


def test_every_step_taken_leaves_nothing(run: Run) -> None:
    done = run("fit", "vit_other_names.pth", "networks.py:VisionTransformer", "--json")
    assert done.code == 1
    assert done.record["mended"] == 0
    assert len([cause for cause in done.record["causes"] if cause["step"]]) <= 4


def test_its_code_runs_and_the_model_loads(run: Run, samples: Path, tmp_path: Path) -> None:
    done = run("fit", "vit_other_names.pth", "networks.py:VisionTransformer", "--code")
    head = "from networks import VisionTransformer\nmodel = VisionTransformer()\n"
    script = tmp_path / "mend.py"
    script.write_text(f"import sys\nsys.path.insert(0, {str(samples)!r})\n{head}{done.out}", "utf-8")
    subprocess.run([sys.executable, script], cwd=samples, check=True, timeout=100)


def test_steps_are_taken_before(run: Run) -> None:
    done = run("fit", "resnet_module_prefix.pth", "resnet_plain.pth", "--step", "strip-prefix module.")
    assert done.code == 0
    assert "take `module.` off the keys" in done.out
    assert run("fit", "resnet_plain.pth", "resnet_plain.pth", "--step", "nonsense").code == 2


def test_a_builder_of_torchvision(run: Run) -> None:
    done = run("fit", "resnet_plain.pth", "resnet18")
    assert done.code == 1
    assert "It does not fit" in done.out
    assert "strict=False" in done.out


def test_another_file_is_a_model_without_any_code(run: Run) -> None:
    done = run("fit", "resnet_module_prefix.pth", "resnet_plain.pth", "--json")
    assert done.code == 1
    (cause,) = done.record["causes"]
    assert cause["step"] == "strip-prefix module."
    assert done.record["mended"] == 0
    assert run("fit", "resnet_plain.safetensors", "resnet_plain.pth").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fit", "resnet_plain.pth", "resnet19"), "resnet18"),
        (("fit", "resnet_plain.pth", "networks.py:Netwrok"), "Did you mean Network?"),
        (("fit", "resnet_plain.pth", "nowhere.py:Network"), "nowhere.py"),
        (("fit", "resnet_plain.pth", "no.such.package:Network"), "no"),
        (("fit", "resnet_plain.pth", NETWORK), "input_size"),
        (("fit", "resnet_plain.pth", NETWORK, "--arg", "nonsense"), "name=value"),
        (("fit", "nowhere.pth", NETWORK), "nowhere.pth"),
        (("fit", "resnet_plain.pth", "resnet18", "--python", "/no/such/python"), "/no/such/python"),
    ],
)
def test_what_cannot_be_used_is_2_and_a_sentence(run: Run, arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_what_the_class_prints_does_not_spoil_the_json(run: Run, tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text(
        "import torch\nprint('imported')\n"
        "class Loud(torch.nn.Linear):\n    def __init__(self):\n        print('{}')\n        super().__init__(2, 3)\n"
    )
    torch.save(torch.nn.Linear(2, 3).state_dict(), tmp_path / "loud.pth")
    done = run("fit", tmp_path / "loud.pth", f"{tmp_path / 'loud.py'}:Loud", "--json")
    assert done.code == 0
    assert done.record["fits"] is True
    assert "imported" in done.err


def test_the_users_line_is_shown_when_it_fails(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import torch\n\nclass Broken(torch.nn.Module):\n    width = 1 / 0\n")
    done = run("fit", "resnet_plain.pth", f"{tmp_path / 'broken.py'}:Broken")
    assert done.code == 2
    assert "line 4" in done.err
    assert "width = 1 / 0" in done.err


def test_states_that_would_go_to_other_parameters_are_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "swapped.py").write_text(
        "from torch import nn\n"
        "class Swapped(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.conv2, self.conv1 = nn.Conv2d(8, 16, 3), nn.Conv2d(1, 8, 3)\n"
        "        self.bn, self.fc = nn.BatchNorm2d(16), nn.Linear(16 * 7 * 7, 10)\n"
    )
    done = run("fit", "checkpoint_epoch4.pth", f"{tmp_path / 'swapped.py'}:Swapped", "--json")
    assert done.code == 0
    assert "4 of 8 states belong to another parameter" in done.record["optimizer"][0]


def test_a_report_tells_what_loading_would_do(run: Run, tmp_path: Path) -> None:
    run("fit", "resnet_module_prefix.pth", "resnet_plain.pth", "--report", tmp_path / "report.md")
    text = (tmp_path / "report.md").read_text("utf-8")
    for words in ("strict=True", "removeprefix", "## Causes"):
        assert words in text.replace("\\", "")
