"""What the workshop can be asked for, and what it answers, as plain values. No torch in here.

Why this way: client and child may run different Pythons, of which the child's may be as old as 3.8. What crosses the
pipe is JSON made of these (see `crossing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Tuple, Union  # noqa: UP035  # Python 3.8 has no tuple[int, ...]

from ..errors import InspectorError
from ..language import marked, tr

Shape = Tuple[int, ...]  # noqa: UP006


class WorkshopError(InspectorError):
    """The user's code, or the process that runs it, failed. What it printed is kept in `output`."""

    title = marked("The model could not be built")

    def __init__(
        self,
        message: str,
        *,
        title: str = "",
        hint: str = "",
        output: str = "",
        traceback: str = "",
        file: str = "",
        line: int = 0,
        code: str = "",
        topic: str = "",
    ) -> None:
        title = title or type(self).title
        super().__init__(message, title=title if topic else tr(title), hint=hint)  # with a topic it was said already
        self.topic = topic or title
        """What it is about, by which a program can tell: its title, as it stands in the code of every language."""
        self.output = output
        """The end of what was printed, stdout and stderr as they came."""
        self.traceback = traceback
        """The traceback without our own frames, empty when there is none."""
        self.file, self.line, self.code = file, line, code
        """The user's own line that failed: its file, number and text."""
        self.is_end = False
        """Whether the process ended, or was ended, instead of answering: then it could not say where it was."""


class Stopped(WorkshopError):
    """The work was stopped because somebody wanted it to be."""

    title = marked("Stopped")


class ModelSource(NamedTuple):
    """Where a model comes from."""

    kind: str
    """`torchvision` (a builder of `torchvision.models`), `file` (`path.py:Class`), `package` (`package.mod:Class`)."""
    path: str
    """The .py file or the module's name; empty for torchvision."""
    name: str
    """The class, or a function that returns a module."""

    def __str__(self) -> str:
        return f"{self.path}:{self.name}" if self.path else f"torchvision:{self.name}"


def parse_source(text: str) -> ModelSource:
    """`resnet18`, `torchvision:resnet18`, `nets.py:Network`, `my.package:Net` as a source. Raises InspectorError."""
    path, colon, name = text.strip().rpartition(":")
    if not name.isidentifier():
        raise InspectorError(
            tr("{text!r} names no model.", text=text),
            hint=tr("Write resnet18, path/to/file.py:Class or package.module:Class."),
        )
    if not colon or path == "torchvision":
        return ModelSource("torchvision", "", name)
    if path.endswith(".py"):
        return ModelSource("file", path, name)
    if all(part.isidentifier() for part in path.split(".")):
        return ModelSource("package", path, name)
    raise InspectorError(tr("{path!r} is neither a .py file nor the name of a module.", path=path))


class Hello(NamedTuple):
    """Asks which Python and torch the workshop runs. Answer: `Interpreter`."""


class Interpreter(NamedTuple):
    python: str
    executable: str
    torch: str
    torchvision: str
    """Empty when it is not installed."""


class ListClasses(NamedTuple):
    """Asks for the module classes that a .py file, or all .py files of a folder, define. Answer: `Classes`."""

    path: str


class Classes(NamedTuple):
    sources: tuple[str, ...]
    """As `parse_source` reads them."""
    failures: tuple[tuple[str, str], ...] = ()
    """Files that could not be imported, and the sentence why."""


class Inspect(NamedTuple):
    """Asks what a model's constructor takes. Answer: `Signature`."""

    model: ModelSource


class Argument(NamedTuple):
    """One argument of a constructor."""

    name: str
    type: str
    """`int`, `float`, `bool`, `str`, `list[int]` ... as far as annotation and default tell; empty when unknown."""
    required: bool
    default: object = None
    """A JSON value; for a default that is none, its repr as a str and `type` is `object`."""
    choices: tuple[str, ...] = ()
    """For `Literal` and `Enum`."""
    doc: str = ""
    """What the docstring says of it, on one line."""


