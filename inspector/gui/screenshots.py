"""Pictures of every panel, taken from a real window that has real files open.

    python -m inspector.gui.screenshots --out DIR [--theme light|dark|both] [FILE ...]

Without files it opens samples, each for what it shows best. Needs no screen: where there is none, the window is
an offscreen one. Prints the path of each picture.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

WIDTH, HEIGHT = 1440, 900
_PATIENCE_MS = 60_000


def main(argv: Sequence[str] | None = None) -> int:
    """Takes the pictures; gives the exit code."""
    asked = _parsed(argv)
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform in ("darwin", "win32")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    out = Path(asked.out)
    out.mkdir(parents=True, exist_ok=True)
    with _what_an_offscreen_window_says_left_out():
        for path in _taken(out, asked.theme, asked.files):
            print(path)
    return 0


@contextmanager
def _what_an_offscreen_window_says_left_out() -> Iterator[None]:
    """Every window of the offscreen platform says that it has no size hints; the rest of Qt's messages stay."""
    from PySide6.QtCore import qInstallMessageHandler

    def say(_kind: object, _context: object, message: str) -> None:
        if not message.startswith("This plugin does not support propagateSizeHints"):
            sys.stderr.write(f"{message}\n")

    before = qInstallMessageHandler(say)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m inspector.gui.screenshots", description="Take pictures of the window's panels."
    )
    parser.add_argument("--out", required=True, help="the folder to write the pictures to")
    parser.add_argument("--theme", choices=("light", "dark", "both"), default="light")
    parser.add_argument("files", nargs="*", metavar="FILE", help="what to open (samples by default)")
    return parser.parse_args(argv)


def _taken(out: Path, theme: str, files: Sequence[str]) -> Iterator[Path]:
    """Takes one picture after the other, and gives where each is."""
    from PySide6.QtWidgets import QApplication

    from .app import Application
    from .settings import Settings

    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        application = Application(app, Settings(folder))  # nobody's settings are seen, or changed
        window = application.window
        window.resize(WIDTH, HEIGHT)
        window.show()
        try:
            for name in ("light", "dark") if theme == "both" else (theme,):
                window.actions_[f"theme_{name}"].trigger()
                yield from _Photographer(application, out, f"-{name}" if theme == "both" else "").take(files)
        finally:
            window.close()
            application.end()


