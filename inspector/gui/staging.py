"""Brings a real window to each of its pages with the samples: for the pictures, and for whoever walks through it all.

    with copied() as samples:
        stage = Stage(application, samples)
        stage.show("fit")

A scene stands for itself: it can be shown after any other one, and it shows the same whichever that was.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDeadlineTimer, QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from . import own_pages, resources
from .app import Application
from .jobs import is_anything_running
from .recents.describing import Describing

_PATIENCE_MS = 60_000
_CODE = "networks.py"
_ERROR = """RuntimeError: Error(s) in loading state_dict for Network:
\tMissing key(s) in state_dict: "output.weight".
\tUnexpected key(s) in state_dict: "module.output.weight".
\tsize mismatch for hidden.weight: copying a param with shape torch.Size([512, 784]) from checkpoint, \
the shape in current model is torch.Size([400, 784])."""
_CRASH = """Traceback (most recent call last):
  File "inspector/gui/open_file.py", line 1, in open
ZeroDivisionError: division by zero
"""


@contextmanager
def copied() -> Iterator[dict[str, str]]:
    """The samples by their names, copied to a folder that is called the same on every machine where that is free."""
    files = [sample.path for sample in resources.samples()]
    code = {str(Path(file).with_name(_CODE)) for file in files}
    folder = Path(tempfile.gettempdir(), "checkpoints")
    try:
        folder.mkdir()
    except OSError:
        folder = Path(tempfile.mkdtemp())
    try:
        yield {Path(path).name: shutil.copy(path, folder) for path in (*files, *filter(os.path.exists, code))}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Stage:
    """One window, and its scenes by their names."""

    def __init__(
        self,
        application: Application,
        samples: dict[str, str],
        *,
        trained_on: int = 0,
        trained_for: int = 0,
        describing: Describing | None = None,
    ) -> None:
        """`trained_on`: so many samples are made to train on, where it is to go fast; 0: as many as by itself.

        `trained_for`: so many epochs, where it is not to end by itself while it is looked at; 0: as many as by itself.
        `describing` notes what the recent files are, where that is to be seen.
        """
        self.application = application
        self.window = application.window
        self._samples = samples
        self._trained_on, self._trained_for = trained_on, trained_for
        self._describing = describing
        self.dialog: QDialog | None = None
        """The dialog of this scene."""
        self.scenes: dict[str, Callable[[], object]] = {
            "start": self._start,
            "start-recent": self._start_with_recent_files,
            "tree": lambda: self._entry("fashion_classifier.pt", "state_dict.fc1.weight"),
            "values-page": lambda: self._entry("fashion_classifier.pt", "state_dict.fc1.weight", page=1),
            "storage": lambda: self._entry("fashion_classifier.pt", "state_dict.fc1.weight", page=2),
            "group": lambda: self._entry("fashion_classifier.pt", "state_dict"),
            "value": lambda: self._entry("fashion_classifier.pt", "epoch"),
            "filters": lambda: self._entry("resnet_plain.pth", "conv1.weight"),
            "picture": lambda: self._entry("picture.pth", "picture"),
            "nan": lambda: self._entry("nan.pth", "conv2.weight"),
            "module": lambda: self._entry("whole_module.pth", "attention"),
            "damage": lambda: self._entry("truncated.pth", "layer1.0.conv1.weight"),
            "file-facts": self._file_facts,
            "search": self._search,
            "refused": self._refused,
            "compare": self._compare,
            "values": self._values,
            "series": lambda: self._series(0),
            "series-table": lambda: self._series(1),
            "convert": self._convert,
            "fit-empty": lambda: self._fit("network_512_256_128.pth", ""),
            "fit": self._misfit,
            "mend": self._mend,
            "error": lambda: self._error(_ERROR),
            "error-empty": lambda: self._error(""),
            "run-setup": self._run_setup,
            "run-live": self._run_live,
            "run-results": self._run_results,
            "settings": lambda: own_pages.show(self.application.session, own_pages.SETTINGS),
            "log": lambda: own_pages.show(self.application.session, own_pages.LOG),
            "crash": self._crash,
            "palette": lambda: self._trigger("palette"),
            **{f"tour-{number}": lambda number=number: self._tour(number) for number in range(1, 6)},  # type: ignore[misc]
            "search-help": lambda: self._dialog("search_help"),
        }

    def show(self, name: str) -> None:
        """Shows a scene, and nothing of another. Raises TimeoutError where it never comes.

        What needs torch shows how it is without, where it is not there.
        """
        if not name.startswith("run-"):
            self.clear()
        self.scenes[name]()
        self.settle()
        if name != "run-live":
            self.wait(lambda: not is_anything_running())
            self.settle()

    @property
    def front(self) -> QWidget:
        """What has the keyboard in this scene: the dialog, what lies over the window, or the window."""
        over = (each for each in self.window.findChildren(QWidget) if each.objectName() in ("palette", "card"))
        return self.dialog or next((each for each in over if each.isVisible()), self.window)

    def clear(self) -> None:
        """Closes whatever is open."""
        if self.dialog is not None:
            self.dialog.close()
            self.dialog = None
        if self.front.objectName() == "palette":
            self.front.close()
        guide = self.window.commands.program.guide
        if guide is not None:
            guide.end()
        for page in list(self.application.session.pages):
            self.application.session.close(page)
        self.application.settings.forget_recents()
        self.application.settings.choose("tour", "new")
        self.window.fill_start()
        self.settle()

    def open(self, path: str) -> bool:
        """Opens a file and waits until it is measured; False when it is refused."""
        self.application.session.open([path])
        file = self.window.file()
        self.wait(lambda: file.contents is not None or file.error is not None)
        self.wait(lambda: file.contents is None or (not file.is_busy and _is_measured(file)))
        return file.contents is not None

    def choose(self, key: str) -> None:
        """Chooses a key of the open file."""
        self.window.inspect_panel().choose_key(key)
        self.window.tree().view.setFocus()

    # Scenes

    def _start(self) -> None:
        self._trigger("start")
        self.wait(lambda: self.window.slices.are_done)

    def _start_with_recent_files(self) -> None:
        for name in ("picture.pth", "resnet_plain.pth", "fashion_classifier.pt"):
            self.open(self._samples[name])
        self.wait(lambda: self._describing is None or not self._describing.is_busy)
        self._trigger("start")
        self.wait(lambda: not is_anything_running())

    def _entry(self, sample: str, key: str, page: int = 0) -> None:
        self.open(self._samples[sample])
        self.wait(lambda: self.window.place.details.entry is not None)
        self._trigger("show_entry")
        self.choose(key)
        details = self.window.place.details.entry
        assert details is not None
        if key.endswith(("weight", "picture")):
            details.tensor_page.tabs.setCurrentIndex(page)

    def _file_facts(self) -> None:
        self.open(self._samples["hostile.pth"])
        self.wait(lambda: self.window.place.details.facts is not None)
        self._trigger("show_file")
        self.settle()
        facts = self.window.place.details.facts
        assert facts is not None
        facts.ensureWidgetVisible(facts.globals_table)

    def _search(self) -> None:
        self._entry("resnet_plain.pth", "layer1.0.conv1.weight")
        self.window.tree().search.setText("*.weight dims:4")
        self.wait(lambda: bool(self.window.tree().count.text()))

    def _refused(self) -> None:
        path = Path(self._samples["picture.pth"]).with_name("words.pth")
        path.write_text("No checkpoint, whatever it is called.\n", "utf-8")
        self.open(str(path))

    def _compare(self) -> None:
        """Two files of other widths, with a cause set off."""
        panel = self._held("network_512_256_128.pth", "network_400_200_100.pth")
        panel.content.causes.choose(panel.content.causes.lines[0].subject)

    def _values(self) -> None:
        """Two files of one training, with a tensor shown closely."""
        self._held("checkpoint_epoch0.pth", "checkpoint_epoch4.pth").choose_key("fc.weight")

    def _held(self, *names: str) -> Any:
        self.application.session.compare(*(self._samples[name] for name in names))
        panel: Any = self.window.panel()
        self.wait(lambda: panel.comparison.is_measured and not panel.comparison.is_busy)
        self.wait(lambda: panel.pane is not None)
        return panel

    def _series(self, view: int) -> None:
        """Three epochs of one training as a film strip with the layer that moved most, or as a table."""
        self.application.session.show_series(self._samples[f"checkpoint_epoch{epoch}.pth"] for epoch in (0, 2, 4))
        page: Any = self.application.session.current
        panel: Any = self.window.panel()
        self.wait(lambda: panel.has_content and page.is_measured and bool(page.stories) and not page.is_busy)
        panel.view.show_view(view)
        moved = (line.subject for line in panel.view.stories.lines if line.subject.kind == "moved")
        panel.view.stories.choose(next(moved, None))

    def _convert(self) -> None:
        """The weights of a training checkpoint in half their bytes."""
        self.application.session.convert(self._samples["checkpoint_epoch4.pth"])
        conversion: Any = self.application.session.current
        self.wait(lambda: conversion.foreseen is not None)
        conversion.wish_for(dtype="bfloat16", format="safetensors")
        self.wait(lambda: conversion.foreseen is not None)

    def _misfit(self) -> None:
        """A file and a class that do not fit. Needs torch, as all that follows."""
        fit = self._fit("network_512_256_128.pth", "Network", {"hidden_layers": [400, 200, 100]})
        if fit.case.causes:
            panel: Any = self.window.panel()
            panel.story.causes.choose(fit.case.causes[0])

    def _mend(self) -> None:
        fit = self._fit("vit_other_names.pth", "VisionTransformer")
        if fit.chosen.model is not None:
            fit.case.tick_all()
            self.wait(lambda: fit.case.steps and fit.verdict is not None)

    def _fit(self, sample: str, model: str, arguments: dict[str, object] | None = None) -> Any:
        """The page that holds a sample against a class beside it, once torch was asked."""
        self._trust()
        model = f"{self._samples[_CODE]}:{model}" if model else ""
        self.application.session.fit(self._samples[sample], model=model)
        fit: Any = self.application.session.current
        self.wait(lambda: fit.checkpoint is not None and not fit.is_busy)
        if model:
            self.wait(lambda: fit.chosen.choice is not None and not fit.is_busy)
            if arguments:
                fit.chosen.set_arguments(arguments)
            self.wait(lambda: not fit.is_busy and (fit.verdict is not None or fit.chosen.model is None))
        return fit

    def _error(self, text: str) -> None:
        self.application.session.explain(text)
        error: Any = self.application.session.current
        self.wait(lambda: not text or error.case.outcome is not None)

    def _run_setup(self) -> None:
        self.clear()
        self._trust()
        self.application.session.run(self._samples["fashion_classifier.pt"])
        run = self._run
        self.wait(lambda: run.checkpoint is not None or run.error)  # which fills what is chosen
        if self._trained_on:
            run.setup.set(data=run.setup.data._replace(size=self._trained_on))
        if self._trained_for:
            run.setup.set(more_epochs=self._trained_for)
        self.wait(lambda: not run.is_busy and (run.rehearsal is not None or run.error or run.looking.error))

    def _run_live(self) -> None:
        """In the last of three epochs."""
        if getattr(self._run, "rehearsal", None) is None or self._run.record is not None:
            self._run_setup()
        run = self._run
        if run.rehearsal is not None:
            self.wait(lambda: run.can_start)
            run.start()
            self.wait(lambda: run.error or run.trained or (len(run.record.ends) >= 2 and run.record.epoch >= 6))

    def _run_results(self) -> None:
        if getattr(self._run, "record", None) is None:
            self._run_live()
        run = self._run
        if run.rehearsal is not None:
            if self._trained_for:
                run.stop_soon()
            self.wait(lambda: run.error or run.trained)
            run.test_all()
            self.wait(lambda: not run.is_busy)

    @property
    def _run(self) -> Any:
        return self.application.session.current

    def _trust(self) -> None:
        from .fitting.chosen_model import TRUSTED

        self.application.settings.list_first(TRUSTED, self._samples[_CODE])  # what comes with the program

    def _crash(self) -> None:
        self.application.last_resort.reports.reports.clear()  # one that was seen already would only be counted
        self.application.last_resort.report_text(_CRASH)

    def _tour(self, number: int) -> None:
        self._trigger("tour")
        guide = self.window.commands.program.guide
        assert guide is not None and guide.overlay is not None
        for _ in range(number - 1):
            guide.overlay.stepped.emit(1)
            self.wait(lambda: not is_anything_running())

    def _dialog(self, name: str) -> None:
        """Shows the dialog of an action."""
        before = set(QApplication.topLevelWidgets())
        self._trigger(name)
        dialogs = [each for each in QApplication.topLevelWidgets() if each not in before and isinstance(each, QDialog)]
        self.dialog = dialogs[0] if dialogs else None

    def _trigger(self, name: str) -> None:
        self.window.actions_[name].trigger()

    # Waiting

    def settle(self) -> None:
        """Lets everything that waits in the queue of events happen, and what that brings about."""
        for _ in range(20):
            QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # type: ignore[call-overload]

    def wait(self, condition: Callable[[], object]) -> None:
        """Lets the window live until the condition holds. Raises TimeoutError when it never does."""
        deadline, loop = QDeadlineTimer(_PATIENCE_MS), QEventLoop()
        held: list[bool] = []  # whether it did: what it set off may be under way again by now

        def look() -> None:
            if condition():
                held.append(True)
            if held or deadline.hasExpired():
                loop.quit()

        timer = QTimer(interval=20)
        timer.timeout.connect(look)
        timer.start()
        loop.exec()
        timer.stop()
        if not held:
            raise TimeoutError("The window did not come to show what was to be seen.")


def _is_measured(file: Any) -> bool:
    return -1 in file.statistics or not file.contents.outline.total_tensors or bool(file.statistics)


def largest(outline: Any) -> str:
    """The key of the tensor with the most bytes; empty where there is none."""
    leaves: Sequence[int] = [row for row in range(len(outline)) if outline.ends[row] == row + 1]
    return str(outline.key(max(leaves, key=lambda row: outline.nbytes[row]))) if leaves else ""
