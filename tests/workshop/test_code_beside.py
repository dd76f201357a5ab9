"""The class of a checkpoint, found in the code beside it without running that code."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from inspector.checkpoint.reading import open_checkpoint
from inspector.comparing.choosing import comparable
from inspector.comparing.sides import of_checkpoint
from inspector.workshop.code_beside import classes_beside, classes_of


def keys_of(path: Path) -> list[str]:
    checkpoint = open_checkpoint(str(path))
    return [item.key for item in of_checkpoint(checkpoint, comparable(checkpoint)[0].key).items]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("fashion_classifier.pt", "FashionClassifier"),
        ("network_512_256_128.pth", "Network"),
        ("checkpoint_epoch4.pth", "ShapeNet"),
        ("resnet_module_prefix.pth", "ResNet"),
        ("vit.pth", "VisionTransformer"),
        ("whole_module.pth", "PatchAttention"),
    ],
)
def test_the_samples_lie_beside_their_classes(samples: Path, file: str, name: str) -> None:
    path = samples / file
    (found,) = classes_beside(str(path), keys_of(path))
    assert found == ("file", str(samples / "networks.py"), name)


def test_what_has_no_such_names_is_not_offered(samples: Path) -> None:
    assert classes_beside(str(samples / "linear.pth"), ["weight", "bias"]) == ()
    assert classes_beside(str(samples / "linear.pth"), []) == ()


def test_nothing_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "was_run"
    code = "from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        self.fc = nn.Linear(2, 2)\n"
    (tmp_path / "nets.py").write_text(f"open({str(mark)!r}, 'w')\n{code}")
    (found,) = classes_beside(str(tmp_path / "a.pth"), ["fc.weight", "fc.bias"])
    assert found.name == "Net"
    assert not mark.exists()


def test_bases_registered_names_and_annotations_count(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text(
        "import torch\n"
        "class Base(torch.nn.Module):\n"
        "    def __init__(self):\n"
        "        self.body: torch.nn.Module = torch.nn.Linear(2, 2)\n"
        "        self.register_buffer('mean', torch.zeros(2))\n"
        "class Net(Base):\n"
        "    def build(self):\n"
        "        self.head, self.rest = torch.nn.Linear(2, 2), 3\n"
        "class Loop(Loop): pass\n"
        "class Other: pass\n"
    )
    assert [each.source.name for each in classes_of(str(tmp_path / "nets.py"))] == ["Base", "Net"]
    (found,) = classes_beside(str(tmp_path / "a.pth"), ["body.weight", "mean", "head.weight"])
    assert found.name == "Net"


def test_the_name_and_then_the_fewest_others_decide(tmp_path: Path) -> None:
    lines = ["from torch.nn import Module"]
    for name, attributes in (("Large", "ab"), ("Small", "a"), ("Named", "abc")):
        lines += [f"class {name}(Module):", "    def __init__(self):"]
        lines += [f"        self.{each} = 1" for each in attributes]
    (tmp_path / "nets.py").write_text("\n".join(lines))
    found = classes_beside(str(tmp_path / "a.pth"), ["a.weight"], "Named")
    assert [each.name for each in found] == ["Named", "Small", "Large"]


LONG = b"x = 1  # Module\n" * 40_000
NO_PYTHON = (b"class Module(", b"\xff\xfe Module", b"Module = " + b"(" * 5000, b"Module\0", LONG)


@pytest.mark.parametrize("text", NO_PYTHON, ids=("open", "bytes", "nested", "zero", "long"))
def test_what_is_no_python_is_passed_over(tmp_path: Path, samples: Path, text: bytes) -> None:
    (tmp_path / "broken.py").write_bytes(text)
    (tmp_path / "folder.py").mkdir()
    shutil.copy(samples / "networks.py", tmp_path)
    (found,) = classes_beside(str(tmp_path / "a.pth"), ["fc1.weight", "dropout.p", "fc5.bias"])
    assert found.name == "FashionClassifier"