@contextmanager
def _copied(paths: Sequence[str]) -> Iterator[dict[str, str]]:
    """The files by their names, copied to a folder that is called the same on every machine where that is free."""
    folder = Path(tempfile.gettempdir(), "checkpoints")
    try:
        folder.mkdir()
    except OSError:
        folder = Path(tempfile.mkdtemp())
    try:
        yield {Path(path).name: shutil.copy(path, folder) for path in paths}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Photographer:
    """Leads one window from scene to scene."""

    def __init__(self, application, out: Path, suffix: str) -> None:  # type: ignore[no-untyped-def]
        self._application = application
        self._window = application.window
        self._out = out
        self._suffix = suffix

    def take(self, files: Sequence[str]) -> Iterator[Path]:
        self._window.actions_["start"].trigger()
        self._wait(lambda: self._window.place.details.entry is not None)
        yield self._picture("start")
        if files:
            for number, path in enumerate(files, start=1):
                yield from self._scenes_of(path, f"{number}-{Path(path).name}")
        else:
            yield from self._scenes_of_samples()
        self._close_all()
        self._window.actions_["forget"].trigger()

    def _scenes_of(self, path: str, name: str) -> Iterator[Path]:
        """The tree with its largest tensor, and the facts of the file; or the page that says why not."""
        if self._open(path):
            self._choose(self._largest())
            yield self._picture(f"{name}-tree")
            self._window.actions_["show_file"].trigger()
            yield self._picture(f"{name}-file")
            self._window.actions_["show_entry"].trigger()
        else:
            yield self._picture(f"{name}-refused")

    def _scenes_of_samples(self) -> Iterator[Path]:
        from . import resources

        files = [sample.path for sample in resources.samples()]
        code = [path for path in {str(Path(file).parent / "networks.py") for file in files} if os.path.exists(path)]
        with _copied(files + code) as samples:
            yield from self._scenes(samples)
            yield from self._scenes_of_comparing(samples)
            yield from self._scenes_of_converting(samples)
            if code and "network_512_256_128.pth" in samples:
                yield from self._scenes_of_fitting(samples)
                yield from self._scenes_of_running(samples)

    def _scenes(self, samples: dict[str, str]) -> Iterator[Path]:
        for scene, sample, key in (
            ("tree", "fashion_classifier.pt", "state_dict.fc1.weight"),
            ("filters", "resnet_plain.pth", "conv1.weight"),
            ("picture", "picture.pth", "picture"),
            ("nan", "nan.pth", "conv2.weight"),
            ("module", "whole_module.pth", "attention"),
            ("damage", "truncated.pth", "layer1.0.conv1.weight"),
        ):
            if sample in samples and self._open(samples[sample]):
                self._choose(key)
                yield self._picture(scene)
        if "hostile.pth" in samples and self._open(samples["hostile.pth"]):
            self._window.actions_["show_file"].trigger()
            self._settle()
            facts = self._window.place.details.facts
            facts.ensureWidgetVisible(facts.globals_table)
            yield self._picture("file-facts")
            self._window.actions_["show_entry"].trigger()
        if "resnet_plain.pth" in samples and self._open(samples["resnet_plain.pth"]):
            self._window.tree().search.setText("*.weight dims:4")
            self._wait(lambda: bool(self._window.tree().count.text()))
            yield self._picture("search")
            self._window.tree().search.clear()

    def _scenes_of_comparing(self, samples: dict[str, str]) -> Iterator[Path]:
        """Two files of other widths with a cause set off, and two of one training with a tensor shown closely."""
        self._close_all()
        for scene, names, key in (
            ("compare", ("network_512_256_128.pth", "network_400_200_100.pth"), ""),
            ("values", ("checkpoint_epoch0.pth", "checkpoint_epoch4.pth"), "fc.weight"),
        ):
            if any(name not in samples for name in names):
                continue
            self._application.session.compare(*(samples[name] for name in names))
            panel = self._window.panel()
            self._wait(lambda panel=panel: panel.comparison.is_measured and not panel.comparison.is_busy)
            self._wait(lambda panel=panel: panel.pane is not None)
            if key:
                panel.choose_key(key)
            else:
                panel.content.causes.choose(panel.content.causes.lines[0].cause)
            yield self._picture(scene)

    def _scenes_of_converting(self, samples: dict[str, str]) -> Iterator[Path]:
        """The weights of a training checkpoint in half their bytes."""
        if "checkpoint_epoch4.pth" not in samples:
            return
        self._close_all()
        self._application.session.convert(samples["checkpoint_epoch4.pth"])
        conversion = self._application.session.current
        self._wait(lambda: conversion.foreseen is not None)
        conversion.wish_for(dtype="bfloat16", format="safetensors")
        self._wait(lambda: conversion.foreseen is not None)
        yield self._picture("convert")

    def _scenes_of_fitting(self, samples: dict[str, str]) -> Iterator[Path]:
        """A file and a class that misfit, a file that is mended, and the error of the first as text. Needs torch."""
        self._close_all()
        arguments = {"hidden_layers": [400, 200, 100]}
        fit = self._fit(samples["network_512_256_128.pth"], f"{samples['networks.py']}:Network", arguments)
        if fit is None:
            return
        story = self._window.panel().story
        story.causes.choose(fit.case.causes[0])
        yield self._picture("fit")
        message = fit.verdict.message
        fit = self._fit(samples["vit_other_names.pth"], f"{samples['networks.py']}:VisionTransformer")
        fit.case.tick_all()
        self._wait(lambda: fit.case.steps and fit.verdict is not None)
        yield self._picture("mend")
        self._application.session.explain(message)
        error = self._application.session.current
        self._wait(lambda: error.case.outcome is not None)
        yield self._picture("error")

    def _scenes_of_running(self, samples: dict[str, str]) -> Iterator[Path]:
        """Before the start, in the last of three epochs, and what a test said. Needs torch."""
        from .fitting.chosen_model import TRUSTED

        self._close_all()
        self._application.settings.list_first(TRUSTED, samples["networks.py"])  # what comes with the program
        self._application.session.run(samples["fashion_classifier.pt"])
        run = self._application.session.current
        self._wait(lambda: not run.is_busy and (run.rehearsal is not None or run.error or run.looking.error))
        if run.rehearsal is None:
            return
        yield self._picture("run-setup")
        run.start()
        self._wait(lambda: run.error or run.trained or (len(run.record.ends) == 2 and run.record.epoch == 6))
        yield self._picture("run-live", still=False)
        self._wait(lambda: run.error or run.trained)
        run.test_all()
        self._wait(lambda: not run.is_busy)
        yield self._picture("run-results")

    def _fit(self, path: str, model: str, arguments: dict[str, object] | None = None):  # type: ignore[no-untyped-def]
        """The page that holds a file against a model, once torch was asked; None where the model cannot be had."""
        from .fitting.chosen_model import TRUSTED

        self._application.settings.list_first(TRUSTED, model.rpartition(":")[0])  # what comes with the program
        self._application.session.fit(path, model=model)
        fit = self._application.session.current
        self._wait(lambda: fit.checkpoint is not None and fit.chosen.choice is not None and not fit.is_busy)
        if arguments:
            fit.chosen.set_arguments(arguments)
        self._wait(lambda: not fit.is_busy and (fit.verdict is not None or fit.chosen.model is None))
        return fit if fit.chosen.model is not None else None

    def _close_all(self) -> None:
        for page in list(self._application.session.pages):
            self._application.session.close(page)

    def _open(self, path: str) -> bool:
        """Opens a file and waits until it is measured; False when it is refused."""
        self._application.session.open([path])
        file = self._application.session.current
        self._wait(lambda: file.contents is not None or file.error is not None)
        self._wait(lambda: file.contents is None or (not file.is_busy and self._is_measured(file)))
        return file.contents is not None

    def _is_measured(self, file) -> bool:  # type: ignore[no-untyped-def]
        return -1 in file.statistics or not file.contents.outline.total_tensors or bool(file.statistics)

    def _choose(self, key: str) -> None:
        self._window.panel().choose_key(key)
        self._window.tree().view.setFocus()

    def _largest(self) -> str:
        """The key of the tensor with the most bytes."""
        outline = self._window.file().contents.outline
        leaves = [row for row in range(len(outline)) if outline.ends[row] == row + 1]
        return str(outline.key(max(leaves, key=lambda row: outline.nbytes[row]))) if leaves else ""

    def _picture(self, name: str, *, still: bool = True) -> Path:
        """Takes one, once nothing runs any more; where something is to run on it, with `still` False at once."""
        from .jobs import is_anything_running

        self._settle()
        self._wait(lambda: not still or not is_anything_running())
        self._settle()
        path = self._out / f"{name}{self._suffix}.png"
        self._window.grab().save(str(path))
        return path

    def _settle(self) -> None:
        """Lets everything that waits in the queue of events happen, and what that brings about."""
        for _ in range(20):
            self._application.app.processEvents()

    def _wait(self, condition: Callable[[], bool]) -> None:
        """Lets the window live until the condition holds. Raises TimeoutError when it never does."""
        from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer

        deadline, loop = QDeadlineTimer(_PATIENCE_MS), QEventLoop()
        timer = QTimer(interval=20)
        timer.timeout.connect(lambda: loop.quit() if condition() or deadline.hasExpired() else None)
        timer.start()
        loop.exec()
        timer.stop()
        if not condition():
            raise TimeoutError("The window did not come to show what was to be photographed.")


if __name__ == "__main__":
    sys.exit(main())
