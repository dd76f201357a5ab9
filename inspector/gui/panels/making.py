"""Which panel shows which page."""

from __future__ import annotations

from ..actions import Actions
from ..arranging.open_later import OpenLater
from ..open_file import OpenFile
from ..open_page import OpenPage
from ..settings import Settings
from .inspect_panel import InspectPanel
from .page_panel import PagePanel


def panel_for(page: OpenPage, actions: Actions, settings: Settings) -> PagePanel:
    """A new panel for `page`. What a first file does not need is imported when it is first wanted."""
    if isinstance(page, OpenFile):
        return InspectPanel(page, actions, settings)
    if isinstance(page, OpenLater):
        from .later_panel import LaterPanel

        return LaterPanel(page)
    from ..comparison import OpenComparison

    if isinstance(page, OpenComparison):
        from .compare_panel import ComparePanel

        return ComparePanel(page, actions, settings)
    from ..series.open_series import OpenSeries

    if isinstance(page, OpenSeries):
        from .series_panel import SeriesPanel

        return SeriesPanel(page, settings)
    from ..fitting.open_error import OpenError
    from ..fitting.open_fit import OpenFit
    from .error_panel import ErrorPanel
    from .fit_panel import FitPanel

    if isinstance(page, OpenFit):
        return FitPanel(page, settings)
    if isinstance(page, OpenError):
        return ErrorPanel(page, settings)
    from ..running.open_run import OpenRun

    if isinstance(page, OpenRun):
        from .run_panel import RunPanel

        return RunPanel(page, settings)
    from ..converting.open_conversion import OpenConversion

    if isinstance(page, OpenConversion):
        from .convert_panel import ConvertPanel

        return ConvertPanel(page, settings)
    from ..own_pages import ERRORS, LOG, SETTINGS, OwnPage

    if isinstance(page, OwnPage) and page.kind == SETTINGS:
        from .settings_panel import SettingsPanel

        return SettingsPanel(page, actions, settings)
    if isinstance(page, OwnPage) and page.kind == LOG:
        from .log_panel import LogPanel

        return LogPanel(page)
    if isinstance(page, OwnPage) and page.kind == ERRORS:
        from .crash_panel import CrashPanel

        return CrashPanel(page, settings)
    raise TypeError(f"There is no panel for {type(page).__name__}.")
