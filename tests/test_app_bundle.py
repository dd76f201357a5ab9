"""The folder that starts by double click: what goes in, what it gives to those it starts, how large it may be."""

from __future__ import annotations

import ast
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from inspector import installed
from inspector.progress import finish
from inspector.workshop import warm_process
from inspector.workshop.client import Workshop
from inspector.workshop.requests import Build, parse_source
from tests.workshop import test_old_python as child

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = "/opt/checkpoint-inspector/_internal"


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")


# The environment of whoever is started


def test_others_get_the_environment_that_was_there_before() -> None:
    started_with = {
        "HOME": "/home/me",
        "EMPTY": "",
        "LD_LIBRARY_PATH": f"{BUNDLE}:/usr/lib/cuda",
        "LD_LIBRARY_PATH_ORIG": "/usr/lib/cuda",
        "QT_PLUGIN_PATH": f"{BUNDLE}/PySide6/Qt/plugins",
        "XDG_DATA_DIRS": f"{BUNDLE}/share:/usr/share",
        "PATH": "/usr/bin:/opt/checkpoint-inspector",
        "_PYI_APPLICATION_HOME_DIR": BUNDLE,
        "_MEIPASS2": BUNDLE,
    }
    assert installed.outside(started_with, BUNDLE) == {
        "HOME": "/home/me",
        "EMPTY": "",
        "LD_LIBRARY_PATH": "/usr/lib/cuda",
        "XDG_DATA_DIRS": "/usr/share",
        "PATH": "/usr/bin:/opt/checkpoint-inspector",
    }
    assert installed.outside({"LD_LIBRARY_PATH": BUNDLE}, BUNDLE) == {}


def test_a_bundle_leaves_its_own_environment_and_others_keep_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", BUNDLE)
    installed.leave_bundle()
    assert os.environ["LD_LIBRARY_PATH"] == BUNDLE, "this is no bundle"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", BUNDLE, raising=False)
    installed.leave_bundle()
    assert "LD_LIBRARY_PATH" not in os.environ
    assert installed.bundle() == BUNDLE


# What goes in


def test_the_child_finds_all_its_modules_as_source(tools: None) -> None:
    import app_contents

    assert set(child.loaded()) <= set(app_contents.child_sources())
    assert ROOT / "inspector" / "workshop" / "__main__.py" in app_contents.child_sources()


def test_the_child_runs_from_these_sources_and_leaves_nothing_beside_them(
    tools: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import app_contents

    for path, place in app_contents.data_files():
        if path.endswith(".py"):
            (tmp_path / place).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, tmp_path / place)
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(warm_process, "DOOR", tmp_path / "inspector" / "workshop" / "__main__.py")
    with Workshop(sys.executable) as workshop:
        model = finish(workshop.ask(Build(parse_source("torchvision:alexnet"), {})))
    assert any(parameter.key == "features.0.weight" for parameter in model.parameters)
    assert sorted(tmp_path.rglob("*")) == before


def test_what_goes_in_as_it_is_lies_where_the_program_looks_for_it(tools: None) -> None:
    import app_contents

    places = {Path(place) / Path(path).name for path, place in app_contents.data_files()}
    assert Path("inspector/_resources/checkpoint-inspector.svg") in places
    assert Path("inspector/_samples/README.md") in places
    assert Path("inspector/workshop/__main__.py") in places
    assert not [place for place in places if "screenshots" in place.parts or "__pycache__" in place.parts]


def test_every_module_goes_in_and_no_torch(tools: None) -> None:
    import app_contents

    modules = app_contents.modules()
    assert {"inspector", "inspector.cli", "inspector.gui.app", "inspector.workshop.client"} <= set(modules)
    assert {"torch", "torchvision", "tkinter"} <= set(app_contents.EXCLUDED)
    assert not [name for name in modules if name in app_contents.EXCLUDED]


