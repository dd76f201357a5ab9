"""In which language the window speaks: that of the system, unless a person chose one; Qt's own words too.

It is chosen before any widget is made, and holds until the window starts anew.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from .. import language
from .settings import Settings

CHOICES = ("system", *language.LANGUAGES)
"""What the setting `language` may be."""
_NAME = "qt-translations"


def chosen(settings: Settings) -> str:
    """The code of the language that the settings ask for."""
    choice = settings.choice("language", CHOICES)
    return choice if choice in language.LANGUAGES else of_system(QLocale.system().uiLanguages())


def in_force() -> str:
    """The code of the language that is spoken now."""
    return os.environ.get(language.VARIABLE, "en")


def of_system(wanted: Sequence[str]) -> str:
    """The first of the languages that a person reads (`zh-Hans-CN`, `de-DE`) that the program speaks; else English."""
    for name in wanted:
        parts = name.replace("_", "-").split("-")
        if parts[0] == "en":
            return "en"
        if parts[0] == "zh" and not {"Hant", "TW", "HK", "MO"} & set(parts):
            return "zh_CN"
    return "en"


def speak(app: QCoreApplication, code: str) -> None:
    """From now on speaks this language, as do the buttons of Qt's dialogs."""
    language.use(code)
    be_silent(app)
    if code == "en":
        return
    translator = QTranslator(app)
    translator.setObjectName(_NAME)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{code}", folder):
        app.installTranslator(translator)


def be_silent(app: QCoreApplication) -> None:
    """Takes Qt's translations out again."""
    for former in app.findChildren(QTranslator, _NAME):
        app.removeTranslator(former)
        former.deleteLater()
