"""Whether torchvision can be used in this interpreter, and if not, why."""

from __future__ import annotations

import importlib
import sys

from ...language import tr
from ..failures import text_of
from ..torchvision_schemas import load


def why_not() -> str:
    """What is in the way, as a hint; empty where torchvision can be used. It is imported then."""
    load()
    try:
        importlib.import_module("torchvision.datasets")
        importlib.import_module("torchvision.transforms")
    except ImportError as error:
        if (error.name or "").partition(".")[0] == "torchvision":
            return tr(
                "torchvision is not installed in {executable}: install it there, or choose another interpreter.",
                executable=sys.executable,
            )
        return tr("torchvision cannot be imported: {reason}.", reason=text_of(error).rstrip("."))
    except Exception as error:
        return tr(
            "torchvision cannot be imported: {name}: {reason}.",
            name=type(error).__name__,
            reason=text_of(error).rstrip("."),
        )
    return ""