def test_nothing_is_missed_that_is_left_out(tools: None) -> None:
    """What the window and the terminal load in the middle of things imports without the modules that are left out."""
    import app_contents

    question = f"""
import importlib, sys
class LeftOut:
    def find_spec(self, name, path=None, target=None):
        if name in {app_contents.EXCLUDED}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, LeftOut())
import ml_dtypes, numpy.linalg, numpy.random, pyqtgraph, rich.console, rich.progress, rich.table
assert "PySide6.QtWidgets" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("place", "is_wanted"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqwayland.so", True),
        ("PySide6/Qt/plugins/platforms/libqeglfs.so", False),
        ("PySide6/plugins/platforms/qwindows.dll", True),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("PySide6/Qt/plugins/sqldrivers/libqsqlite.so", False),
        ("PySide6/Qt/plugins/imageformats/libqsvg.so", True),
        ("PySide6/Qt/translations/qtbase_zh_CN.qm", True),
        ("PySide6/Qt/translations/qtbase_de.qm", False),
        ("PySide6/Qt/translations/qt_help_zh_CN.qm", False),
        ("PySide6/Qt/qml/QtQuick/qmldir", False),
        ("PySide6/Qt/lib/libQt6Core.so.6", True),
        ("libxcb-cursor.so.0", True),
        ("libstdc++.so.6", False),
        ("libzstd.so.1", True),
        ("libz.so.1", False),
    ],
)
def test_of_qt_and_the_system_only_what_is_of_use(tools: None, place: str, is_wanted: bool) -> None:
    import app_contents

    assert app_contents.is_wanted(place) is is_wanted


def test_a_library_stays_if_something_that_stays_asks_for_it(tools: None) -> None:
    import app_contents

    needs = {
        "m": ["liba.so", "libc.so.6"],
        "a": ["libb.so"],
        "b": ["liba.so"],
        "plugin": ["libp.so"],
        "gtk": ["libb.so"],
    }
    libraries = {
        "python3.11/lib-dynload/_m.so": "m",
        "liba.so": "a",
        "PySide6/Qt/lib/libb.so": "b",
        "PySide6/Qt/plugins/x/libplugin.so": "plugin",
        "libp.so": "p",
        "libgtk.so": "gtk",
        "libpython3.11.so.1.0": "python",
    }
    kept = app_contents.needed(libraries, lambda path: needs.get(path, []))
    assert kept == set(libraries) - {"libgtk.so"}


def test_its_programs_are_those_of_the_package(tools: None) -> None:
    import app_contents

    doors = app_contents.doors()
    assert set(doors) == {"checkpoint-inspector", "inspector"}
    assert app_contents.windows() == {"checkpoint-inspector"}
    for name, door in doors.items():
        text = ast.parse(app_contents.door_text(door))
        assert isinstance(text.body[-1], ast.Expr)
        lines = [ast.unparse(each) for each in text.body]
        assert lines.index("installed.leave_bundle()") < lines.index(f"from {door.replace(':', ' import ')}")
        assert app_contents.script_of(name) not in app_contents.modules()


def test_the_specification_is_python_that_knows_all_its_names() -> None:
    code = (ROOT / "tools" / "checkpoint-inspector.spec").read_text("utf-8")
    ruff = [sys.executable, "-m", "ruff", "check", "--stdin-filename", "spec.py", "-"]
    found = subprocess.run(ruff, input=code, capture_output=True, text=True, cwd=ROOT)
    assert found.returncode == 0, found.stdout


# Icons and size


def test_icons_are_made_from_the_one_drawing(tools: None, tmp_path: Path) -> None:
    import make_app
    from PySide6.QtGui import QImage

    make_app.make_icons(ROOT / "resources" / "checkpoint-inspector.svg", tmp_path)
    icon = QImage(str(tmp_path / "icon.png"))
    assert (icon.width(), icon.height()) == (256, 256)
    assert icon.pixelColor(128, 128).alpha() == 255
    assert not QImage(str(tmp_path / "icon.ico")).isNull()
    assert not QImage(str(tmp_path / "icon.icns")).isNull()
    icns = (tmp_path / "icon.icns").read_bytes()
    assert struct.unpack(">4sI", icns[:8]) == (b"icns", len(icns))


def test_the_size_is_what_it_takes_on_the_disk(tools: None, tmp_path: Path) -> None:
    import make_app

    (tmp_path / "small").write_bytes(b"1")
    (tmp_path / "large").write_bytes(b"1" * 5000)
    (tmp_path / "link").symlink_to("large")
    assert make_app.size_of(tmp_path) == 3 * 4096
    assert make_app.largest(tmp_path, 1) == ["   0.0 MB  large"]
    assert make_app.MOST_BYTES == 250_000_000
