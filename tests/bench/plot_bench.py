"""How fast the curves of a run are: to append to a million points and redraw them, to zoom, to smooth them anew.

    python tests/bench/plot_bench.py [--points N] [--runs N]

A real window of 1440 x 900 draws offscreen. A redraw is what happens ten times a second during a run: the losses of the
last tenth of a second are added, every plot is given what is seen of its curves, and is painted, at once and in full.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np  # noqa: E402

from tests.bench.figures import Row, table  # noqa: E402

EPOCHS = 100
NEW = 500
"""Losses of a tenth of a second: 5,000 batches a second."""


def main() -> int:
    """Prints the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--points", type=int, default=1_000_000)
    arguments.add_argument("--runs", type=int, default=40)
    asked = arguments.parse_args()
    from PySide6.QtWidgets import QApplication

    app = QApplication([])
    plot = filled(asked.points, app)
    rows = [
        appending(plot, app, asked.points, asked.runs),
        zooming(plot, app, asked.runs),
        pointing(plot, asked.runs),
        smoothing(plot, asked.points),
    ]
    print(table("Curves of a run", rows))
    return 0


def filled(points: int, app):  # type: ignore[no-untyped-def]
    """The plots of a run with so many batches behind it, painted once."""
    from inspector.gui.running.live_plot import LivePlot
    from inspector.workshop.run_words import Batches, EpochEnd

    plot = LivePlot()
    plot.resize(1440, 900)
    plot.show()
    app.processEvents()
    per_epoch = points // EPOCHS
    plot.set_future_rates(1, [0.001 * 0.97**epoch for epoch in range(2 * EPOCHS)])
    plot.start(per_epoch, 1, 0)
    noise = np.random.default_rng(0)
    for epoch in range(1, EPOCHS + 1):
        losses = 2 / epoch + 0.3 * noise.random(per_epoch)
        plot.append_batches(Batches(epoch, 1, tuple(losses.tolist()), 0.001 * 0.97 ** (epoch - 1), 5000.0))
        plot.add_epoch(EpochEnd(epoch, 2 / epoch, 2.2 / epoch, 1 - 1 / (epoch + 1), 0.001, 0.001, 1.0, True))
    repaint(plot)
    return plot


def appending(plot, app, points: int, runs: int) -> Row:  # type: ignore[no-untyped-def]
    from inspector.workshop.run_words import Batches

    noise = np.random.default_rng(1)
    pieces = [tuple(noise.random(NEW).tolist()) for _ in range(runs)]
    places = iter(range(runs))

    def append_and_redraw() -> None:
        at = next(places)
        plot.append_batches(Batches(EPOCHS + 1, 1 + at * NEW, pieces[at], 0.001, 5000.0))
        repaint(plot)

    times = timed(append_and_redraw, runs, app)
    name = f"to append {NEW} losses to {points:,} points and redraw, ms"
    return Row(name, "< 16", 1000 * statistics.median(times), f"longest {1000 * max(times):.1f}")


def zooming(plot, app, runs: int) -> Row:  # type: ignore[no-untyped-def]
    """One turn of the wheel after the other, down to some thousand batches."""

    def zoom() -> None:
        plot._zoom(0.85)
        repaint(plot)

    plot.set_follow(True)
    times = timed(zoom, runs, app)
    plot.set_follow(True)
    repaint(plot)
    return Row("to zoom and redraw, ms", "", 1000 * statistics.median(times), f"longest {1000 * max(times):.1f}")


def pointing(plot, runs: int) -> Row:  # type: ignore[no-untyped-def]
    """The pointer moves across the plots; only the crosshair is painted anew, and what it says."""
    places = iter(np.linspace(1.0, EPOCHS, runs))

    def point() -> None:
        plot.pointer.point_at(float(next(places)))

    times = timed(point, runs)
    return Row("to read what lies under the pointer, ms", "", 1000 * statistics.median(times))


def smoothing(plot, points: int) -> Row:  # type: ignore[no-untyped-def]
    times = timed(lambda: plot.run.smooth_over(200), 5)
    return Row(f"to average {points:,} losses over another window, ms", "", 1000 * statistics.median(times))


def repaint(plot) -> None:  # type: ignore[no-untyped-def]
    """Draws and paints every plot now, all of it."""
    plot.redraw()
    for pane in plot.panes:
        if pane.isVisible():
            pane.viewport().repaint()


def timed(act: Callable[[], object], runs: int, app=None) -> list[float]:  # type: ignore[no-untyped-def]
    """Seconds of each run; what it left to be done later is done outside of them."""
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - started)
        if app is not None:
            app.processEvents()
    return seconds


if __name__ == "__main__":
    sys.exit(main())
