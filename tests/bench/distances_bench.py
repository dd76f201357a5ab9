"""How fast the values of two files are compared: against torch's calls, and against one `numpy.sum` over both.

    python tests/bench/distances_bench.py [--large BYTES] [--runs N] [--tensors N]

The files are made in a temporary folder and read through once, so that they are warm. The contenders take turns, and
medians are compared. `numpy.sum` maps the files anew each time, as whoever opens them has to; torch's calls take so
long that they run once, in a process of their own, with as many threads as torch likes. Memory is the most that a
fresh process holds while it compares, beyond what it held when the files were opened.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from inspector.checkpoint.reading import open_checkpoint  # noqa: E402
from inspector.comparing.diffing import Comparison, compare  # noqa: E402
from inspector.comparing.sides import of_checkpoint  # noqa: E402
from inspector.comparing.values import comparing_values, probably_equal  # noqa: E402
from inspector.progress import finish  # noqa: E402
from tests.bench.figures import Row, in_turns, table  # noqa: E402
from tests.bench.statistics_bench import summed  # noqa: E402

WRITE = """
import sys, torch
first, second, nbytes = sys.argv[1], sys.argv[2], int(sys.argv[3])
layer = torch.randn(1024, 4096) * 0.02
step = torch.randn(1024, 4096) * 1e-4
layers = max(1, nbytes // (layer.numel() * layer.element_size()))
torch.save({f"layers.{index}.weight": layer.roll(index) for index in range(layers)}, first)
torch.save({f"layers.{index}.weight": layer.roll(index) + step for index in range(layers)}, second)
"""

TORCH = """
import sys, time, torch
a, b = (torch.load(path, mmap=True) for path in sys.argv[1:])
started = time.perf_counter()
for key in a:
    x, y = a[key], b[key]
    (x - y).abs().max(), (x - y).norm(), torch.cosine_similarity(x.flatten(), y.flatten(), dim=0), (x == y).sum()
    torch.equal(x, y)
print(time.perf_counter() - started)
"""

MEMORY = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy, inspector.analysis.side_by_side
from tests.bench.distances_bench import compared, finish, comparing_values
def peak():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) * 1024
comparison = compared(*sys.argv[2:])
before = peak()
finish(comparing_values(comparison))
print(peak() - before)
"""

HAND_OVER = (
    "two threads hand the interpreter to each other at each of a dozen numpy calls; one compiled pass would read each"
    " block once"
)


def main() -> int:
    """Prints the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--large", type=int, default=4_000_000_000)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--tensors", type=int, default=100_000)
    asked = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="distances-bench-"))
    try:
        rows = [*large_ones(folder, asked.large, asked.runs), many_small_ones(folder, asked.tensors)]
    finally:
        shutil.rmtree(folder)
    print(table("Values of two files", rows))
    return 0


def large_ones(folder: Path, nbytes: int, runs: int) -> list[Row]:
    """Two float32 files that differ in every number, and one with itself."""
    first, second, twin = (folder / name for name in ("a.pth", "b.pth", "twin.pth"))
    subprocess.run([sys.executable, "-c", WRITE, str(first), str(second), str(nbytes)], check=True)
    for path in (first, second):
        warm(path)
    comparison = compared(str(first), str(second))
    sums, ours = in_turns(
        runs, lambda: (summed(first), summed(second)), lambda: finish(comparing_values(comparison))
    )  # fmt: skip
    torch = printed(TORCH, str(first), str(second))
    memory = printed(MEMORY, str(ROOT), str(first), str(second))
    gap = longest_wait(comparison)
    second.unlink()
    shutil.copyfile(first, twin)
    warm(twin)
    same = compared(str(first), str(twin))
    hint, equal = in_turns(runs, lambda: probably_equal(same), lambda: finish(comparing_values(same)))
    sizes = f"two files of {nbytes / 1e9:.1f} GB: {ours:.2f} s, torch {torch:.1f}, numpy.sum of both {sums:.2f}"
    return [
        Row("value diff, times torch's calls", ">= 6", torch / ours, sizes),
        Row("value diff, times a numpy.sum of both", "<= 2.2", ours / sums, sizes, HAND_OVER),
        Row("memory beyond the opened files, MB", "< 500", memory / 1e6),
        Row("longest wait between two words, ms", "< 100", gap * 1000, "what a cancel waits for at most"),
        Row("files that are equal, times a numpy.sum of both", "", equal / sums, f"{equal:.2f} s"),
        Row("the hint that they are, ms", "<= 4", hint * 1000, f"{len(same.pairs)} tensors"),
    ]


def many_small_ones(folder: Path, count: int) -> Row:
    """Two files of small tensors, where each costs what a tensor costs and its numbers next to nothing."""
    script = (
        "import sys, torch; torch.save({str(i): torch.randn(10, 10) for i in range(int(sys.argv[2]))}, sys.argv[1])"
    )
    paths = [str(folder / name) for name in ("many.pth", "more.pth")]
    for path in paths:
        subprocess.run([sys.executable, "-c", script, path, str(count)], check=True)
    comparison = compared(*paths)
    (seconds,) = in_turns(1, lambda: finish(comparing_values(comparison)))
    return Row(f"{count:,} pairs of 100 numbers, µs each", "< 200", seconds / count * 1e6, f"{seconds:.1f} s")


def compared(*paths: str) -> Comparison:
    """The files at two paths, key by key."""
    a, b = (of_checkpoint(open_checkpoint(path)) for path in paths)
    return compare(a, b)


def printed(script: str, *arguments: str) -> float:
    """The number that a script of its own process prints last."""
    done = subprocess.run([sys.executable, "-c", script, *arguments], check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def warm(path: Path) -> None:
    """Reads a file through once."""
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass


def longest_wait(comparison: Comparison) -> float:
    """The longest time between two words of the work, in seconds."""
    longest, before = 0.0, time.perf_counter()
    for _ in comparing_values(comparison):
        now = time.perf_counter()
        longest, before = max(longest, now - before), now
    return longest


if __name__ == "__main__":
    sys.exit(main())
