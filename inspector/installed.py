"""Where that lies which comes with the program: beside the package in a checkout, inside it when installed."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resources() -> Path:
    """The folder `resources`: icons, style sheet, the table of architectures."""
    return _beside("_resources", "resources")


def samples() -> Path:
    """The folder `sample_checkpoints`."""
    return _beside("_samples", "sample_checkpoints")


def _beside(installed: str, checkout: str) -> Path:
    inside = _PACKAGE / installed
    return inside if inside.is_dir() else _PACKAGE.parent / checkout
