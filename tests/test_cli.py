"""The terminal, by real processes: what they print, what they import, and how they end."""

from __future__ import annotations

import json
import os
import pickle
import pty
import re
import signal
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "inspector", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, **more)


def printed(*arguments: str | Path) -> str:
    done = run(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def pickled(folder: Path, value: object) -> Path:
    path = folder / "value.pkl"
    path.write_bytes(pickle.dumps(value))
    return path


def zeros(folder: Path, nbytes: int) -> Path:
    """A safetensors file of `nbytes` zeros that takes no room on the disk."""
    header = json.dumps({"w": {"dtype": "F32", "shape": [nbytes // 4], "data_offsets": [0, nbytes]}}).encode()
    path = folder / "zeros.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    os.truncate(path, 8 + len(header) + nbytes)
    return path


# -- doors -------------------------------------------------------------------------------------------


def test_help_names_the_commands_and_the_exit_codes() -> None:
    text = printed("--help")
    for word in ("show", "stats", "open", "exit codes", "refused"):
        assert word in text
    assert "shape:512x784" in printed("show", "--help")


def test_version() -> None:
    assert re.fullmatch(r"inspector \d+\.\d+\.\d+\n", printed("--version"))


@pytest.mark.parametrize(
    ("command", "allowed"),
    [(["--help"], set()), (["show", "linear.pth"], set()), (["stats", "linear.pth"], {"numpy"})],
)
def test_a_command_imports_only_what_it_needs(command: list[str], allowed: set[str], samples: Path) -> None:
    code = (
        "import sys, inspector.cli\n"
        "try: inspector.cli.main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('torch', 'PySide6', 'numpy', 'rich') if name in sys.modules], file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, *command], cwd=samples, env=environment, capture_output=True, text=True, check=True
    )
    assert set(json.loads(done.stderr.replace("'", '"'))) == allowed


# -- show --------------------------------------------------------------------------------------------


def test_show_prints_a_tree(samples: Path) -> None:
    lines = printed("show", samples / "linear_training.pt").splitlines()
    assert lines[1].startswith("zip · 10.3 kB · 9 tensors · 5,064 parameters · float32, uint8")
    tree = [" ".join(line.split()) for line in lines]
    assert "epoch int 96" in tree
    assert "model_state_dict Linear 1→1 2 8 B model weights" in tree
    assert "weight float32 [1, 1] 1 4 B" in tree
    assert "betas tuple (0.5, 0.999)" in tree
    assert any(line.startswith("    0  ") for line in lines), "depth is shown by indentation"
    assert all(line == line.rstrip() for line in lines)


def test_depth_filter_flat_and_fold(samples: Path) -> None:
    resnet = samples / "resnet_plain.pth"
    top = printed("show", resnet, "--depth", "1").split("\n\n", 1)[1].splitlines()
    assert [line.split()[0] for line in top] == ["conv1", "bn1", "layer1", "layer2", "fc", "_metadata"]
    found = printed("show", resnet, "--filter", "fc.weight").split("\n\n", 1)[1]
    assert [line.split()[0] for line in found.splitlines()[:2]] == ["fc", "weight"]
    assert re.search(r"\n1 of \d+ entries found\.\n$", found)
    flat = printed("show", resnet, "--flat", "--filter", "fc").split("\n\n", 1)[1]
    assert [line.split()[0] for line in flat.splitlines()[:2]] == ["fc.weight", "fc.bias"]


def test_what_is_not_wanted_begins_with_a_minus(samples: Path) -> None:
    found = printed("show", samples / "linear.pth", "--filter", "-bias -_metadata").split("\n\n", 1)[1]
    assert found.splitlines()[0].split()[0] == "weight"
    assert "1 of 3 entries" in found


def test_what_only_measuring_tells_is_said_to_be_unmeasured(samples: Path) -> None:
    done = run("show", samples / "nan.pth", "--filter", "nan *.weight")
    assert done.returncode == 0
    assert done.stdout.endswith("\n\n0 of 16 entries found.\n")
    assert done.stderr == (
        "inspector: 4 tensors were not measured, and may match as well: `inspector stats --filter` measures them.\n"
    )


def test_the_code_of_a_scripted_model_can_be_read(samples: Path) -> None:
    path = samples / "torchscript.pt"
    assert "code/__torch__/networks.py" in printed("show", path, "--depth", "1")
    assert "class ShapeNet(Module):\n" in printed("show", path, "--text", "code/__torch__/networks.py")
    done = run("show", path, "--text", "code/none.py")
    assert done.returncode == 3
    assert "There is no text called code/none.py. It holds code/__torch__/networks.py," in done.stderr


def test_a_text_acts_on_no_screen(tmp_path: Path) -> None:
    path = tmp_path / "code.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", pickle.dumps({}, 2))
        archive.writestr("a/version", "3")
        archive.writestr("a/constants.pkl", pickle.dumps((), 2))
        archive.writestr("a/code/x.py", b"if x:\r\n\treturn '\x1b[2J\xff'\n" + b"y" * 3_000_000)
    lines = printed("show", path, "--text", "code/x.py").split("\n")
    assert lines[:2] == ["if x:", "\treturn '\\x1b[2J\\xff'"]
    assert sum(map(len, lines[2:])) == 3_000_000


def test_tables(samples: Path) -> None:
    linear = samples / "linear.pth"
    assert printed("show", "--csv", linear).splitlines()[1] == 'weight,tensor,float32,"[1, 1]",1,4,cpu,,,'
    assert "| `weight` | `float32 [1, 1]` | 1 | 4 B |" in printed("show", "--markdown", linear, "--filter", "weight")


def test_repeated_blocks_fold(tmp_path: Path) -> None:
    path = pickled(tmp_path, [{"lr": 0.1, "eps": 0}] * 3)
    text = printed("show", "--fold", path)
    assert re.search(r"^\{0-2\} +dict of 2 +3 alike$", text, re.MULTILINE)
    assert len(re.findall(r"^ +lr +float 0\.1", text, re.MULTILINE)) == 1


def test_json_is_one_object_that_agrees_with_the_tree(samples: Path) -> None:
    found = json.loads(printed("show", "--json", samples / "linear_training.pt"))
    assert (found["format"], found["bytes"]) == ("zip", (samples / "linear_training.pt").stat().st_size)
    weight = next(each for each in found["tensors"] if each["key"] == "model_state_dict.weight")
    assert (weight["dtype"], weight["shape"], weight["stride"], weight["device"]) == ("float32", [1, 1], [1, 1], "cpu")
    assert {"key": "epoch", "type": "int", "value": 96} in found["values"]
    assert {"key": "model_state_dict", "role": "weights", "title": "model weights"} in found["sections"]
    assert any(each["name"] == "collections.OrderedDict" and each["accepted"] for each in found["globals"])
    assert found["damage"] == []


def test_digests_are_of_the_elements(samples: Path) -> None:
    plain = json.loads(printed("show", "--json", "--digest", samples / "resnet_plain.pth"))
    other = json.loads(printed("show", "--json", "--digest", samples / "resnet_plain.safetensors"))
    assert {each["key"]: each["digest"] for each in plain["tensors"]} == {
        each["key"]: each["digest"] for each in other["tensors"]
    }
    assert plain["tensors"][0]["digest"] in printed("show", "--digest", samples / "resnet_plain.pth")


def test_damage_is_said_and_no_failure(samples: Path) -> None:
    lines = printed("show", samples / "truncated.pth").splitlines()
    assert (
        next(line for line in lines if line.startswith("!"))
        == "! The file ends after 66 %: 24 of 38 tensors are whole."
    )
    assert any(line.startswith("  weight") and "! " in line for line in lines)
    done = run("show", "--json", "--digest", samples / "truncated.pth")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert done.stderr.startswith("inspector: The file ends after 66 %: 24 of 38 tensors are whole.\n")
    assert found["damage"][0] == "The file ends after 66 %: 24 of 38 tensors are whole."
    broken = [each for each in found["tensors"] if "damage" in each]
    assert len(broken) == 14
    assert {each["digest"] for each in broken} == {None}


def test_what_would_run_is_named_and_does_not_run(samples: Path, tmp_path: Path) -> None:
    assert "! Loading it with weights_only=False would run posix.system. Nothing was run here." in printed(
        "show", samples / "hostile.pth"
    )
    assert not list(ROOT.glob("hostile_was_run*"))


def test_any_text_comes_out_inert_in_the_tree_and_whole_in_json(tmp_path: Path) -> None:
    names = ["\x1b[31mred", "\u202ebidi", "lone \ud800", "line\nbreak", "\0", "", "宽", "a" * 100_000]
    path = tmp_path / "names.pkl"
    path.write_bytes(pickle.dumps({name: name for name in names}, protocol=4))
    done = run("show", path, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.replace("\n", "").isprintable()
    assert len(done.stdout.splitlines()) == 4 + len(names)
    found = json.loads(printed("show", "--json", path))
    assert [each["value"] for each in found["values"]] == names


def test_a_terminal_that_cannot_show_a_character_gets_an_escape(samples: Path) -> None:
    done = run("show", samples / "linear.pth", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert "zip \\xb7 1.89 kB" in done.stdout


# -- stats -------------------------------------------------------------------------------------------


def test_stats_prints_a_table_with_a_total(samples: Path) -> None:
    lines = [line.split() for line in printed("stats", samples / "nan.pth").splitlines()]
    assert ["tensor", "what", "mean", "std", "min", "max", "zeros", "NaN/Inf"] in lines
    assert next(line for line in lines if line[:1] == ["conv2.weight"])[-3:] == ["!", "72", "NaN"]
    assert next(line for line in lines if line[:1] == ["total"])[-7:] == ["!", "72", "NaN,", "1", "+Inf,", "1", "-Inf"]


def test_stats_ends_with_what_looks_wrong(samples: Path) -> None:
    text = printed("stats", samples / "nan.pth")
    assert re.search(
        r"^! conv2\.weight: Of 1,152 numbers 72 are NaN; the first NaN at \[\d+, 0, 0, 0\]\.$", text, re.MULTILINE
    )
    found = json.loads(printed("stats", "--json", samples / "nan.pth"))["health"]
    assert {"conv2.weight", "fc.bias"} <= {each["key"] for each in found if each["kind"] == "not finite"}
    assert "!" not in printed("stats", samples / "linear.pth")


def test_stats_of_what_a_filter_finds_also_by_what_is_measured(samples: Path) -> None:
    found = json.loads(printed("stats", "--json", "--filter", "nan or bn.weight", samples / "nan.pth"))
    assert [each["key"] for each in found["tensors"]] == ["conv2.weight", "bn.weight"]
    assert found["total"]["count"] == 16 * 8 * 3 * 3 + 16
    assert found["total"]["nans"] == 72


def test_what_cannot_be_measured_says_why_in_its_place(samples: Path) -> None:
    done = run("stats", samples / "truncated.pth")
    assert done.returncode == 0
    assert re.search(r"^fc\.weight +float32 \[10, 32\] .* ! ", done.stdout, re.MULTILINE)


# -- endings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["show"], ["show", "--json"], ["stats"]])
def test_what_is_no_checkpoint_is_refused_with_a_sentence(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "page.pth").write_text("<!DOCTYPE html><html>404</html>")
    for path, sentence in ((tmp_path / "page.pth", "This is a web page"), (tmp_path / "none.pth", "No such file")):
        done = run(*command, path)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.startswith(f"inspector: {path}: ")
        assert sentence in done.stderr
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "required: COMMAND"),
        (["sow", "a.pth"], "invalid choice: 'sow'"),
        (["show"], "required: FILE"),
        (["show", "linear.pth", "--depth", "0"], "'0' is not a number of levels"),
        (["show", "linear.pth", "--filter", "shpae:3"], "there is no 'shpae' to search by. Did you mean 'shape'?"),
        (["stats", "linear.pth", "--filter", "size>big"], "'big' is no number"),
    ],
)
def test_what_is_not_understood_is_said(arguments: list[str], sentence: str, samples: Path) -> None:
    done = run(*(samples / each if each.endswith("linear.pth") else each for each in arguments))
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_error(samples: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "inspector", "show", str(samples / "linear.pth")]
    with os.fdopen(writing, "wb") as nobody:
        done = subprocess.run(command, cwd=ROOT, stdout=nobody, stderr=subprocess.PIPE, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_a_sentence(samples: Path) -> None:
    command = [sys.executable, "-m", "inspector", "show", str(samples / "linear.pth")]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, b"inspector: No space left on device\n")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a screen")
def test_a_window_without_a_screen_is_a_sentence(samples: Path) -> None:
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    done = run("open", samples / "linear.pth", env={k: v for k, v in os.environ.items() if k not in screens})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "inspector: There is no screen to open a window on. `inspector show FILE` prints what is in a file.\n"
    )


def on_a_terminal(*arguments: str | Path, until: bytes = b"", then: int = 0, **environment: str) -> tuple[int, str]:
    """Runs it on a terminal of its own; with `until`, sends the signal `then` when this has been printed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "inspector", *map(str, arguments)]
    env = {**{name: value for name, value in os.environ.items() if name != "NO_COLOR"}, "TERM": "xterm", **environment}
    process = subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, env=env)
    os.close(theirs)
    said = b""
    try:
        while piece := _read(ours):
            said += piece
            if until and until in said:
                process.send_signal(then)
                until = b""
        return process.wait(60), said.decode()
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that the other side has closed
        return b""


def test_colour_is_for_terminals_whose_owner_wants_it(samples: Path) -> None:
    truncated = samples / "truncated.pth"
    code, text = on_a_terminal("show", truncated)
    assert code == 0
    assert "\x1b[31m! The file ends after 66 %" in text
    assert "\x1b" not in on_a_terminal("show", truncated, NO_COLOR="1")[1]
    assert "\x1b" not in on_a_terminal("show", truncated, TERM="dumb")[1]


def test_a_bar_shows_how_far_it_is_and_ctrl_c_ends_it_quietly(tmp_path: Path) -> None:
    path = zeros(tmp_path, 64 * 1024**3)
    code, text = on_a_terminal("stats", path, until=b"GB", then=signal.SIGINT)
    assert code == 130
    assert "measuring" in text
    assert "Traceback" not in text
