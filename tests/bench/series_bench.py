"""How fast the checkpoints of a training are measured, against a loop of torch that does the same, and its memory.

    python tests/bench/series_bench.py [--files N] [--bytes BYTES] [--tensors N] [--runs N]

The files are made in a temporary folder and read through once, so that they are warm. The loop keeps the first, the
last and the last update of all weights in memory, as a person would write it; it runs in a process of its own, and its
imports are not counted. On a machine that does something else too, torch's threads wait for each other much longer
than they work: so it runs with one thread and with all, in turns with ours, and the quicker of the two counts. Memory
is the most that a fresh process holds while it measures, beyond what it held when the trainings were found.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from inspector.progress import finish  # noqa: E402
from inspector.series.figures import Frame  # noqa: E402
from inspector.series.finding import trainings  # noqa: E402
from inspector.series.measuring import measure  # noqa: E402
from inspector.series.members import Training  # noqa: E402
from tests.bench.figures import Row, in_turns, table  # noqa: E402

WRITE = """
import sys, torch
folder, files, nbytes, frozen = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
layers = max(2, nbytes // (1024 * 1024 * 4))
weights = {f"layers.{n}.weight": torch.randn(1024, 1024) * 0.02 for n in range(layers)}
for epoch in range(files):
    torch.save({"epoch": epoch, "state_dict": weights}, f"{folder}/model_epoch{epoch}.pth")
    for n, key in enumerate(weights):
        if n >= frozen * layers:
            weights[key] = weights[key] + torch.randn(1024, 1024) * 1e-4
"""

TORCH = """
import sys, time, torch
torch.set_num_threads(int(sys.argv[3]))
first, before, step = {}, {}, {}
started = time.perf_counter()
for epoch in range(int(sys.argv[2])):
    weights = torch.load(f"{sys.argv[1]}/model_epoch{epoch}.pth", mmap=True)["state_dict"]
    for key, w in weights.items():
        w.norm(), w.mean(), w.std(), w.min(), w.max(), w.count_nonzero(), w.isnan().sum(), w.isinf().sum()
        if epoch:
            update = w - before[key]
            update.norm(), (w - first[key]).norm(), torch.equal(w, before[key])
            if key in step:
                torch.cosine_similarity(update.flatten(), step[key].flatten(), dim=0)
            step[key] = update
        before[key] = w
        first.setdefault(key, w)
print(time.perf_counter() - started)
"""

SMALL = """
import sys, torch
folder, files, tensors = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(1)
flat = torch.randn(tensors * 8)
for epoch in range(files):
    names = (f"layers.{i // 8}.part{i // 4 % 2}.{('weight', 'bias', 'scale', 'shift')[i % 4]}" for i in range(tensors))
    weights = {name: part.clone() for name, part in zip(names, flat.split(8))}
    torch.save({"epoch": epoch, "state_dict": weights, "val_loss": 1 / (1 + epoch)}, f"{folder}/epoch{epoch}.pth")
    flat[len(flat) // 4 :] += torch.randn(len(flat) - len(flat) // 4) * 0.01
"""

WINDOW = """
import os, sys, tempfile, time
sys.path.insert(0, sys.argv[1])
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["CHECKPOINT_INSPECTOR_SETTINGS"] = tempfile.mkdtemp()
from PySide6.QtWidgets import QApplication
from inspector.gui.app import SWITCH_INTERVAL, Application
from inspector.gui.collecting import Collecting
from tests.bench.window_bench import Gaps, run_for, run_until
sys.setswitchinterval(SWITCH_INTERVAL)
class Held(Gaps):
    own = 0.0
    def __enter__(self):
        self.before = time.thread_time()
        return super().__enter__()
    def _tick(self):
        now = time.thread_time()
        self.own, self.before = max(self.own, now - self.before), now
        super()._tick()
application = Application(QApplication([]))
Collecting()
application.window.show()
run_until(lambda: application.window.isVisible(), 5)
run_for(2.0)
with Held() as gaps:
    application.session.open([sys.argv[2]])
    page = application.session.current
    run_until(lambda: page.is_measured and not page.is_busy, 600)
    run_for(0.5)
application.window.close()
print(gaps.longest, gaps.own)
"""

MEMORY = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy, inspector.analysis.side_by_side
from tests.bench.series_bench import finish, measure, training_in
def peak():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) * 1024
training = training_in(sys.argv[2])
before = peak()
finish(measure(training))
print(peak() - before)
"""


def main() -> int:
    """Prints the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--files", type=int, default=10)
    arguments.add_argument("--bytes", type=int, default=100_000_000)
    arguments.add_argument("--tensors", type=int, default=5_000)
    arguments.add_argument("--runs", type=int, default=3)
    asked = arguments.parse_args()
    rows = []
    for frozen, work in ((0.0, moving), (0.75, mostly_frozen)):
        folder = Path(tempfile.mkdtemp(prefix="series-bench-"))
        try:
            written(WRITE, folder, asked.files, asked.bytes, frozen)
            rows += work(folder, asked.files, asked.runs)
        finally:
            shutil.rmtree(folder)
    rows.append(many_small_ones(asked.tensors))
    rows += [gap_in_window(500, 200), gap_in_window(6, 40_000)]
    print(table("A series of checkpoints", rows))
    return 0


def moving(folder: Path, files: int, runs: int) -> list[Row]:
    """A training in which every weight moves."""
    training = training_in(folder)
    (found,) = in_turns(runs, lambda: training_in(folder))
    ours, torch = beside_torch(training, folder, files, runs)
    memory = printed(MEMORY, str(ROOT), str(folder))
    gap, first = longest_wait(training)
    nbytes = sum(stamp.nbytes for member in training.drawn for _, stamp in member.stamps)
    sizes = f"{files} files, {nbytes / 1e9:.2f} GB in all: {ours:.2f} s, torch {torch:.2f}"
    added = seconds_of_one_more(training)
    return [
        Row("a series, times a loop of torch", ">= 4", torch / ours, sizes),
        Row("memory beyond the found files, MB", "< 50", memory / 1e6),
        Row("first frame, ms", "< 500", first * 1000),
        Row("longest wait between two words, ms", "< 100", gap * 1000, "what a cancel waits for at most"),
        Row("trainings found, ms", "< 500", found * 1000),
        Row("one more checkpoint, part of the whole series", "< 0.3", added / ours),
    ]


def mostly_frozen(folder: Path, files: int, runs: int) -> list[Row]:
    """A training with three quarters of its weights frozen: these are read for the proof only."""
    training = training_in(folder)
    ours, torch = beside_torch(training, folder, files, runs)
    return [Row("with 75 % frozen, times a loop of torch", ">= 10", torch / ours, f"{ours:.2f} s, torch {torch:.2f}")]


def many_small_ones(count: int) -> Row:
    """Checkpoints of small tensors, where each costs what a tensor costs and its numbers next to nothing."""
    script = (
        "import sys, torch\n"
        "for epoch in range(3): torch.save({f'block.{i}.weight': torch.randn(10, 10) for i in range(int(sys.argv[2]))},"
        " f'{sys.argv[1]}/epoch{epoch}.pth')"
    )
    folder = Path(tempfile.mkdtemp(prefix="series-bench-"))
    try:
        written(script, folder, count)
        training = training_in(folder)
        (seconds,) = in_turns(1, lambda: finish(measure(training)))
    finally:
        shutil.rmtree(folder)
    each = seconds / count / 3 * 1e6
    return Row(f"3 checkpoints of {count:,} tensors of 100 numbers, µs each", "< 500", each, f"{seconds:.1f} s")


def gap_in_window(files: int, tensors: int) -> Row:
    """The longest time for which a window that shows such a training as it is measured does nothing else."""
    folder = Path(tempfile.mkdtemp(prefix="series-bench-"))
    try:
        written(SMALL, folder, files, tensors)
        said = subprocess.run(
            [sys.executable, "-c", WINDOW, str(ROOT), str(folder)], check=True, capture_output=True, text=True
        )
        wall, own = map(float, said.stdout.split()[-2:])
    finally:
        shutil.rmtree(folder)
    detail = f"of it {own * 1000:.0f} ms its own work, the rest is waiting for a processor"
    return Row(f"longest gap of a 5 ms timer, {files} files of {tensors:,} tensors, ms", "< 50", wall * 1000, detail)


def beside_torch(training: Training, folder: Path, files: int, runs: int) -> tuple[float, float]:
    """Seconds of ours and of the loop, of runs that take turns."""
    threads = (1, os.cpu_count() or 1)
    ours: list[float] = []
    loops: dict[int, list[float]] = {each: [] for each in threads}
    for _ in range(runs):
        ours += in_turns(1, lambda: finish(measure(training)))
        for each, taken in loops.items():
            taken.append(printed(TORCH, str(folder), str(files), str(each)))
    return statistics.median(ours), min(map(statistics.median, loops.values()))


def training_in(folder: Path | str) -> Training:
    """The training that a folder holds."""
    return finish(trainings([str(folder)])).trainings[0]


def seconds_of_one_more(training: Training) -> float:
    """What the last checkpoint takes when all before it are known."""
    known = finish(measure(training._replace(members=training.members[:-1])))
    started = time.perf_counter()
    finish(measure(training, known))
    return time.perf_counter() - started


def written(script: str, folder: Path, *arguments: object) -> None:
    """Makes the files, and reads each through once."""
    subprocess.run([sys.executable, "-c", script, str(folder), *map(str, arguments)], check=True)
    for path in folder.iterdir():
        with path.open("rb") as file:
            while file.read(1 << 24):
                pass


def printed(script: str, *arguments: str) -> float:
    """The number that a script of its own process prints last."""
    done = subprocess.run([sys.executable, "-c", script, *arguments], check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def longest_wait(training: Training) -> tuple[float, float]:
    """The longest time between two words of the work, and that until the first frame, in seconds."""
    started = before = time.perf_counter()
    longest = first = 0.0
    for word in measure(training):
        now = time.perf_counter()
        longest, before = max(longest, now - before), now
        if isinstance(word, Frame) and not first:
            first = now - started
    return longest, first


if __name__ == "__main__":
    sys.exit(main())
