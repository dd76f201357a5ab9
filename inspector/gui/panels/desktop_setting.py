"""The setting of whether the file manager opens checkpoints with this program."""

from __future__ import annotations

from collections.abc import Callable, Generator

from ...language import tr
from ..desktop.said import Installed
from ..jobs import LatestJob
from .setting_rows import SettingRow, button


class DesktopSetting:
    """Fills its row: whether it is registered, and a button that does or undoes it."""

    def __init__(self, row: SettingRow, failed: Callable[[object], object]) -> None:
        self._row = row
        self._failed = failed
        self._latest = LatestJob()
        self._line = row.line.text()
        self._is_installed = False
        self.button = button(tr("Se&t Up"), tr("For you alone; it can be taken away again"))
        self.button.clicked.connect(self._press)
        row.add(self.button)

    def refresh(self) -> None:
        """Looks whether it is registered."""
        if not self._latest.is_running:
            self._latest.start(_looking(), self._show, self._refuse)

    def stop(self) -> None:
        self._latest.cancel()

    def _press(self) -> None:
        self.button.setEnabled(False)
        self._latest.start(_changing(install=not self._is_installed), self._show, self._refuse)

    def _show(self, state: Installed) -> None:
        self._is_installed = state.works
        self._row.setVisible(state.is_possible)
        done = tr("A double click on a checkpoint opens it here. Set up for you alone.")
        self._row.say(done if self._is_installed else self._line)
        self.button.setText(tr("&Take Away") if self._is_installed else tr("Se&t Up"))
        self.button.setEnabled(True)

    def _refuse(self, error: Exception) -> None:
        self.button.setEnabled(True)
        self._failed(error)


def _looking() -> Generator[str, None, Installed]:
    yield "looking"
    from ..desktop import installing

    return installing.state()


def _changing(*, install: bool) -> Generator[str, None, Installed]:
    yield "setting up"
    from ..desktop import installing

    installing.install() if install else installing.uninstall()
    return installing.state()
