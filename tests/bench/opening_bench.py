"""How fast a file is listed: process start to every key, shape and dtype, against torch on the same file.

    python tests/bench/opening_bench.py [--runs N] [--large BYTES] [--keys N]

`inspector show FILE` and `import torch; torch.load(FILE, mmap=True)` take turns, as whole processes; the
medians of both, their ratio, and the peak memory of each are compared. The files are made in a temporary
folder, those of 100 GB and 1 TB as sparse files that take no space.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.bench.figures import Row, table, usual_environment  # noqa: E402

TORCH = "import sys, torch; torch.load(sys.argv[1], mmap=True)"

TRAINING = """
import sys, torch
path, elements = sys.argv[1], int(sys.argv[2]) // 12
width = 2048
layers = max(1, elements // (width * width + width))
weights = {}
for index in range(layers):
    weights[f"layers.{index}.weight"] = torch.randn(width, width)
    weights[f"layers.{index}.bias"] = torch.zeros(width)
state = {
    index: {"step": torch.tensor(10.0), "exp_avg": torch.zeros_like(value), "exp_avg_sq": torch.zeros_like(value)}
    for index, value in enumerate(weights.values())
}
groups = [{"lr": 1e-3, "betas": (0.9, 0.999), "params": list(state)}]
torch.save({"epoch": 3, "state_dict": weights, "optimizer": {"state": state, "param_groups": groups}}, path)
"""

KEYS = """
import sys, torch
path, count = sys.argv[1], int(sys.argv[2])
torch.save({f"layers.{i // 10}.block{i % 10}.weight": torch.full((10, 10), float(i)) for i in range(count)}, path)
"""

SPARSE = """
import sys, torch
from torch._subclasses.fake_tensor import FakeTensorMode
path, nbytes = sys.argv[1], int(sys.argv[2])
with FakeTensorMode():
    weights = {f"layers.{i}.weight": torch.empty(nbytes // 4 // 1000 // 1000, 1000) for i in range(1000)}
with torch.serialization.skip_data(materialize_fake_tensors=True):
    torch.save(weights, path)
"""


class Measured(NamedTuple):
    seconds: float
    """Median wall time."""
    peak: int
    """Largest resident memory of any run, in bytes."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--large", type=int, default=4_000_000_000)
    parser.add_argument("--keys", type=int, default=100_000)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="opening-bench-"))
    try:
        print(table("Opening", list(rows(folder, asked))))
    finally:
        shutil.rmtree(folder)
    return 0


def rows(folder: Path, asked: argparse.Namespace) -> list[Row]:
    large, keys, sparse = folder / "large.pt", folder / "keys.pt", folder / "sparse.pt"
    made(TRAINING, large, asked.large)
    ours, torchs = in_turn(show(large), load(large), asked.runs)
    found = [
        Row(f"listing a training checkpoint of {size(large)}: times faster than torch.load(mmap=True)",
            ">= 30", torchs.seconds / ours.seconds, f"{ours.seconds:.3f} s against {torchs.seconds:.2f} s",
            "four fifths of ours is Python starting and importing"),
        Row("the same: share of torch's peak memory", "<= 0.33", ours.peak / torchs.peak,
            f"{ours.peak / 1e6:.0f} MB against {torchs.peak / 1e6:.0f} MB"),
    ]  # fmt: skip
    made(KEYS, keys, asked.keys)
    many, torchs = in_turn(show(keys), load(keys), max(3, asked.runs // 2))
    found.append(
        Row(f"listing {asked.keys:,} tensors: times faster than torch.load(mmap=True)", ">= 15",
            torchs.seconds / many.seconds, f"{many.seconds:.2f} s against {torchs.seconds:.2f} s",
            "half of it reads the directory and the pickle and makes the entries, at 8 microseconds a tensor, the rest"
            " groups them and prints a line each; a compiled reader would be needed")
    )  # fmt: skip
    made(SPARSE, sparse, 100_000_000_000)
    found.append(beside(large, sparse, "listing a sparse file of 100 GB: times the 4 GB file", asked.runs))
    index = terabyte(folder / "sharded")
    found.append(beside(large, index, "listing a sharded safetensors index of 1 TB: times the 4 GB file", asked.runs))
    return found


def beside(small: Path, large: Path, name: str, runs: int) -> Row:
    usual, found = in_turn(show(small), show(large), runs)
    return Row(name, "< 2", found.seconds / usual.seconds, f"{found.seconds:.3f} s against {usual.seconds:.3f} s")


def made(script: str, path: Path, amount: int) -> None:
    """Runs the script that makes the file, and reads it once, so that its bytes are warm."""
    subprocess.run([sys.executable, "-c", script, str(path), str(amount)], check=True, cwd=ROOT)


def terabyte(folder: Path, shards: int = 200, tensors: int = 5) -> Path:
    """An index of 200 shards of 5 GB each, all holes."""
    folder.mkdir()
    weight_map: dict[str, str] = {}
    for number in range(shards):
        name = f"model-{number + 1:05}-of-{shards:05}.safetensors"
        rows_, header, at = 500_000_000 // 1000, {}, 0
        for index in range(tensors):
            nbytes = rows_ * 1000 * 2
            key = f"layers.{number}.part{index}.weight"
            header[key] = {"dtype": "BF16", "shape": [rows_, 1000], "data_offsets": [at, at + nbytes]}
            weight_map[key], at = name, at + nbytes
        text = json.dumps(header).encode()
        with open(folder / name, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            file.truncate(8 + len(text) + at)
    index_path = folder / "model.safetensors.index.json"
    index_path.write_text(json.dumps({"metadata": {"total_size": shards * tensors * 10**9}, "weight_map": weight_map}))
    return index_path


def show(path: Path) -> list[str]:
    """The installed command, as people type it; in a checkout without it, the module."""
    command = Path(sys.executable).with_name("inspector")
    return [*([str(command)] if command.exists() else [sys.executable, "-m", "inspector"]), "show", str(path)]


def load(path: Path) -> list[str]:
    return [sys.executable, "-c", TORCH, str(path)]


def in_turn(first: list[str], second: list[str], runs: int) -> tuple[Measured, Measured]:
    """Both commands by turns, after one run of each that is not counted."""
    times: tuple[list[Measured], list[Measured]] = ([], [])
    for turn in range(runs + 1):
        for command, kept in zip((first, second), times, strict=True):
            found = once(command)
            if turn:
                kept.append(found)
    one, other = (Measured(statistics.median(r.seconds for r in kept), max(r.peak for r in kept)) for kept in times)
    return one, other


def once(command: list[str]) -> Measured:
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT, env=usual_environment())
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)[:200]} ended with {process.returncode}")
    return Measured(seconds, usage.ru_maxrss * 1024)


def size(path: Path) -> str:
    return f"{path.stat().st_size / 1e9:.1f} GB"


if __name__ == "__main__":
    sys.exit(main())
