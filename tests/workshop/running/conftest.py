"""Runs inside the test's own process: user code that they import is at home there only for the test."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from inspector.workshop import importing


@pytest.fixture(autouse=True)
def _home_again() -> Iterator[None]:
    """To import a user's file changes the current folder, sys.path and how modules are found."""
    folder, modules, argv = os.getcwd(), set(sys.modules), list(sys.argv)
    path, hooks, afresh = list(sys.path), list(sys.path_hooks), list(importing._afresh)
    yield
    os.chdir(folder)
    sys.argv[:], sys.path[:], sys.path_hooks[:], importing._afresh[:] = argv, path, hooks, afresh
    sys.path_importer_cache.clear()
    for name in set(sys.modules) - modules:
        if importing.is_own(getattr(sys.modules[name], "__file__", None) or ""):
            del sys.modules[name]
