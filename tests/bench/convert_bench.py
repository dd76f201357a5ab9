"""How fast files are converted, and with how little memory: against `cp`, and against torch.load and torch.save.

    python tests/bench/convert_bench.py [--nbytes BYTES] [--large BYTES] [--runs N] [--keys N]

What is written is on the disk, read back and compared before it counts; the copy of `cp` is brought to the disk as
well, and torch's is not. The large file is one of holes, so that it takes no room; what is made of it does, and is
removed. Peaks are VmHWM of a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.bench.figures import Row, in_turns, table, usual_environment  # noqa: E402

OURS = """
import json, sys, time
from inspector.checkpoint.reading import open_checkpoint
from inspector.converting.carrying_out import convert
from inspector.converting.foreseeing import foresee
from inspector.converting.offering import offers
from inspector.progress import finish
started = time.perf_counter()
checkpoint = open_checkpoint(sys.argv[1])
foreseen = finish(foresee(checkpoint, finish(offers(checkpoint)).default._replace(**json.loads(sys.argv[3]))))
at = time.perf_counter()
finish(convert(foreseen, sys.argv[2], overwrite=True))
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
print(json.dumps([at - started, time.perf_counter() - at, int(peak) * 1024]))
"""

TORCH = """
import sys, time, torch
started = time.perf_counter()
torch.save(torch.load(sys.argv[1], weights_only=True), sys.argv[2])
print(time.perf_counter() - started)
"""

WRITE = """
import sys, torch
path, layers, keys = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if keys:
    state = {f"module.block.{number}.weight": row for number, row in enumerate(torch.ones(keys, 2))}
else:
    layer = torch.randn(1024, 4096) * 0.02
    state = {f"layers.{number}.weight": layer.roll(number) for number in range(layers)}
torch.save(state, path)
"""

READ_BACK = "it is written, brought to the disk, read back and compared: each byte moves four times, and not twice"


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nbytes", type=int, default=512 << 20, help="of the file that is timed")
    parser.add_argument("--large", type=int, default=4 << 30, help="of the file whose peak of memory is taken")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keys", type=int, default=100_000)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="convert_bench_"))
    try:
        rows = [*timed(folder, options), *large(folder, options.large), many(folder, options.keys)]
    finally:
        shutil.rmtree(folder)
    print(table("Converting", rows))
    return int(any(row.reached is False for row in rows))


def timed(folder: Path, options: argparse.Namespace) -> list[Row]:
    source = folder / "source.pth"
    child(WRITE, source, max(1, options.nbytes >> 24), 0)
    nbytes = source.stat().st_size
    converting: list[float] = []
    copying, _, loading = in_turns(
        options.runs,
        lambda: copied(source, folder / "copy.pth"),
        lambda: converting.append(ours(source, folder / "ours.safetensors", format="safetensors")[1]),
        lambda: child(TORCH, source, folder / "torch.pth"),
    )
    whole = sorted(converting)[len(converting) // 2]
    measuring, casting, _ = ours(source, folder / "cast.safetensors", format="safetensors", dtype="bfloat16")
    speed = f"{nbytes / whole / 1e6:,.0f} MB/s of {nbytes / 1e6:,.0f} MB"
    return [
        Row("zip to safetensors, times as long as cp (with fsync)", "< 8", whole / copying, speed, READ_BACK),
        Row("times as long as torch.load and torch.save (without fsync)", "< 2", whole / loading, "in a process each"),
        Row("cast to bf16: numbers counted, millions a second", ">= 20", nbytes / 4e6 / measuring, "one thread"),
        Row("cast to bf16: written, times as long as cp", "< 6", casting / copying, "half of the bytes are written"),
    ]


def large(folder: Path, nbytes: int) -> list[Row]:
    source = folder / "large.safetensors"
    layers = max(1, nbytes >> 28)
    entry = {}
    for number in range(layers):
        places = [number << 28, (number + 1) << 28]
        entry[f"layers.{number}"] = {"dtype": "F32", "shape": [1 << 13, 1 << 13], "data_offsets": places}
    text = json.dumps(entry).encode()
    source.write_bytes(struct.pack("<Q", len(text)) + text)
    os.truncate(source, 8 + len(text) + (layers << 28))
    rows = []
    for name, changes in (
        ("to zip", {"format": "zip"}),
        ("cast to bf16, in shards", {"dtype": "bfloat16", "shards": 1 << 30}),
    ):
        target = folder / "large.out"
        _, seconds, peak = ours(source, target, **changes)
        shutil.rmtree(target) if target.is_dir() else target.unlink()
        detail = f"{source.stat().st_size / 1e9:.2f} GB, {seconds:.1f} s"
        rows.append(Row(f"peak of memory {name}, MB", "< 500", peak / 1e6, detail))
    source.unlink()
    return rows


def many(folder: Path, keys: int) -> Row:
    source = folder / "many.pth"
    child(WRITE, source, 0, keys)
    foreseeing, writing, peak = ours(source, folder / "many.safetensors")
    detail = f"{keys:,} keys: {foreseeing:.1f} s to foresee, {writing:.1f} s to write, {peak / 1e6:.0f} MB"
    return Row("many keys, seconds", "< 60", foreseeing + writing, detail)


def copied(source: Path, target: Path) -> None:
    subprocess.run(["cp", str(source), str(target)], check=True)
    descriptor = os.open(target, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def ours(source: Path, target: Path, **changes: object) -> tuple[float, float, int]:
    """Seconds to foresee and to convert, and the peak of memory."""
    foreseeing, converting, peak = json.loads(child(OURS, source, target, json.dumps(changes)))
    return foreseeing, converting, peak


def child(code: str, *arguments: object) -> str:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=usual_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"after {time.perf_counter() - started:.1f} s: {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
