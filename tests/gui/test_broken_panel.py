"""An error of the program while a panel is made or filled: the tab says so, offers ways on, and all others go on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.open_page import OpenPage
from inspector.gui.own_pages import LOG, show
from inspector.gui.panels.broken_panel import BrokenPanel
from inspector.gui.panels.crash_panel import CrashPanel
from inspector.gui.panels.inspect_panel import InspectPanel

PANELS = "inspector.gui.panels"
BROKEN = {
    "made": f"{PANELS}.inspect_panel:InspectPanel.__init__",
    "file": f"{PANELS}.inspect_panel:TreeSide",
    "comparison": "inspector.gui.comparing.compare_side:CompareSide.show_found",
    "fit": f"{PANELS}.fit_panel:FitPanel._refresh",
    "run": f"{PANELS}.run_panel:RunPanel._lay_out",
    "conversion": f"{PANELS}.convert_panel:ConvertPanel._lay_out",
    "series": f"{PANELS}.series_panel:SeriesPanel._connected",
    "error": f"{PANELS}.error_panel:ErrorSide",
    "log": f"{PANELS}.log_panel:LogPanel.__init__",
}
"""What raises, by the page that is opened."""


@pytest.fixture
def caught(inspector: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The errors of the program, which its last resort has; former hooks say nothing."""
    seen: list[str] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _trace: seen.append(str(error)))
    inspector.last_resort.install()
    yield seen
    inspector.last_resort.remove()


def raising(*_args: object, **_named: object) -> None:
    raise ValueError("a bug of ours")


def break_(patch: pytest.MonkeyPatch, name: str) -> None:
    """Has what bears this name raise an error."""
    module, _, inside = name.partition(":")
    *parts, last = inside.split(".")
    owner: object = import_module(module)
    for part in parts:
        owner = getattr(owner, part)
    patch.setattr(owner, last, raising)


def opened(inspector: Application, kind: str, samples: Path) -> OpenPage:
    """A new page of this kind, looked at."""
    session, path = inspector.session, str(samples / "checkpoint_epoch2.pth")
    opening: dict[str, Callable[[], object]] = {
        "comparison": lambda: session.compare(path, str(samples / "fashion_classifier.pt")),
        "fit": lambda: session.fit(path),
        "run": lambda: session.run(path),
        "conversion": lambda: session.convert(path),
        "series": lambda: session.show_series(str(samples / f"checkpoint_epoch{epoch}.pth") for epoch in (0, 2, 4)),
        "error": lambda: session.explain("Error(s) in loading state_dict for Net:"),
        "log": lambda: show(session, LOG),
    }
    opening.get(kind, lambda: session.open([path]))()
    assert session.current is not None
    return session.current


def broken(qtbot: QtBot, inspector: Application, page: OpenPage) -> BrokenPanel:
    """What stands in the tab of the page once it says that it cannot be shown."""
    qtbot.waitUntil(lambda: isinstance(inspector.window.panels.get(page), BrokenPanel))
    panel = inspector.window.panels[page]
    assert isinstance(panel, BrokenPanel)
    return panel


def press(panel: BrokenPanel, text: str) -> None:
    next(each for each in panel.findChildren(QPushButton) if each.text().replace("&", "") == text).click()


@pytest.mark.usefixtures("torch_is_loaded")
@pytest.mark.parametrize("kind", BROKEN)
def test_the_tab_says_what_happened_and_can_be_closed(
    qtbot: QtBot, inspector: Application, caught: list[str], samples: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_(monkeypatch, BROKEN[kind])
    page = opened(inspector, kind, samples)
    panel = broken(qtbot, inspector, page)
    assert "ValueError" in panel.told.text()
    qtbot.waitUntil(lambda: isinstance(inspector.window.shown_panel(), CrashPanel))
    assert set(caught) == {"a bug of ours"}
    inspector.session.show(page)
    assert inspector.window.place.pages.currentWidget() is panel
    assert panel.told.isVisible()
    inspector.window.refresh()
    press(panel, "Close Tab")
    assert page not in inspector.session.pages


@pytest.mark.parametrize("kind", ["made", "file"])
def test_trying_again_shows_it_as_it_was_arranged(
    qtbot: QtBot, inspector: Application, caught: list[str], samples: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = opened(inspector, "conversion", samples)
    with monkeypatch.context() as patch:
        break_(patch, BROKEN[kind])
        page = inspector.session.made_file(str(samples / "checkpoint_epoch2.pth"))
        page.arrangement = {"query": "fc"}
        inspector.session.add(page, 0)
        inspector.session.show(page)
        panel = broken(qtbot, inspector, page)
        inspector.session.show(page)
        press(panel, "Try Again")
        page = inspector.session.current
        panel = broken(qtbot, inspector, page)
    inspector.session.show(page)
    inspector.window.actions_["reload"].trigger()
    fresh = inspector.window.shown_panel()
    assert isinstance(fresh, InspectPanel)
    assert inspector.session.pages[:2] == [fresh.page, beside]
    qtbot.waitUntil(lambda: fresh.has_content)
    assert fresh.tree is not None
    assert fresh.tree.search.text() == "fc"
    assert inspector.window.panels[beside].has_content


def test_the_error_is_shown_again_where_its_page_was_closed(
    qtbot: QtBot, inspector: Application, caught: list[str], samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_(monkeypatch, BROKEN["made"])
    page = opened(inspector, "made", samples)
    panel = broken(qtbot, inspector, page)
    qtbot.waitUntil(lambda: isinstance(inspector.window.shown_panel(), CrashPanel))
    inspector.window.panel().close_requested.emit()
    inspector.session.show(page)
    press(panel, "Show the Error")
    shown = inspector.window.shown_panel()
    assert isinstance(shown, CrashPanel)
    assert "a bug of ours" in shown.text.toPlainText()


def test_where_the_page_of_errors_breaks_too_a_dialog_tells_them(
    qtbot: QtBot, inspector: Application, caught: list[str], samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_(monkeypatch, BROKEN["made"])
    break_(monkeypatch, f"{PANELS}.crash_panel:CrashPanel.__init__")
    page = opened(inspector, "made", samples)
    broken(qtbot, inspector, page)
    qtbot.waitUntil(lambda: inspector.last_resort.dialog is not None)
    assert inspector.last_resort.dialog is not None
    qtbot.addWidget(inspector.last_resort.dialog)
    assert "a bug of ours" in inspector.last_resort.dialog.text.toPlainText()
