"""How fast two sides are compared and explained: against opening the files, and against how many keys there are.

    python tests/bench/causes_bench.py [--runs N] [--keys N] [--mismatched N]

The files are made in a temporary folder and read through once. Opening both, and opening and comparing both, take
turns, and medians are compared. What is explained are transformers whose blocks have torchvision's names and another
width on one side, timm's names and a prefix on the other, so that no key is where it was and no size is what it was.
"""

from __future__ import annotations

import argparse
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from inspector.checkpoint.entries import Checkpoint  # noqa: E402
from inspector.checkpoint.reading import open_checkpoint  # noqa: E402
from inspector.comparing.diffing import compare  # noqa: E402
from inspector.comparing.explaining import explain  # noqa: E402
from inspector.comparing.sides import Item, Side, of_checkpoint  # noqa: E402
from tests.bench.figures import Row, in_turns, table  # noqa: E402

WRITE = """
import sys, torch
path, count, width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
weights = {f"layers.{i // 10}.block{i % 10}.weight": torch.full((10, width), float(i)) for i in range(count)}
torch.save(weights, path)
"""

BLOCK = {
    "norm1.weight": ("ln_1.weight", (1,)),
    "norm1.bias": ("ln_1.bias", (1,)),
    "attn.qkv.weight": ("self_attention.in_proj_weight", (3, 1)),
    "attn.qkv.bias": ("self_attention.in_proj_bias", (3,)),
    "attn.proj.weight": ("self_attention.out_proj.weight", (1, 1)),
    "attn.proj.bias": ("self_attention.out_proj.bias", (1,)),
    "norm2.weight": ("ln_2.weight", (1,)),
    "norm2.bias": ("ln_2.bias", (1,)),
    "mlp.fc1.weight": ("mlp.0.weight", (4, 1)),
    "mlp.fc1.bias": ("mlp.0.bias", (4,)),
    "mlp.fc2.weight": ("mlp.3.weight", (1, 4)),
    "mlp.fc2.bias": ("mlp.3.bias", (1,)),
}
"""timm's name in a block -> torchvision's, and the shape in widths."""


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--mismatched", type=int, default=20_000)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="causes-bench-"))
    try:
        rows = [*explained(asked.mismatched, asked.runs), *compared(folder, asked.keys, asked.runs)]
    finally:
        shutil.rmtree(folder)
    print(table("Causes", rows))
    return 0


def explained(many: int, runs: int) -> Iterator[Row]:
    """A tenth of the keys, all of them, and how the time grows from the one to the other."""
    few = many // 10
    small, large = (seconds_to_explain(count, runs) for count in (few, many))
    grown = (large[0] / small[0]) / (many * math.log(many) / (few * math.log(few)))
    yield Row(f"causes and renames for {few:,} mismatched keys, s", "< 1", small[0], small[1])
    yield Row(f"causes and renames for {many:,} mismatched keys, s", "< 10", large[0], large[1])
    yield Row("growth from the one to the other, times that of n log n", "<= 1.2", grown)


def seconds_to_explain(keys: int, runs: int) -> tuple[float, str]:
    """The median, and what was found."""
    a, b = transformers(keys // len(BLOCK))
    explanation = explain(a, b)
    seconds = median_of(lambda: explain(a, b), runs)
    counts = explanation.after.counts
    left = counts["missing"] + counts["unexpected"]
    lines = explanation.before.lines
    return seconds, f"{len(explanation.causes)} causes for {lines:,} lines; {left} keys without a partner"


def transformers(blocks: int) -> tuple[Side, Side]:
    """Blocks of one network with timm's names under a prefix, and of a wider one with torchvision's."""
    old, new = [], []
    for number in range(blocks):
        for name, (other, shape) in BLOCK.items():
            old.append(Item(f"module.blocks.{number}.{name}", tuple(768 * size for size in shape), "float32"))
            key = f"encoder.layers.encoder_layer_{number}.{other}"
            new.append(Item(key, tuple(1024 * size for size in shape), "float32"))
    return Side("old.pth", "checkpoint", tuple(old)), Side("new", "model", tuple(new))


def compared(folder: Path, keys: int, runs: int) -> Iterator[Row]:
    """Two files of one network, and two whose every tensor has another size."""
    paths = [folder / name for name in ("old.pth", "same.pth", "wider.pth")]
    for path, width in zip(paths, (10, 10, 12)):
        subprocess.run([sys.executable, "-c", WRITE, str(path), str(keys), str(width)], check=True)
    old, same, wider = paths
    for name, other, work in (
        ("diff of two {} key files, times opening both", same, compare),
        ("the same when every size differs", wider, compare),
        ("the same with causes", wider, explain),
    ):
        opening, whole = in_turns(
            runs, lambda o=other: opened(old, o), lambda o=other, w=work: w(*sides(old, o)), uncounted=1
        )
        detail = f"{whole:.2f} s against {opening:.2f} s"
        goal = "< 1.5" if work is compare else ""
        yield Row(name.format(f"{keys:,}"), goal, whole / opening, detail)


def opened(*paths: Path) -> list[Checkpoint]:
    return [open_checkpoint(str(path)) for path in paths]


def sides(*paths: Path) -> tuple[Side, Side]:
    a, b = (of_checkpoint(checkpoint) for checkpoint in opened(*paths))
    return a, b


def median_of(work: Callable[[], object], runs: int) -> float:
    return in_turns(runs, work, uncounted=1)[0]


if __name__ == "__main__":
    sys.exit(main())
