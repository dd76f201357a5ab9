"""How fast tensors are measured: against torch's own calls, and against one `numpy.sum` over the same bytes.

    python tests/bench/statistics_bench.py [--large BYTES] [--runs N] [--tensors N]

The files are made in a temporary folder and read through once, so that they are warm. The contenders take
turns, and medians are compared. `numpy.sum` maps the file anew each time, as whoever opens it has to; torch's
calls take so long that they run once, in a process of their own, with as many threads as torch likes.
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

import numpy as np  # noqa: E402

from inspector.analysis.statistics import measure_all  # noqa: E402
from inspector.checkpoint.entries import Tensor  # noqa: E402
from inspector.checkpoint.reading import open_checkpoint  # noqa: E402
from inspector.progress import finish  # noqa: E402
from tests.bench.figures import Row, in_turns, table  # noqa: E402

WRITE = """
import sys, torch
path, dtype, nbytes = sys.argv[1], getattr(torch, sys.argv[2]), int(sys.argv[3])
layer = (torch.randn(1024, 4096) * 0.02).to(dtype)
layers = max(1, nbytes // (layer.numel() * layer.element_size()))
torch.save({f"layers.{index}.weight": layer.roll(index) for index in range(layers)}, path)
"""

TORCH = """
import sys, time, torch
weights = torch.load(sys.argv[1], mmap=True)
started = time.perf_counter()
for t in weights.values():
    t.min(), t.max(), t.mean(), t.std(), t.norm(1), t.norm(2), t.count_nonzero(), t.isnan().sum(), t.isinf().sum()
    torch.histc(t.float(), 100)
print(time.perf_counter() - started)
"""

TWO_PROCESSES = (
    "two threads get a quarter further than one, because they hand the interpreter to each other at a dozen numpy calls"
    " a block; two processes get twice as far"
)
HALF_OF_A_SUM = (
    "0.5 would take one compiled pass over each block (a dozen numpy calls re-read it from the cache)"
    " that counts bins in several tables at once, without the interpreter lock"
)


def main() -> int:
    """Prints the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--large", type=int, default=4_000_000_000)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--tensors", type=int, default=100_000)
    asked = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="statistics-bench-"))
    try:
        rows = singles(folder, asked.large, asked.runs)
        for dtype in ("float16", "bfloat16"):
            rows.append(halves(folder, dtype, asked.large // 2, asked.runs))
        rows.append(many_small_ones(folder, asked.tensors))
    finally:
        shutil.rmtree(folder)
    print(table("Statistics", rows))
    return 0


def singles(folder: Path, nbytes: int, runs: int) -> list[Row]:
    """A float32 file, against torch and against a sum of its bytes."""
    path = written(folder, "float32", nbytes)
    tensors = list(open_checkpoint(str(path)).tensors())
    sums, with_histogram, without = in_turns(
        runs,
        lambda: summed(path),
        lambda: finish(measure_all(tensors)),
        lambda: finish(measure_all(tensors, histogram=False)),
    )
    torch = seconds_of_torch(path)
    gap = longest_wait(tensors)
    path.unlink()
    speed = f"{nbytes / with_histogram / 1e9:.2f} GB/s; numpy.sum {nbytes / sums / 1e9:.1f}"
    return [
        Row("float32 with histogram, times torch's calls", ">= 12", torch / with_histogram, speed, TWO_PROCESSES),
        Row("float32 with histogram, part of a numpy.sum", ">= 0.12", sums / with_histogram, speed, HALF_OF_A_SUM),
        Row("float32 without, part of a numpy.sum", ">= 0.4", sums / without, f"{nbytes / without / 1e9:.2f} GB/s",
            TWO_PROCESSES),
        Row("longest wait between two words, ms", "< 100", gap * 1000, "what a cancel waits for at most"),
    ]  # fmt: skip


def summed(path: Path) -> float:
    """One pass of numpy over the bytes of the file, headers and all, whatever they come to."""
    with np.errstate(all="ignore"):
        return float(np.add.reduce(np.memmap(path, np.float32, "r", shape=path.stat().st_size // 4)))


def halves(folder: Path, dtype: str, nbytes: int, runs: int) -> Row:
    """A 16-bit file, against torch."""
    path = written(folder, dtype, nbytes)
    tensors = list(open_checkpoint(str(path)).tensors())
    (ours,) = in_turns(runs, lambda: finish(measure_all(tensors)))
    torch = seconds_of_torch(path)
    path.unlink()
    return Row(f"{dtype} with histogram, times torch's calls", ">= 6", torch / ours, f"{nbytes / ours / 1e9:.2f} GB/s")


def many_small_ones(folder: Path, count: int) -> Row:
    """A file of small tensors, where each costs what a tensor costs and its numbers next to nothing."""
    script = (
        "import sys, torch; torch.save({str(i): torch.randn(10, 10) for i in range(int(sys.argv[2]))}, sys.argv[1])"
    )
    path = folder / "many.pth"
    subprocess.run([sys.executable, "-c", script, str(path), str(count)], check=True)
    tensors = list(open_checkpoint(str(path)).tensors())
    (seconds,) = in_turns(1, lambda: finish(measure_all(tensors)))
    return Row(f"{count:,} tensors of 100 numbers, µs each", "< 200", seconds / count * 1e6, f"{seconds:.1f} s")


def written(folder: Path, dtype: str, nbytes: int) -> Path:
    """A checkpoint of that size, warm."""
    path = folder / f"{dtype}.pth"
    subprocess.run([sys.executable, "-c", WRITE, str(path), dtype, str(nbytes)], check=True)
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass
    return path


def seconds_of_torch(path: Path) -> float:
    """What the calls a person would write take, loading not counted."""
    done = subprocess.run([sys.executable, "-c", TORCH, str(path)], check=True, capture_output=True, text=True)
    return float(done.stdout)


def longest_wait(tensors: list[tuple[str, Tensor]]) -> float:
    """The longest time between two words of the work, in seconds."""
    longest, before = 0.0, time.perf_counter()
    for _ in measure_all(tensors):
        now = time.perf_counter()
        longest, before = max(longest, now - before), now
    return longest


if __name__ == "__main__":
    sys.exit(main())
