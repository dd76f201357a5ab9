"""An exception of the user's code as a sentence, with the user's own line marked.

Why this way: the traceback is kept, but a person looks for two things: what is wrong, and which of *my* lines it is.
So the last frame that lies in the user's own files is looked for, past all of torch's.
"""

from __future__ import annotations

import linecache
import os
import re
import site
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from functools import lru_cache
from types import FrameType, TracebackType

from ..errors import InspectorError
from ..language import marked, tr
from ..wording import safe
from .requests import Failure, WorkshopError

LONGEST = 2000
"""Characters of an exception's own text that are kept."""
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

_LIBRARIES = ("torch", "torchvision")
"""Never the user's own code, wherever they were built."""
_DISTRIBUTIONS = {
    "PIL": "pillow", "cv2": "opencv-python", "sklearn": "scikit-learn", "skimage": "scikit-image", "yaml": "pyyaml",
    "pytorch_lightning": "pytorch-lightning", "google": "protobuf", "attr": "attrs", "dotenv": "python-dotenv",
    "omegaconf": "omegaconf", "mmcv": "mmcv", "flash_attn": "flash-attn", "Crypto": "pycryptodome",
}  # fmt: skip
"""Packages that are installed under another name than they are imported by."""


class Refusal(InspectorError):
    """Something that is wrong with the request and not with the code: no traceback is shown."""

    title = marked("The model could not be built")

    def __init__(self, message: str, *, title: str = "", hint: str = "", topic: str = "") -> None:
        title = title or type(self).title
        super().__init__(message, title=tr(title), hint=hint)
        self.topic = topic or title
        """As that of a `WorkshopError`."""


def failure_of(error: BaseException) -> Failure:
    """What the client is told of `error`."""
    if isinstance(error, WorkshopError):  # it was told once already, and is told on
        told = error.traceback, error.file, error.line, error.code, error.topic
        return Failure(error.message, error.title, error.hint, *told)
    if isinstance(error, InspectorError):
        return Failure(error.message, error.title, error.hint, topic=topic_of(error))
    file, line, code = _own_line(error)
    message, hint = _sentence(error)
    return Failure(told_where(message, line, file), "", hint, _traceback(error), file, line, code)


def topic_of(error: InspectorError) -> str:
    """What an error is about, the same in every language; empty for one that does not say."""
    return str(getattr(error, "topic", ""))


def told_where(message: str, line: int, file: str) -> str:
    """A sentence of what is wrong, with the person's own line where it is known."""
    if not line:
        return tr("{message}.", message=message)
    return tr("{message} (line {line} of {file}).", message=message, line=line, file=os.path.basename(file))


# -- what is wrong -----------------------------------------------------------------------------------------


def text_of(error: BaseException) -> str:
    """The error's own text on one line, however long or broken it is."""
    try:
        text = str(error)
    except BaseException:
        text = tr("an error that cannot say what it is")
    return safe(" ".join(text[: LONGEST * 2].split()), LONGEST)


def _sentence(error: BaseException) -> tuple[str, str]:
    """(the sentence without its full stop, what to do about it)."""
    text = text_of(error)
    if isinstance(error, SyntaxError):
        return tr("There is a syntax error: {msg}", msg=error.msg), ""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _missing_package(error.name)
    if isinstance(error, RecursionError):
        return tr("It calls itself without end: Python stopped it"), ""
    if isinstance(error, SystemExit):
        return tr("The code ended the program itself with sys.exit({code!r:.80})", code=error.code), _guard()
    if isinstance(error, KeyboardInterrupt):
        return tr("The code raised KeyboardInterrupt"), ""
    if isinstance(error, MemoryError) or "can't allocate memory" in text:
        return tr("It asks for more memory than it may have: {text}", text=text or type(error).__name__), ""
    if _is_about_cuda(text):
        hint = tr("Build it without .cuda() and device='cuda' in the constructor, or make the device an argument.")
        return tr("It needs CUDA, which this torch or this machine does not have"), hint
    text = text.rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__, ""


def _missing_package(name: str) -> tuple[str, str]:
    package = name.partition(".")[0]
    if package in sys.modules:
        return tr("There is no module {name!r}", name=name), ""
    if package == "torch":
        return tr("torch is not installed in {executable}", executable=sys.executable), tr(
            "Install it there, or choose another interpreter."
        )
    install = f"{sys.executable} -m pip install {_DISTRIBUTIONS.get(package, package)}"
    hint = tr("Install it there ({install}), or choose another interpreter.", install=install)
    return tr(
        "The code needs the package {package!r}, which {executable} does not have",
        package=package,
        executable=sys.executable,
    ), hint


def _guard() -> str:
    return tr('What is to run only as a script belongs under `if __name__ == "__main__":`.')


def _is_about_cuda(text: str) -> bool:
    return bool(re.search(r"not compiled with CUDA|NVIDIA driver|No CUDA GPUs|CUDA driver|CUDA is not available", text))


# -- where it is wrong -------------------------------------------------------------------------------------


def _own_line(error: BaseException) -> tuple[str, int, str]:
    """(file, line, text) of the user's line that failed; ("", 0, "") where none of theirs took part."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return error.filename, error.lineno, (error.text or "").strip()[:LONGEST]
    found = ("", 0)
    for frame, line in _frames(error.__traceback__):
        if is_own(frame.f_code.co_filename):
            found = (frame.f_code.co_filename, line)
    return (*found, linecache.getline(*found).strip()[:LONGEST]) if found[1] else ("", 0, "")


def _frames(trace: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def is_own(file: str) -> bool:
    """Whether `file` is the user's: not ours, not Python's, and in no installed package."""
    foreign = _foreign_folders()
    return file.endswith(".py") and not file.startswith(foreign) and not os.path.realpath(file).startswith(foreign)


@lru_cache(maxsize=None)  # noqa: UP033  # Python 3.8 has no functools.cache
def _foreign_folders() -> tuple[str, ...]:
    folders = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders.update(site.getsitepackages() if hasattr(site, "getsitepackages") else ())
    folders.add(site.getusersitepackages())
    folders.add(_PACKAGE)
    folders.update(os.path.dirname(sys.modules[name].__file__ or "") for name in _LIBRARIES if name in sys.modules)
    ways = (way for folder in folders if folder for way in (os.path.abspath(folder), os.path.realpath(folder)))
    return tuple(os.path.join(way, "") for way in dict.fromkeys(ways))


def _traceback(error: BaseException) -> str:
    """The traceback without our own frames, and of frames without number no more than can be read."""
    try:
        told = traceback.TracebackException(type(error), error, error.__traceback__, limit=-60)
        seen = set()
        step: traceback.TracebackException | None = told
        while step is not None and id(step) not in seen:
            seen.add(id(step))
            step.stack = traceback.StackSummary.from_list([each for each in step.stack if not _is_ours(each.filename)])
            step = step.__cause__ or step.__context__
        return "".join(told.format())[-8 * LONGEST :]
    except BaseException:
        return ""


def _is_ours(file: str) -> bool:
    return file.startswith((_PACKAGE, "<frozen importlib"))
