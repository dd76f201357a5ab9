"""Keeps PySide from reading the source of every module that is imported after it.

Why this way: PySide has switches that a module may set for itself (`from __feature__ import snake_case`). To know where
they could matter it looks, at each import, for its own name in the text of the module: that is a fourteenth of the
work before the first paint, and for the plots 15 ms more (measured). Nothing here sets any; so every module is taken
for one that names PySide and sets none. A PySide that does it otherwise is left as it is.
"""

from __future__ import annotations

import sys

import PySide6.QtCore  # noqa: F401  brings what is changed here


def _yes(_module: object) -> bool:
    return True


_features = sys.modules.get("shibokensupport.feature")
if hasattr(_features, "_mod_uses_pyside"):
    setattr(_features, "_mod_uses_pyside", _yes)  # noqa: B010  no type checker knows it
