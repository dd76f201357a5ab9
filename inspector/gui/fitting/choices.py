"""What a checkpoint can be held against, as it is written and remembered: a model, or another file."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass

from ...errors import InspectorError
from ...language import tr
from ...workshop.requests import ModelSource, parse_source


@dataclass(frozen=True, slots=True)
class Choice:
    """A model (`source`), code whose class is still to be chosen (`path`), or another checkpoint (`path`)."""

    source: ModelSource | None = None
    path: str = ""

    @property
    def is_code(self) -> bool:
        """Whether it is a .py file, or a folder of them, of which no class was chosen yet."""
        return self.source is None and (self.path.endswith(".py") or _has_code(self.path))

    @property
    def runs(self) -> str:
        """Whose code must be run to know the model: a file's or a package's name; empty where nobody's own is."""
        if self.is_code:
            return self.path
        return self.source.path if self.source is not None and self.source.kind != "torchvision" else ""

    @property
    def text(self) -> str:
        """As it is written into the field, and on the command line."""
        return self.path if self.source is None else str(self.source)

    @property
    def name(self) -> str:
        """What people call it."""
        return os.path.basename(self.path) if self.source is None else self.source.name


def choice_of(text: str) -> Choice:
    """`resnet18`, `nets.py:Net`, `nets.py`, `my.package:Net` or a checkpoint's path. Raises InspectorError."""
    text = text.strip()
    path = os.path.abspath(os.path.expanduser(text))
    if text and os.path.exists(path) and not _is_builder(text):
        return Choice(path=path)
    if text.endswith(".py") or (os.sep in text and ":" not in text):
        raise _no_file(text)
    source = parse_source(text)
    if source.kind == "file":
        source = source._replace(path=os.path.abspath(os.path.expanduser(source.path)))
        if not os.path.exists(source.path):
            raise _no_file(source.path)
    return Choice(source)


def _no_file(path: str) -> InspectorError:
    hint = tr("Choose it with the button beside the field.")
    return InspectorError(tr("There is no file {path!r}.", path=path), title=tr("There is no such file"), hint=hint)


def _has_code(path: str) -> bool:
    """Whether a folder has Python in it, at its top or a level below; one of shards has none."""
    if not os.path.isdir(path):
        return False
    found = (name for pattern in ("*.py", "*/*.py") for name in glob.iglob(os.path.join(glob.escape(path), pattern)))
    return next(found, None) is not None


def _is_builder(text: str) -> bool:
    """A bare name is a builder of torchvision, whatever lies in the folder that the program was started in."""
    return text.isidentifier()
