"""The user's modules are imported as in a script of theirs: neighbours, packages, names that are ours or Python's."""

from __future__ import annotations

import os
import py_compile
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.workshop.client import Workshop
from inspector.workshop.requests import Model, ModelSource, WorkshopError

from .conftest import build

Writing = Callable[..., ModelSource]

NET = "from torch import nn\n{head}\nclass Net(nn.Linear):\n    def __init__(self): super().__init__({width}, 1)\n"


def width(model: Model) -> int:
    shape = model.parameters[0].shape
    assert shape is not None
    return shape[1]


def net(head: str = "", width: object = 3) -> str:
    return NET.format(head=head, width=width)


@pytest.mark.parametrize("name", ["inspector", "requests", "building", "workshop", "utils", "random", "json", "torch_"])
def test_neighbours_may_be_called_anything(workshop: Workshop, written: Writing, name: str) -> None:
    """Names of ours are theirs as well; one that Python itself has loaded is Python's, as in any script."""
    written("width = 5\nrandom = dumps = None", f"{name}.py")
    taken = "json" if name == "json" else name
    source = written(net(f"import {name}", f"getattr({taken}, 'width', 5)"))
    assert width(build(workshop, source)) == 5


@pytest.mark.parametrize("name", ["inspector.py", "requests.py", "random.py", "torch.py", "my-model.py", "build.py"])
def test_the_file_may_be_called_anything(workshop: Workshop, written: Writing, name: str) -> None:
    source = written(net("import random, json, collections\nassert random.random"), name)
    assert width(build(workshop, source)) == 3


def test_a_file_of_a_package_knows_its_neighbours(workshop: Workshop, written: Writing) -> None:
    for folder in ("pkg", "pkg/models"):
        written("", f"{folder}/__init__.py")
    written("width = 6", "pkg/sizes.py")
    written("", "pkg/types.py")
    source = written(
        net("from ..sizes import width\nfrom pkg import sizes\nimport types\ntypes.ModuleType", "width"),
        "pkg/models/nets.py",
    )
    model = build(workshop, source)
    assert width(model) == 6
    assert model.modules == {"": "pkg.models.nets.Net"}
    assert {Path(file).name for file in model.files} == {"nets.py", "sizes.py", "__init__.py"}


def test_a_package_itself(workshop: Workshop, written: Writing) -> None:
    written("width = 6", "pkg/sizes.py")
    source = written(net("from .sizes import width", "width"), "pkg/__init__.py")
    assert width(build(workshop, source)) == 6


def test_a_folder_without_init_finds_the_repository_around_it(workshop: Workshop, written: Writing) -> None:
    written("", "pyproject.toml")
    written("width = 8", "models/sizes.py")
    source = written(net("from models.sizes import width\nfrom sizes import width as same", "width"), "models/nets.py")
    assert width(build(workshop, source)) == 8


def test_files_beside_it_are_found(workshop: Workshop, written: Writing, tmp_path: Path) -> None:
    (tmp_path / "width.txt").write_text("9")
    source = written(net(width="int(open('width.txt').read())"))
    assert width(build(workshop, source)) == 9


def test_main_is_not_run_and_arguments_are_nobodys(workshop: Workshop, written: Writing) -> None:
    head = "import sys\nassert sys.argv == ['']\nif __name__ == '__main__': raise SystemExit"
    assert width(build(workshop, written(net(head)))) == 3


def test_what_is_saved_is_what_is_built(workshop: Workshop, written: Writing) -> None:
    """Twice in one second, of one size, with a compiled module about: the source decides."""
    written("width = 1", "sizes.py")
    source = written(net("import sizes", "sizes.width"))
    for number in range(1, 6):
        path = Path(source.path).with_name("sizes.py")
        path.write_text(f"width = {number}")
        os.utime(path, (1_000_000_000, 1_000_000_000))
        assert width(build(workshop, source)) == number
        if number == 1:
            py_compile.compile(str(path))
    assert [each.name for each in path.parent.iterdir() if each.suffix == ".pyc"] == []


def test_nothing_is_written_beside_the_file(workshop: Workshop, written: Writing, tmp_path: Path) -> None:
    written("", "sizes.py")
    build(workshop, written(net("import sizes")))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["nets.py", "sizes.py"]


def test_the_files_to_watch_are_the_users_own(workshop: Workshop, written: Writing, tmp_path: Path) -> None:
    written("import numpy, torchvision", "sizes.py")
    model = build(workshop, written(net("import sizes, json")))
    assert sorted(model.files) == [str(tmp_path / "nets.py"), str(tmp_path / "sizes.py")]


def test_relative_paths_and_home(workshop: Workshop, written: Writing, monkeypatch: pytest.MonkeyPatch) -> None:
    source = written(net())
    relative = os.path.relpath(source.path)
    assert width(build(workshop, source._replace(path=relative))) == 3


def test_packages(workshop: Workshop) -> None:
    model = build(workshop, ModelSource("package", "torch.nn", "Linear"), in_features=2, out_features=3)
    assert [each.shape for each in model.parameters] == [(3, 2), (3,)]
    with pytest.raises(WorkshopError, match=r"There is no Linaer in torch.nn\. Did you mean Linear"):
        build(workshop, ModelSource("package", "torch.nn", "Linaer"))


def test_packages_that_take_long_are_there_the_next_time(written: Writing) -> None:
    head = "import sys, time\nknown = 'mailbox' in sys.modules\nimport mailbox\ntime.sleep(0 if known else 0.6)"
    source = written(net(head, "2 if known else 1"))
    with Workshop() as workshop:
        model = build(workshop, source)
        assert width(model) == 1
        assert "mailbox" in model.packages
        assert width(build(workshop, source)) == 2
