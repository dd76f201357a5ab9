"""The recent files, pinned ones first, each with what was seen of it when it was open.

The settings keep the paths in one list (`recent_files`, as they ever did), which of them are pinned in another, and in
a third what is known of each, as JSON. So an older list reads as it is, forgetting can be undone, and nothing here is
ever computed from a file that is not open.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ... import wording
from ...language import ntr, tr
from ..settings import Settings

FACTS, PINNED = "recent_facts", "recent_pinned"
_MOST_FACTS, _MOST_PINNED, _MOST_LETTERS, _MOST_BARS = 64, 24, 200, 32


class Recent(NamedTuple):
    """One file of the list. What is not known is empty, 0 or nan."""

    path: str
    is_pinned: bool = False
    opened: float = 0.0
    """When, as `time.time()` has it."""
    nbytes: int = 0
    format: str = ""
    kind: str = ""
    """`training`, `module`, `state_dict` or nothing."""
    architecture: str = ""
    """`torchvision resnet18, 10 classes`, or the class of a whole module."""
    tensors: int = 0
    epoch: int = -1
    best: float = math.nan
    """The best validation loss that stands in it."""
    picture: str = ""
    """The name of its picture in the folder of pictures."""
    bars: tuple[int, ...] = ()
    """Or the shape of its weights' histogram, 0 to 99."""

    @property
    def name(self) -> str:
        """As it may be shown."""
        return wording.safe(os.path.basename(self.path) or self.path, 120)

    @property
    def folder(self) -> str:
        """From the home folder on, where it lies in it; as it may be shown."""
        folder, home = os.path.dirname(self.path), os.path.expanduser("~")
        is_in_home = folder == home or folder.startswith(home + os.sep)
        return wording.safe(f"~{folder[len(home) :]}" if is_in_home else folder, 300)

    @property
    def what(self) -> str:
        """What it is, in a few words."""
        parts = [self.architecture] if self.architecture else []
        if self.kind == "training":
            parts.append(_training_words(self.epoch, self.best))
        elif self.kind == "module":
            parts.append(tr("whole module"))
        elif self.kind == "state_dict":
            parts.append("state_dict")
        if self.tensors:
            parts.append(ntr("{n} tensor", "{n} tensors", self.tensors))
        return "  ·  ".join(parts)

    @property
    def size(self) -> str:
        """`46.8 MB  ·  zip`."""
        return "  ·  ".join(part for part in (wording.size(self.nbytes) if self.nbytes else "", self.format) if part)


class Recents:
    """The list, kept in the settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def listed(self) -> list[Recent]:
        """Pinned ones first, then the latest first; also those that are gone."""
        pinned = self._settings.listed(PINNED, _MOST_PINNED)
        known = self._facts()
        paths = dict.fromkeys([*pinned, *self._settings.recents()])
        return [_recent(path, known.get(path, {}))._replace(is_pinned=path in pinned) for path in paths]

    def note(self, path: str, facts: Mapping[str, Any]) -> None:
        """Keeps what was seen of a file, beside what is known of it already."""
        path = os.path.abspath(path)
        known = self._facts()
        merged = {**known.pop(path, {}), **facts, "path": path}
        wanted = {*self._settings.recents(), *self._settings.listed(PINNED, _MOST_PINNED)}
        others = [each for place, each in known.items() if place in wanted]
        self._keep([merged, *others])

    def note_opened(self, path: str) -> None:
        """It was opened now."""
        self.note(path, {"opened": round(time.time())})

    def pin(self, path: str, pinned: bool = True) -> None:
        """Keeps a file at the head of the list, whatever else is opened; or no longer."""
        others = [each for each in self._settings.listed(PINNED, _MOST_PINNED) if each != path]
        self._settings.keep_list(PINNED, [path, *others][:_MOST_PINNED] if pinned else others)

    def remove(self, path: str) -> None:
        """Takes a file from the list. The file itself stays what it is."""
        self.pin(path, False)
        self._settings.keep_list("recent_files", [each for each in self._settings.recents() if each != path])

    def tidy(self) -> None:
        """Forgets what is known of files that are listed no more, and their pictures. Before that it can be undone."""
        listed = {each.path: each.picture for each in self.listed()}
        known = self._facts()
        self._keep([facts for path, facts in known.items() if path in listed])
        for path in pictures_folder(self._settings).glob("*.png"):
            if path.name not in listed.values():
                path.unlink(missing_ok=True)

    def _facts(self) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        texts = self._settings.listed(FACTS, _MOST_FACTS)
        if texts:
            import json  # a first start has none

            for text in texts:
                try:
                    facts = json.loads(text)
                except ValueError:
                    continue
                if isinstance(facts, dict) and isinstance(facts.get("path"), str):
                    found[facts["path"]] = facts
        return found

    def _keep(self, facts: Iterable[Mapping[str, Any]]) -> None:
        import json

        self._settings.keep_list(FACTS, [json.dumps(each) for each in facts][:_MOST_FACTS])


def pictures_folder(settings: Settings) -> Path:
    """Where the small pictures are: beside the settings."""
    return Path(settings.path).parent / "previews"


def _recent(path: str, facts: Mapping[str, Any]) -> Recent:
    """What the settings say; whatever cannot be right counts as not known."""
    bars = facts.get("bars")
    are_bars = isinstance(bars, list) and all(isinstance(each, int) and 0 <= each < 100 for each in bars)
    return Recent(
        path,
        opened=_number(facts, "opened", 0.0),
        nbytes=int(_number(facts, "nbytes", 0.0)),
        format=_text(facts, "format"),
        kind=_text(facts, "kind"),
        architecture=_text(facts, "architecture"),
        tensors=int(_number(facts, "tensors", 0.0)),
        epoch=int(_number(facts, "epoch", -1.0)),
        best=_number(facts, "best", math.nan),
        picture=os.path.basename(_text(facts, "picture")),
        bars=tuple(bars[:_MOST_BARS]) if are_bars and bars else (),
    )


def _number(facts: Mapping[str, Any], name: str, otherwise: float) -> float:
    found = facts.get(name)
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return float(found) if is_number and math.isfinite(found) and abs(found) < 1e18 else otherwise  # type: ignore[arg-type]


def _text(facts: Mapping[str, Any], name: str) -> str:
    found = facts.get(name)
    return wording.safe(found, _MOST_LETTERS) if isinstance(found, str) else ""


def _training_words(epoch: int, best: float) -> str:
    if epoch >= 0 and not math.isnan(best):
        return tr("training checkpoint, epoch {epoch}, best loss {best}", epoch=epoch, best=wording.number(best))
    if epoch >= 0:
        return tr("training checkpoint, epoch {epoch}", epoch=epoch)
    if not math.isnan(best):
        return tr("training checkpoint, best loss {best}", best=wording.number(best))
    return tr("training checkpoint")


def when_words(opened: float, now: float) -> str:
    """How long ago, in a few words: `just now`, `3 h ago`, `2026-11-20`."""
    if not opened:
        return ""
    seconds = now - opened
    if seconds < 90:
        return tr("just now")
    if seconds < 5400:
        return ntr("{n} min ago", "{n} min ago", round(seconds / 60))
    if seconds < 86400:
        return ntr("{n} h ago", "{n} h ago", round(seconds / 3600))
    if seconds < 8 * 86400:
        return ntr("{n} day ago", "{n} days ago", round(seconds / 86400))
    return time.strftime("%Y-%m-%d", time.localtime(opened))
