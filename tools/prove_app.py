"""Starts the folder that was built as a stranger would: elsewhere, with an empty environment, on a screen of its own.

    python tools/prove_app.py [dist/checkpoint-inspector] [--pictures FOLDER]

It is copied to a folder of its own and has to show a file in the terminal and in a window, to fit a model with a Python
that has torch, to say so where there is none, to end when its window is closed, and to leave its folder as it was. As
root on Debian it also starts in a root file system that holds nothing but the libraries of a bare desktop, and no
Python. Exit 1: something of it is not so. A machine without Xvfb and xdotool proves what the terminal can.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = "resnet_plain.pth"
MODEL = "resnet18"
PATIENCE = 60.0
SHORT = "checkpoint-inspector"
BARE = (
    "libc6",
    "libstdc++6",
    "zlib1g",
    "libgl1",
    "libegl1",
    "libx11-6",
    "libx11-xcb1",
    "libfontconfig1",
    "fonts-dejavu-core",
)
"""Debian's packages for the least that a desktop has: with what they depend on they are the bare root file system."""
LARGE = ("libgl1-mesa-dri", "debconf")
"""Packages that these depend on, and that an ordinary window does without."""


def main(arguments: list[str]) -> int:
    pictures = (
        Path(arguments[arguments.index("--pictures") + 1]) if "--pictures" in arguments else ROOT / "build" / "app"
    )
    built = Path(arguments[0]) if arguments and not arguments[0].startswith("-") else ROOT / "dist" / SHORT
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bäre folder ") as place:
        try:
            prove(built.resolve(), Path(place), pictures.resolve())
        except Unproved as error:
            print(f"NOT SO: {error}", file=sys.stderr)
            return 1
    return 0


class Unproved(Exception):
    """The folder does not do what it is to do."""


def prove(built: Path, place: Path, pictures: Path) -> None:
    app = place / SHORT
    shutil.copytree(built, app, symlinks=True)
    shutil.copy(ROOT / "sample_checkpoints" / SAMPLE, place)
    before = _state(app)
    home = _made(place / "home")
    plain = {"HOME": str(home), "PATH": "/nowhere"}
    prove_terminal(app, place, plain)
    if all(map(shutil.which, ("Xvfb", "xdotool", "openbox", "import"))):
        with screen(place) as display:
            prove_window(app, place, {**plain, "DISPLAY": display}, pictures)
            if os.geteuid() == 0 and shutil.which("dpkg-query"):
                prove_bare_root(app, place, display, pictures)
            else:
                print("Not tried: a root file system without Python (this takes root, on Debian).")
    else:
        print("Not tried: the window (this takes Xvfb, xdotool, openbox and ImageMagick).")
    _demand(_state(app) == before, f"files changed in its folder: {sorted(_state(app) ^ before)[:5]}")
    print("Its folder is as it was.")


def prove_terminal(app: Path, place: Path, environment: dict[str, str]) -> None:
    begin = time.monotonic()
    shown = _run([str(app / "inspector"), "show", SAMPLE], place, environment)
    print(f"`inspector show` answered after {time.monotonic() - begin:.2f} s.")
    _demand(shown.returncode == 0 and "float32" in shown.stdout, shown.stdout + shown.stderr)
    fit = [str(app / "inspector"), "fit", SAMPLE, MODEL]
    without = _run(fit, place, environment)
    _demand("No Python" in without.stderr, f"without a Python, `inspector fit` says: {without.stdout}{without.stderr}")
    print(f"Without a Python: {without.stderr.strip()}")
    fitted = _run([*fit, "--python", sys.executable], place, environment)
    _demand("strict=True" in fitted.stdout and not fitted.stderr, f"{fitted.stdout}{fitted.stderr}")
    found = _run(fit, place, {**environment, "PATH": str(Path(sys.executable).parent)})
    is_said = f"Uses {sys.executable}" in found.stderr
    _demand(found.stdout == fitted.stdout and is_said, f"found by itself: {found.stdout}{found.stderr}")
    print(f"With a Python, named or found: {fitted.stdout.splitlines()[3]}")


def prove_window(app: Path, place: Path, environment: dict[str, str], pictures: Path) -> None:
    remembered = _made(place / "home" / ".config" / SHORT) / "window.ini"
    remembered.write_text(f"[General]\ninterpreter={sys.executable}\n")
    with window(app, place, environment) as (process, number, seconds):
        print(f"The window was there after {seconds:.2f} s.")
        _picture(environment, pictures / "window.png")
        _on_screen(environment, "xdotool", "windowfocus", "--sync", number, "key", "ctrl+shift+f")
        _await(lambda: bool(_window_of(environment["DISPLAY"], f"{SAMPLE} → model")), "its Fit does not open")
        time.sleep(1)
        _on_screen(environment, "xdotool", "type", "--delay", "30", MODEL)
        _on_screen(environment, "xdotool", "key", "Return", "Return")  # the first takes the name that is offered
        _await(lambda: len(_children_of(app)) == 2, "no process builds the model")
        time.sleep(3)
        _picture(environment, pictures / "fit.png")
        _close(environment, number, process)
    print("It ended with its window.")