class Signature(NamedTuple):
    arguments: tuple[Argument, ...]
    doc: str
    """The first paragraph of the docstring."""
    takes_any: bool = False
    """Whether it takes further keyword arguments (`**kwargs`)."""


class Build(NamedTuple):
    """Asks for a model to be built; it stays, to be judged. Answer: `Model`."""

    model: ModelSource
    arguments: Mapping[str, object]
    """Keyword arguments, JSON values."""


class Parameter(NamedTuple):
    """One key of a model's state_dict."""

    key: str
    shape: Shape | None
    """None for a lazy parameter, or an extra state that is no tensor."""
    dtype: str
    role: str
    """`parameter`, `buffer`, `extra state`."""
    shared: str = ""
    """The first key of the tensor when several keys are one tensor (tied weights)."""


class Model(NamedTuple):
    """A model that was built."""

    name: str
    parameters: tuple[Parameter, ...]
    modules: Mapping[str, str]
    """Path -> class, `""` for the model itself."""
    initialisation: Mapping[str, str]
    """Path of a module that has `reset_parameters` or learned weights -> what it means when it is left as it is."""
    device: str
    """How it could be built: `meta`, `mixed` (its parameters on meta, all else with values) or `cpu`."""
    seconds: float
    notes: tuple[str, ...] = ()
    metadata: Mapping[str, Mapping[str, object]] = {}
    files: tuple[str, ...] = ()
    """The user's own source files that were imported: what to watch."""
    packages: tuple[str, ...] = ()
    """Modules of installed packages that were imported beyond torch's own."""


class Judge(NamedTuple):
    """Asks torch itself what `load_state_dict` says of these keys in the model that was built. Answer: `Verdict`."""

    items: tuple[tuple[str, Shape | None, str], ...]
    """(key, shape, dtype); the shape is None for a lazy parameter, and shape and dtype for what is no tensor."""
    metadata: Mapping[str, Mapping[str, object]] = {}


class Verdict(NamedTuple):
    """torch's own words."""

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    mismatched: tuple[tuple[str, Shape, Shape], ...]
    """(key, shape in the checkpoint, shape in the model)."""
    other: tuple[str, ...] = ()
    """Whatever else it complained of, such as a module with a way of its own to load."""
    message: str = ""
    """The whole text of the error with strict=True; empty when it loads."""


class Solve(NamedTuple):
    """Asks which constructor arguments make the shapes fit. Yields Progress, answers with `Solution`."""

    model: ModelSource
    arguments: Mapping[str, object]
    """Where to begin; those in `fixed` stay."""
    items: tuple[tuple[str, Shape | None], ...]
    """What the checkpoint has."""
    fixed: tuple[str, ...] = ()
    most_builds: int = 200
    most_seconds: float = 20.0


class Solution(NamedTuple):
    arguments: Mapping[str, object]
    """The best that were found."""
    fits: bool
    """Whether a last build with them had no missing, unexpected or mismatched key."""
    builds: int
    seconds: float
    found: tuple[str, ...]
    """A sentence for each argument that was read off the shapes, and from which key."""
    undecided: tuple[str, ...]
    """A sentence for each argument that shapes cannot decide (number of heads, dropout ...)."""
    left: int = 0
    """How many keys still do not fit."""


class Said(NamedTuple):
    """A word of the workshop: something the user's code printed."""

    stream: str
    """`stdout` or `stderr`."""
    text: str


class Failure(NamedTuple):
    """How the child says that a request cannot be answered; the client raises it as a WorkshopError."""

    message: str
    title: str = ""
    hint: str = ""
    traceback: str = ""
    file: str = ""
    line: int = 0
    code: str = ""
    topic: str = ""


Request = Union[Hello, ListClasses, Inspect, Build, Judge, Solve]
Answer = Union[Interpreter, Classes, Signature, Model, Verdict, Solution]
