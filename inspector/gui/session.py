"""What is open: the pages in the order of their tabs, and which of them is looked at.

The only object that changes. Panels call its methods and those of its pages, and listen to their signals; they
never call each other and never start threads.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from .arranging.open_later import OpenLater
from .jobs import wait_for_all
from .measuring_limit import limit
from .open_file import OpenFile
from .open_page import OpenPage
from .running.run_queue import RunQueue
from .settings import Settings

if TYPE_CHECKING:
    from ..checkpoint.entries import Checkpoint
    from .comparison import OpenComparison
    from .converting.open_conversion import OpenConversion
    from .fitting.open_error import OpenError
    from .fitting.open_fit import OpenFit
    from .running.open_run import OpenRun
    from .series.open_series import OpenSeries

MOST_TABS_AT_ONCE = 2
"""More files than this, opened at once, are looked at as one training, if they are one."""


class Session(QObject):
    """The open pages of one window."""

    added = Signal(object)
    """An `OpenPage` that was not there before; what it shows is being read."""
    removed = Signal(object)
    """An `OpenPage` that was closed."""
    replaced = Signal(object, object)
    """An `OpenPage`, and the one that took its place."""
    moved = Signal()
    """The pages are in another order."""
    shown = Signal(object)
    """The `OpenPage` that is looked at now, None for the start page."""
    broken = Signal(object)
    """An exception that is an error of this program."""

    def __init__(self, settings: Settings, parent: QObject | None = None, *, in_process: bool = False) -> None:
        """`in_process`: runs are driven inside the window's process, and not in a child."""
        super().__init__(parent)
        self.settings = settings
        self.in_process = in_process
        self.queue = RunQueue(self)
        """The trainings of this window, of which one goes at a time."""
        self.pages: list[OpenPage] = []
        self.current: OpenPage | None = None

    @property
    def files(self) -> list[OpenFile]:
        """The pages that are a single file."""
        return [page for page in self.pages if isinstance(page, OpenFile)]

    def open(self, paths: Iterable[str]) -> None:
        """Opens each of these, and shows the first; one that is open already is only shown."""
        first: OpenPage | None = None
        for path in paths:
            file: OpenPage | None = self._find(path)
            if file is None and os.path.isdir(path) and _holds_checkpoints(path):
                file = self._series([path])
            elif file is None:
                file = self.made_file(path)
                self.add(file)
            first = first or file
        if first is not None:
            self.show(first)

    def take(self, paths: Iterable[str]) -> None:
        """Opens these, which were chosen together: several files of one training as that, others each by itself."""
        paths = list(paths)
        if len(paths) > MOST_TABS_AT_ONCE and not any(map(os.path.isdir, paths)):
            self.show_series(paths)
        else:
            self.open(paths)

    def show_series(self, paths: Iterable[str]) -> None:
        """Shows the checkpoints of a training over its epochs: those in a folder, or these files. Where the files turn
        out to be of no one training, each is opened by itself."""
        self.show(self._series(list(paths)))

    def compare(self, path_a: str, path_b: str) -> None:
        """Holds two files against each other in a tab of their own; one that is there already is only shown."""
        from .comparison import OpenComparison

        paths = os.path.abspath(path_a), os.path.abspath(path_b)
        found = (page for page in self.pages if isinstance(page, OpenComparison) and page.paths == paths)
        page = next(found, None)
        if page is None:
            page = self.made_comparison(*paths)
            self.add(page)
        self.show(page)

    def fit(self, path: str, *, model: str = "") -> None:
        """Fits the checkpoint `path` to a model in a tab of its own; it is not read again where it is open."""
        page = self.made_fit(path, model=model)
        self.add(page)
        self.show(page)

    def run(self, path: str, *, fit: OpenFit | None = None) -> None:
        """Trains on from the checkpoint `path` in a tab of its own, with the model and the mending steps of `fit`."""
        page = self.made_run(path, fit=fit)
        self.add(page)
        self.show(page)

    def convert(self, path: str, *, salvage: bool = False) -> None:
        """Makes another file of `path` in a tab of its own; `salvage`: of what is whole in it."""
        page = self.made_conversion(path, salvage=salvage)
        self.add(page)
        self.show(page)

    def test_all(self, paths: list[str]) -> None:
        """Tests these checkpoints of one training, in a tab of their own, as soon as their model can be had."""
        page = self.made_run(paths[-1])
        self.add(page)
        self.show(page)
        page.test_when_able(tuple(paths))

    def explain(self, text: str = "") -> None:
        """Explains the text of an error in a tab of its own."""
        page = self.made_error(text)
        self.add(page)
        self.show(page)

    # Pages that are made, and not added yet

    def made_file(self, path: str) -> OpenFile:
        """A page for one file."""
        page = OpenFile(path, self)
        page.automatic = limit(self.settings)
        page.opened.connect(lambda: self.settings.remember(page.path))
        return page

    def made_comparison(self, path_a: str, path_b: str) -> OpenComparison:
        """A page for two files."""
        from .comparison import OpenComparison

        page = OpenComparison(path_a, path_b, self)
        page.compared.connect(lambda: [self.settings.remember(path) for path in reversed(page.paths)])
        return page

    def made_fit(self, path: str, *, model: str = "") -> OpenFit:
        """A page for a checkpoint and a model."""
        from .fitting.open_fit import OpenFit

        page = OpenFit(path, self.settings, self, checkpoint=self._known(path), model=model)
        page.opened.connect(lambda: self.settings.remember(page.path))
        return page

    def made_run(self, path: str, *, fit: OpenFit | None = None) -> OpenRun:
        """A page for a checkpoint that is trained on."""
        from .running.open_run import OpenRun

        known = fit.checkpoint if fit is not None else self._known(path)
        page = OpenRun(
            path, self.settings, self, checkpoint=known, fit=fit, in_process=self.in_process, queue=self.queue
        )
        page.opened.connect(lambda: self.settings.remember(page.path))
        return page

    def made_conversion(self, path: str, *, salvage: bool = False) -> OpenConversion:
        """A page for a checkpoint that is to become another file."""
        from .converting.open_conversion import OpenConversion

        page = OpenConversion(path, self, checkpoint=self._known(path), salvage=salvage)
        page.opened.connect(lambda: self.settings.remember(page.path))
        return page

    def made_series(self, paths: list[str]) -> OpenSeries:
        """A page for the checkpoints of a training: those in a folder, or these files."""
        from .series.open_series import OpenSeries

        page = OpenSeries(paths, self, only_one=len(paths) > 1)
        page.apart.connect(lambda: self._open_apart(page))
        if len(page.paths) == 1:  # a folder; while it is followed it is not opened anew
            page.found.connect(lambda: self.settings.remember(page.paths[0]) if page.series is None else None)
        return page

    def made_error(self, text: str) -> OpenError:
        """A page for the text of an error."""
        from .fitting.open_error import OpenError

        return OpenError(text, self)

    # What is open

    def add(self, page: OpenPage, place: int | None = None) -> None:
        """Takes in a new page, at the end or at a place, and has it read; `show` looks at it."""
        page.broken.connect(self.broken)
        self.pages.insert(len(self.pages) if place is None else place, page)
        self.added.emit(page)
        page.open()

    def reorder(self, pages: list[OpenPage]) -> None:
        """Puts the pages, all of them, in this order."""
        if pages != self.pages:
            self.pages[:] = pages
            self.moved.emit()

    def show(self, page: OpenPage | None) -> None:
        """Looks at this page; None: at the start page. One that was closed meanwhile is passed over."""
        if isinstance(page, OpenLater):
            page = self._wake(page)
        if page is not self.current and (page is None or page in self.pages):
            self.current = page
            self.shown.emit(page)

    def close(self, page: OpenPage) -> None:
        """Closes a page, and shows its neighbour."""
        place = self.pages.index(page)
        self.pages.remove(page)
        if page is self.current:
            self.show(self.pages[min(place, len(self.pages) - 1)] if self.pages else None)
        page.close()
        self.removed.emit(page)
        page.deleteLater()

    def renew(self, page: OpenPage) -> None:
        """Puts a new page of the same in the place of one that could not be shown, and has it read; one that cannot
        be made again is shown anew."""
        from .recipes import page_of

        recipe, is_current = page.recipe(), page is self.current
        fresh = page_of(recipe, self) if recipe is not None else None
        if is_current:
            self.current = None  # `show` passes over what is current, and the same page may be shown anew
        if fresh is not None:
            page.close()
            self._put(page, fresh)
        else:
            self.replaced.emit(page, page)
            page.open()
        if is_current:
            self.show(fresh or page)

    def _wake(self, later: OpenLater) -> OpenPage:
        """Puts the page that was meant where the placeholder is, and has it read."""
        from .recipes import page_of

        page = page_of(later.recipe(), self)
        if page is None:  # of a newer version, or not written by us
            return later
        self._put(later, page)
        return page

    def _put(self, former: OpenPage, page: OpenPage) -> None:
        """Puts a page in the place of another one, arranged like it, and has it read."""
        page.arrangement = former.arrangement
        page.broken.connect(self.broken)
        self.pages[self.pages.index(former)] = page
        self.replaced.emit(former, page)
        former.deleteLater()
        page.open()

    def check_disk(self) -> None:
        """Looks whether any file changed on disk."""
        for page in self.pages:
            page.check_disk()

    def end(self) -> None:
        """Stops everything that runs, and waits for it. For the closing of the window."""
        self.queue.hold()  # nobody who waits is to begin now
        for page in self.pages:
            page.close()
        wait_for_all()
        self.settings.save()

    def _series(self, paths: list[str]) -> OpenPage:
        """The page of this training, which is added where there is none."""
        from .series.open_series import OpenSeries

        page = self.made_series(paths)
        known = (each for each in self.pages if isinstance(each, OpenSeries) and each.paths == page.paths)
        found = next(known, None)
        if found is None:
            self.add(page)
        return found or page

    def _open_apart(self, page: OpenSeries) -> None:
        """What looked like one training is none: a tab for each file instead."""
        if page in self.pages:
            paths = page.paths
            self.close(page)
            self.open(paths)

    def _find(self, path: str) -> OpenFile | None:
        """The page of a file that is open; one that came back and is not read yet is read."""
        recipe = {"kind": "file", "path": os.path.abspath(path)}
        for page in self.pages:
            if isinstance(page, OpenLater) and page.recipe() == recipe:
                page = self._wake(page)
            if isinstance(page, OpenFile) and page.path == recipe["path"]:
                return page
        return None

    def _known(self, path: str) -> Checkpoint | None:
        """The checkpoint, where it is open already."""
        path = os.path.abspath(path)
        known = (file.contents for file in self.files if file.path == path)
        return next((contents.checkpoint for contents in known if contents is not None), None)


def _holds_checkpoints(folder: str) -> bool:
    """Whether there is a checkpoint in a folder that is none itself: perhaps the first of a training."""
    from ..errors import FileError
    from ..series.finding import listed

    try:
        found = listed(folder)
    except FileError:
        return False
    is_one = any(each.path == folder or each.name.endswith(".index.json") for each in found)
    return bool(found) and not is_one