def prove_bare_root(app: Path, place: Path, display: str, pictures: Path) -> None:
    """Starts it where nothing is but the libraries of a bare desktop."""
    root = place / "root"
    for path in _files_of(_with_all_they_need(BARE)):
        if not path.startswith(("/usr/share/doc", "/usr/share/man", "/usr/share/locale")):
            _copy(path, root)
    for name in ("etc/ld.so.conf.d", "tmp", "home", "proc", "dev"):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        if os.path.islink(f"/{name}") and not os.path.lexists(root / name):
            (root / name).symlink_to(os.readlink(f"/{name}"))
    subprocess.run(["ldconfig", "-r", str(root)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _demand(not list(root.rglob("python3*")), "the bare root file system has a Python")
    shutil.copytree(app, root / "opt" / SHORT, symlinks=True)
    shutil.copy(place / SAMPLE, root / "home")
    environment = {"HOME": "/home", "PATH": "/usr/bin:/bin", "DISPLAY": display}
    with window(Path("/opt") / SHORT, Path("/home"), environment, root=root) as (process, number, seconds):
        print(f"Without any Python on the machine its window was there after {seconds:.2f} s.")
        _picture(environment, pictures / "bare.png")
        _close(environment, number, process)


@contextlib.contextmanager
def window(
    app: Path, folder: Path, environment: dict[str, str], root: Path | None = None
) -> Iterator[tuple[subprocess.Popen[str], str, float]]:
    """The program with the sample open: its process, the number of its window, the seconds that it took."""
    command = ["env", "-i", *(f"{name}={value}" for name, value in environment.items())]
    if root is not None:
        command = [shutil.which("chroot") or "/usr/sbin/chroot", str(root)]
    said = tempfile.TemporaryFile("w+")
    begin = time.monotonic()
    process = subprocess.Popen(
        [*command, str(app / SHORT), str(folder / SAMPLE)],
        env=environment if root is not None else None,
        cwd="/" if root is not None else folder,
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        while not (number := _window_of(environment["DISPLAY"])):
            said.seek(0)
            _demand(process.poll() is None, f"it ended by itself: {said.read()}")
            _demand(time.monotonic() - begin < PATIENCE, f"there is no window: {said.read()}")
            time.sleep(0.02)
        yield process, number, time.monotonic() - begin
        said.seek(0)
        _demand("Traceback" not in (text := said.read()), text)
    finally:
        process.kill()
        process.wait()
        said.close()


@contextlib.contextmanager
def screen(place: Path) -> Iterator[str]:
    """A screen in memory with a window manager, and its name."""
    read, write = os.pipe()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x1000x24"], pass_fds=(write,), **quiet
    )
    os.close(write)
    with os.fdopen(read) as told:
        display = f":{told.readline().strip()}"
    manager = subprocess.Popen(["openbox"], env={**os.environ, "DISPLAY": display, "HOME": str(place)}, **quiet)
    try:
        yield display
    finally:
        for process in (manager, server):
            process.terminate()
            process.wait()


def _window_of(display: str, title: str = SAMPLE) -> str:
    search = ["xdotool", "search", "--onlyvisible", "--name", f"^{title}"]
    found = subprocess.run(search, env={"DISPLAY": display, "PATH": os.environ["PATH"]}, capture_output=True, text=True)
    return found.stdout.partition("\n")[0]


def _children_of(app: Path) -> list[str]:
    """The processes in which the Python that was remembered runs the source in the folder: one, and one per model."""
    door = str(app / "_internal" / "inspector" / "workshop" / "__main__.py").encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (folder / "cmdline").read_bytes().split(b"\0")[:2] == [os.fsencode(sys.executable), door]:
                started_with = (folder / "environ").read_bytes().split(b"\0")
                _demand(not [each for each in started_with if os.fsencode(app) in each], f"{started_with}")
                found.append(folder.name)
    return found


def _await(is_so: Callable[[], bool], otherwise: str) -> None:
    begin = time.monotonic()
    while not is_so():
        _demand(time.monotonic() - begin < PATIENCE, otherwise)
        time.sleep(0.05)


def _close(environment: dict[str, str], number: str, process: subprocess.Popen[str]) -> None:
    _on_screen(environment, "xdotool", "windowfocus", "--sync", number, "key", "alt+F4")
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    _demand(process.returncode == 0, f"closed, its program ended with {process.returncode}")


def _picture(environment: dict[str, str], path: Path) -> None:
    time.sleep(1)  # for what is painted after the title is there
    _on_screen(environment, "import", "-window", "root", str(path))
    print(f"  picture: {path}")


def _on_screen(environment: dict[str, str], *command: str) -> None:
    subprocess.run(command, env={**os.environ, "DISPLAY": environment["DISPLAY"]}, check=True)


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE)


def _with_all_they_need(packages: tuple[str, ...]) -> list[str]:
    """These packages and those that they depend on, as far as they are installed."""
    found: list[str] = []
    to_visit = list(packages)
    while to_visit:
        name = to_visit.pop()
        if name not in found and name not in LARGE:
            asked = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Depends}", name]
            status, _, needs = subprocess.run(asked, capture_output=True, text=True).stdout.partition(" ")
            if status == "installed":
                found.append(name)
                to_visit += re.findall(r"(?:^|[,|])\s*([^\s:,|]+)", needs)
    return found


def _files_of(packages: list[str]) -> list[str]:
    listed = subprocess.run(["dpkg-query", "-L", *packages], capture_output=True, text=True, check=True).stdout
    return [path for path in listed.splitlines() if path.startswith("/")]


def _copy(path: str, root: Path) -> None:
    """Copies a file, or a link, to the same place below `root`; folders that are links on this machine stay links."""
    target = root / os.path.realpath(os.path.dirname(path)).lstrip("/") / os.path.basename(path)
    if os.path.isdir(path) and not os.path.islink(path):
        target.mkdir(parents=True, exist_ok=True)
    elif os.path.lexists(path) and not os.path.lexists(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target, follow_symlinks=False)


def _state(folder: Path) -> set[tuple[str, int, int]]:
    """Every file of a folder with its size and the time at which it was written."""
    found = ((path, path.lstat()) for path in folder.rglob("*"))
    return {(str(path.relative_to(folder)), stat.st_size, stat.st_mtime_ns) for path, stat in found}


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _demand(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise Unproved(otherwise)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
