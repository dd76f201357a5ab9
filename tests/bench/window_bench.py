"""How fast the window is: start to tree, longest gap while it works, keystroke to repainted tree.

    python tests/bench/window_bench.py [--runs N] [--large BYTES] [--keys N]

Each figure stands beside its goal; starts are medians of runs that take turns with the bare window they are
compared to. The files are made in a temporary folder: one of 100 MB, one of many keys, one of many bytes
(read through once before, so that the bytes are warm when they are measured).
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.bench.figures import Row, table, usual_environment  # noqa: E402

BARE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTreeView
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, lambda: (print("painted", flush=True), app.quit()))
app = QApplication([])
window = Window()
window.setCentralWidget(QTreeView())
window.resize(1380, 860)
window.show()
app.exec()
"""

OURS = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from inspector.gui import app as door
from inspector.gui.widgets.tree_view import TreeView
plain = TreeView.paintEvent
def painted(view, event):
    plain(view, event)
    print("painted", flush=True)
    QTimer.singleShot(0, QApplication.instance().quit)
TreeView.paintEvent = painted
sys.exit(door.main(sys.argv[1:]))
"""

WRITE = """
import sys
from collections import OrderedDict
import torch
path, tensors, elements = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
one = torch.randn(min(elements, 1_000_000)).repeat(-(-elements // 1_000_000))[:elements]
parts = ("weight", "bias", "running_mean", "running_var")
names = (f"model.layers.{n // 16}.block{n // 4 % 4}.{parts[n % 4]}" for n in range(tensors))
torch.save(OrderedDict((name, one.clone()) for name in names), path)
"""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=9)
    arguments.add_argument("--large", type=int, default=4_000_000_000)
    arguments.add_argument("--keys", type=int, default=100_000)
    asked = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="window-bench-"))
    os.environ["CHECKPOINT_INSPECTOR_SETTINGS"] = str(folder / "settings")
    try:
        rows = [start_to_tree(folder, asked.runs), *in_one_window(folder, asked.keys, asked.large)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(table("Window", rows))
    return 0


def start_to_tree(folder: Path, runs: int) -> Row:
    """Process start to a painted window with the tree of a 100 MB file, against a bare one with an empty QTreeView."""
    path = folder / "hundred_megabytes.pth"
    write_checkpoint(path, tensors=160, elements=160_000)
    bare, ours = [], []
    for run in range(runs + 1):  # the first of each, which compiles the modules, does not count
        times = seconds_to_paint(BARE, [], folder), seconds_to_paint(OURS, [str(path)], folder)
        if run:
            bare.append(times[0])
            ours.append(times[1])
    ratio = statistics.median(ours) / statistics.median(bare)
    detail = f"{statistics.median(ours):.3f} s against {statistics.median(bare):.3f} s"
    why = "a third is importing our own classes, a third building and painting them, the rest the file and Qt's enums"
    return Row("process start to the painted tree of a 100 MB file, times a bare window", "<= 1.5", ratio, detail, why)


def seconds_to_paint(script: str, words: list[str], folder: Path) -> float:
    """From starting a Python process to the line it prints when it has painted; modules are compiled beforehand."""
    environment = {**usual_environment(), "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    command = [sys.executable, "-c", script, *words]
    start = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        seconds = time.perf_counter() - start
        process.wait()
    assert line.strip() == b"painted", "the window was never painted"
    return seconds


def in_one_window(folder: Path, keys: int, large: int) -> list[Row]:
    """Opening many keys, typing in the search field, and measuring many bytes, in a real window."""
    from PySide6.QtWidgets import QApplication

    from inspector.gui.app import SWITCH_INTERVAL, Application
    from inspector.gui.collecting import Collecting

    sys.setswitchinterval(SWITCH_INTERVAL)
    many, big = folder / "many_keys.pth", folder / "large.pth"
    write_checkpoint(many, tensors=keys, elements=4)
    write_checkpoint(big, tensors=80, elements=large // 4 // 80)
    read_through(big)
    gc.collect()
    application = Application(QApplication([]))
    Collecting()  # as in a window that a person uses
    application.window.show()
    run_until(lambda: application.window.isVisible(), 5)
    run_for(2.0)  # plots and pictures are loaded
    warm = folder / "warm.pth"
    write_checkpoint(warm, tensors=10, elements=10)
    opened(application, warm)
    run_for(2.0)
    rows = [gap_while_opening(application, many, keys), keystroke(application, keys), expand_all(application, keys)]
    rows.append(keystroke_in_palette(application, keys))
    application.session.close(application.session.current)
    rows += gaps_while_comparing(application, folder, many, keys)
    rows.append(gap_while_measuring(application, big, large))
    application.window.close()
    return rows


def gap_while_opening(application, path: Path, keys: int) -> Row:  # type: ignore[no-untyped-def]
    with Gaps() as gaps:
        started = time.perf_counter()
        file = opened(application, path)
        seconds = time.perf_counter() - started
        run_for(0.5)
    file.stop()
    name = f"longest gap of a 5 ms timer while a file of {keys:,} keys is opened, ms"
    return Row(name, "< 50", 1000 * gaps.longest, f"{gaps}, opened in {seconds:.1f} s")


def keystroke(application, keys: int) -> Row:  # type: ignore[no-untyped-def]
    """One key in the search field to the repainted tree, with everything expanded."""
    from PySide6.QtTest import QTest

    tree = application.window.panels[application.session.current].tree
    tree.expand_all()
    run_for(0.5)
    changes: list[bool] = []
    tree.model.rows_changed.connect(lambda: changes.append(True))
    times = []
    for text in ("weight", "layers.12", "*.bias", "shape:4", "block"):
        tree.search.clear()
        run_for(0.2)
        for letter in text:
            changes.clear()
            started = time.perf_counter()
            QTest.keyClicks(tree.search, letter)
            run_until(lambda: bool(changes) or bool(tree.problem.text()), 5)
            tree.view.viewport().repaint()
            times.append(time.perf_counter() - started)
    tree.search.clear()
    run_for(0.2)
    median = statistics.median(times)
    detail = f"worst of {len(times)}: {max(times) * 1000:.0f} ms"
    name = f"keystroke in the search field to the repainted tree, {keys:,} keys, ms"
    return Row(name, "< 100", 1000 * median, detail)


def expand_all(application, keys: int) -> Row:  # type: ignore[no-untyped-def]
    tree = application.window.panels[application.session.current].tree
    tree.collapse_all()
    run_for(0.2)
    started = time.perf_counter()
    tree.expand_all()
    tree.view.viewport().repaint()
    seconds = time.perf_counter() - started
    return Row(f"expand all, {tree.model.rowCount():,} rows, ms", "< 200", 1000 * seconds)


def keystroke_in_palette(application, keys: int) -> Row:  # type: ignore[no-untyped-def]
    """One key in the field of the palette to the list that is painted with the first that were found."""
    from PySide6.QtTest import QTest

    from inspector.gui.palette.gathering import palette_of

    palette = palette_of(application.window)
    palette.open()
    run_for(0.3)
    times = []
    for text in ("weight", "layers.12", "block3bias", "opn", "zzz"):
        palette.field.clear()
        run_for(0.2)
        for letter in text:
            started = time.perf_counter()
            QTest.keyClicks(palette.field, letter)
            palette.list.viewport().repaint()
            times.append(time.perf_counter() - started)
            run_for(0.02)  # the keys that are looked through yet, when the next letter comes
    palette.put_away()
    detail = f"worst of {len(times)}: {max(times) * 1000:.0f} ms"
    name = f"keystroke in the palette to the first that are found and painted, {keys:,} keys, ms"
    return Row(name, "< 50", 1000 * statistics.median(times), detail)


def gap_while_measuring(application, path: Path, nbytes: int) -> Row:  # type: ignore[no-untyped-def]
    file = opened(application, path)
    panel = application.window.panels[file]
    panel.tree.expand_all()
    run_for(1.0)
    finished: list[bool] = []
    file.paced.connect(lambda pace: finished.append(True) if pace is None else None)
    with Gaps() as gaps:
        started = time.perf_counter()
        file.measure_all()
        run_until(lambda: bool(finished) and len(file.statistics) > 80, 120)
        seconds = time.perf_counter() - started
    name = f"longest gap of a 5 ms timer while {nbytes / 1e9:.1f} GB are measured, ms"
    return Row(name, "< 50", 1000 * gaps.longest, f"{gaps}, measured in {seconds:.1f} s")


def gaps_while_comparing(application, folder: Path, path: Path, keys: int) -> list[Row]:  # type: ignore[no-untyped-def]
    """Two files of many keys: names, shapes and causes until the tree is painted; then all of their values."""
    other = folder / "many_other_keys.pth"
    write_checkpoint(other, tensors=keys, elements=4)
    run_for(0.5)
    with Gaps() as comparing:
        started = time.perf_counter()
        application.session.compare(str(path), str(other))
        page = application.session.current
        run_until(lambda: page.found is not None or page.error is not None, 120)
        compared = time.perf_counter() - started
        run_for(0.5)
    with Gaps() as measuring:
        started = time.perf_counter()
        run_until(lambda: page.is_measured and not page.is_busy, 300)
        measured = time.perf_counter() - started
    application.session.close(page)
    names = f"two files of {keys:,} keys are compared", f"the values of {keys:,} pairs are compared"
    details = f"{comparing}, compared in {compared:.1f} s", f"{measuring}, compared in {measured:.1f} s"
    return [
        Row(f"longest gap of a 5 ms timer while {name}, ms", "< 50", 1000 * gaps.longest, detail)
        for name, gaps, detail in zip(names, (comparing, measuring), details)
    ]


class Gaps:
    """The times between the ticks of a 5 ms timer of the window's thread."""

    def __enter__(self) -> Gaps:
        from PySide6.QtCore import Qt, QTimer

        self.times: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(interval=5, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._tick()
        self._timer.stop()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.times.append(now - self._last)
        self._last = now

    def __str__(self) -> str:
        return f"99th percentile {self.percentile(0.99) * 1000:.0f} ms"

    @property
    def longest(self) -> float:
        return max(self.times)

    def percentile(self, share: float) -> float:
        return sorted(self.times)[int(share * (len(self.times) - 1))]


def opened(application, path: Path):  # type: ignore[no-untyped-def]
    application.session.open([str(path)])
    file = application.session.current
    run_until(lambda: file.contents is not None or file.error is not None, 120)
    assert file.error is None, file.error
    return file


def run_until(condition: Callable[[], bool], seconds: float) -> None:
    """Lets the window live until the condition holds."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    end = time.monotonic() + seconds
    timer = QTimer(interval=1)
    timer.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > end else None)
    timer.start()
    loop.exec()
    timer.stop()
    assert condition(), "this took too long"


def run_for(seconds: float) -> None:
    end = time.monotonic() + seconds
    run_until(lambda: time.monotonic() >= end, seconds + 5)


def write_checkpoint(path: Path, tensors: int, elements: int) -> None:
    """A state_dict of so many fp32 tensors, written by torch in a process of its own."""
    subprocess.run([sys.executable, "-c", WRITE, str(path), str(tensors), str(elements)], check=True)


def read_through(path: Path) -> None:
    """Brings the file into the system's cache."""
    with path.open("rb") as file:
        while file.read(1 << 22):
            pass


if __name__ == "__main__":
    sys.exit(main())
