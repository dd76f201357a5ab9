"""Where the files of torchvision's data sets lie, and how they get there.

Without a folder that somebody named, `data` in the current folder and the program's own folder are looked into. What is
fetched goes where somebody said, else into the program's own folder: it is found again from everywhere.
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sized
from typing import Any, NamedTuple

from ...language import marked, sentences, tr, unstopped
from ...wording import names, one_of
from ..failures import Refusal, text_of
from ..run_requests import FETCHABLE, NOT_FETCHED, DataSource
from .set_classes import parameters

TITLE = marked("The data is not there")
_DAMAGED = marked("The data cannot be read")


class Place(NamedTuple):
    """A set that was found."""

    folder: str
    dataset: Any
    notes: tuple[str, ...]


class _Missing(Refusal):
    """There are no files."""


def own_folder() -> str:
    """Where this program keeps data that it fetched."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(cache, "checkpoint-inspector", "data")


def folders(source: DataSource, kind: Any) -> list[str]:
    """The folders that may hold the set, the likeliest first."""
    if not source.path:
        return [os.path.abspath("data"), own_folder()]
    named = os.path.abspath(os.path.expanduser(source.path))
    return [named, *_above(named, {kind.__name__.lower(), str(getattr(kind, "base_folder", "")).lower()})]


def _above(folder: str, own: set[str]) -> list[str]:
    """The folder above, where somebody named that of the set itself (`FashionMNIST`), or that of its files (`raw`).

    No other: some sets would take whatever lies there for theirs.
    """
    if os.path.basename(folder).lower() == "raw":
        folder = os.path.dirname(folder)
    return [os.path.dirname(folder)] if os.path.basename(folder).lower() in own else []


def place_of(source: DataSource, kind: Any, options: Mapping[str, Any]) -> Place:
    """The set where its files are, fetched where that was asked for.

    Raises Refusal, and ValueError for options that the set does not know.
    """
    try:
        return _looked_for(source, kind, options)
    except _Missing:
        if source.download:
            return _fetched(source, kind, options)
        raise


def _looked_for(source: DataSource, kind: Any, options: Mapping[str, Any]) -> Place:
    looked = folders(source, kind)
    for folder in looked:
        try:
            dataset = made(kind, folder, options)
        except FileNotFoundError:
            continue
        is_expected = (bool(source.path) and folder == looked[0]) or "root" not in parameters(kind)
        return Place(folder, dataset, () if is_expected else (tr("Read from {folder}.", folder=folder),))
    raise _missing(source, kind, looked[:1] if source.path else looked)


def _fetched(source: DataSource, kind: Any, options: Mapping[str, Any]) -> Place:
    folder = folders(source, kind)[0] if source.path else own_folder()
    if "download" not in parameters(kind):
        hint = tr("Its makers want it to be fetched by hand: see the documentation of torchvision.")
        raise Refusal(tr("torchvision cannot fetch {name}.", name=source.name), title=TITLE, hint=hint)
    try:
        os.makedirs(folder, exist_ok=True)
        dataset = _construct(kind, folder, {**options, "download": True})
    except Exception as error:
        message = tr(
            "{name} could not be fetched into {folder}: {reason}.",
            name=source.name,
            folder=folder,
            reason=text_of(error).rstrip("."),
        )
        hint = tr("See whether this machine reaches the network and may write there, or copy the files there.")
        raise Refusal(message, title=NOT_FETCHED, hint=hint) from error
    return Place(folder, dataset, (tr("Fetched into {folder}.", folder=folder),))


def made(kind: Any, folder: str, options: Mapping[str, Any]) -> Any:
    """The set in `folder`.

    Raises FileNotFoundError where it is not there, ValueError for options that it does not know, ImportError for a
    package that it needs, and Refusal where its files are damaged.
    """
    takes = parameters(kind)
    if "root" in takes and not os.path.isdir(folder):
        raise FileNotFoundError(folder)
    given = {**options, "download": False} if "download" in takes else dict(options)
    try:
        with _nothing_left(folder):
            dataset = _construct(kind, folder, given)
    except ImportError:
        raise
    except Exception as error:
        raise _why(kind, folder, error) from error
    _check_lengths(kind, folder, dataset)
    return dataset


@contextlib.contextmanager
def _nothing_left(folder: str) -> Iterator[None]:
    """Some sets make a folder before they look whether it is there: what is empty and new goes again if they fail."""
    before = set(os.listdir(folder)) if os.path.isdir(folder) else set()
    try:
        yield
    except Exception:
        for name in set(os.listdir(folder)) - before if os.path.isdir(folder) else ():
            with contextlib.suppress(OSError):
                os.rmdir(os.path.join(folder, name))
        raise


def _construct(kind: Any, folder: str, options: Mapping[str, Any]) -> Any:
    rooted = {"root": folder} if "root" in parameters(kind) else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kind(**rooted, **options)


def _why(kind: Any, folder: str, error: Exception) -> Exception:
    """What the error of a set's constructor means."""
    text = text_of(error)
    if "pip install" in text:
        return Refusal(
            tr("{name} cannot be read here: {reason}", name=kind.__name__, reason=text),
            title=marked("A package is missing"),
        )
    if isinstance(error, FileNotFoundError) or re.search("download|dataset not found", text, re.IGNORECASE):
        return FileNotFoundError(text)
    if isinstance(error, ValueError) and "for argument" in text:
        return ValueError(text)
    what = f"{type(error).__name__}: {text}" if text else tr("its files are not as long as they say")
    return _damaged(kind, folder, what)


def _check_lengths(kind: Any, folder: str, dataset: Any) -> None:
    """Raises Refusal where there are more pictures than labels: most sets do not look."""
    for kept in (getattr(dataset, name, None) for name in ("targets", "labels")):
        if isinstance(kept, Sized) and len(kept) != len(dataset):
            raise _damaged(
                kind,
                folder,
                tr("it has {pictures:,} pictures and {labels:,} labels", pictures=len(dataset), labels=len(kept)),
            )


def _damaged(kind: Any, folder: str, what: str) -> Refusal:
    hint = tr("Its files seem damaged or cut short: remove them and fetch them again.")
    return Refusal(
        tr("{name} in {folder} cannot be read: {what}.", name=kind.__name__, folder=folder, what=unstopped(what)),
        title=_DAMAGED,
        hint=hint,
    )


def _missing(source: DataSource, kind: Any, looked: list[str]) -> _Missing:
    message = tr(
        "There is no {name} in {folders}, or its files are not whole.",
        name=source.name,
        folders=one_of(looked),
    )
    if "download" not in parameters(kind):
        return _Missing(message, title=TITLE, hint=tr("Name the folder that holds it."))
    hint = tr("Name the folder that holds it, or let it be fetched (--download).")
    if packed := [os.path.basename(each) for folder in looked for each in _packed(folder, kind.__name__)]:
        also = tr(
            "Packed files are there ({names}): unpack them, or let them be fetched, which unpacks them.",
            names=names(packed),
        )
        hint = sentences(hint, also)
    return _Missing(message, title=TITLE, hint=hint, topic=FETCHABLE)


def _packed(folder: str, name: str) -> list[str]:
    ways = (os.path.join(glob.escape(folder), *way, "*.gz") for way in ((name, "raw"), ("raw",), ()))
    return sorted(path for way in ways for path in glob.glob(way))
