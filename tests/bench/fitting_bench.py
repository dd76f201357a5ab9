"""How fast a fit follows: from saving a class to the redrawn comparison, and how the window fares meanwhile.

    python tests/bench/fitting_bench.py [--runs N]

A real window, a real child, a class of three layers in a file of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication  # noqa: E402

from tests.bench.figures import Row, table  # noqa: E402
from tests.bench.window_bench import Gaps, run_for, run_until  # noqa: E402

CODE = """
from torch import nn

class Network(nn.Module):
    def __init__(self):
        super().__init__()
        widths = {widths}
        self.hidden_layers = nn.ModuleList(nn.Linear(*pair) for pair in zip(widths, widths[1:]))
        self.output = nn.Linear(widths[-1], 10)
"""
FITTING, MISFITTING = [784, 512, 256, 128], [784, 400, 200, 100]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=9)
    asked = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="fitting-bench-"))
    os.environ["CHECKPOINT_INSPECTOR_SETTINGS"] = str(folder / "settings")
    try:
        rows = in_one_window(folder, asked.runs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(table("Fitting", rows))
    return 0


def in_one_window(folder: Path, runs: int) -> list[Row]:
    """The first model, for which torch is imported, and then the same class saved again and again."""
    from PySide6.QtWidgets import QApplication

    from inspector.gui.app import SWITCH_INTERVAL, Application
    from inspector.gui.collecting import Collecting
    from inspector.gui.fitting.chosen_model import TRUSTED

    sys.setswitchinterval(SWITCH_INTERVAL)
    code = folder / "nets.py"
    code.write_text(CODE.format(widths=MISFITTING))
    application = Application(QApplication([]))
    Collecting()  # as in a window that a person uses
    application.settings.list_first(TRUSTED, str(code))
    application.window.show()
    run_for(2.0)  # plots and pictures are loaded
    checkpoint = ROOT / "sample_checkpoints" / "network_512_256_128.pth"
    started = time.perf_counter()
    application.session.fit(str(checkpoint), model=f"{code}:Network")
    panel = application.window.panel()
    redrawn(panel, "7 lines, 3 causes")
    first = time.perf_counter() - started
    run_for(1.0)
    rows = [Row("first model, torch imported by the child, s", "", first), *saved_again(panel, code, runs)]
    application.window.close()
    return rows


def saved_again(panel, code: Path, runs: int) -> list[Row]:  # type: ignore[no-untyped-def]
    seconds = []
    with Gaps() as gaps:
        for run in range(runs):
            widths, title = ((FITTING, "Fits: every key loads."), (MISFITTING, "7 lines, 3 causes"))[run % 2]
            started = time.perf_counter()
            code.write_text(CODE.format(widths=widths))
            redrawn(panel, title)
            seconds.append(time.perf_counter() - started)
            run_for(0.8)
    detail = f"worst of {runs}: {max(seconds):.2f} s; a file counts as written when it rested for 0.4 s"
    why = "the child forks, imports the file, builds, and torch is asked"
    return [
        Row("saved class to redrawn comparison, small class, warm child, s", "< 2", statistics.median(seconds), detail),
        Row("longest gap of a 5 ms timer meanwhile, ms", "< 50", 1000 * gaps.longest, str(gaps), why),
    ]


def redrawn(panel, title: str) -> None:  # type: ignore[no-untyped-def]
    """Waits until the panel shows this headline, and has painted it."""
    run_until(lambda: panel.story.title == title, 60)
    QCoreApplication.processEvents()


if __name__ == "__main__":
    sys.exit(main())
