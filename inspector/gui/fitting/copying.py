"""What "copy" puts on the clipboard for a fit: the lines of Python that mend and load, the terminal's command."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence

from ...comparing.steps import Step
from .open_fit import OpenFit


def python(fit: OpenFit) -> str:
    """The lines that load the checkpoint, mend it by the ticked steps, and give it to the model.

    Raises InspectorError for a file that takes more than a few lines to load.
    """
    from ...comparing.python_code import python_code

    assert fit.checkpoint is not None
    root, form = fit.checkpoint.root, fit.checkpoint.format
    return python_code(fit.case.steps, path=fit.path, section=fit.section, root=root, format=form)


def python_of_steps(steps: Sequence[Step], path: str = "checkpoint.pth") -> str:
    """The same for a checkpoint of which only an error message is known."""
    from ...comparing.python_code import python_code

    return python_code(steps, path=path, section="")


def command(fit: OpenFit) -> str:
    """The command that fits in the terminal; on a second line the one that writes the mended file."""
    choice = fit.chosen.choice
    words = ["inspector", "fit", fit.path, choice.text if choice is not None else ""]
    for name, value in fit.chosen.arguments.items():
        words += ["--arg", f"{name}={argument_text(value)}"]
    if fit.chosen.interpreter not in ("", sys.executable):
        words += ["--python", fit.chosen.interpreter]
    if fit.section_is_chosen:
        words.append(f"--section={fit.section}")
    lines = [shlex.join(words)]
    if fit.case.steps:
        lines.append(_mending(fit))
    return "\n".join(lines)


def _mending(fit: OpenFit) -> str:
    from ...comparing.step_texts import as_text

    steps = [part for step in fit.case.steps for part in ("--step", as_text(step))]
    section = [f"--section={fit.section}"] if fit.section else []
    return shlex.join(["inspector", "mend", fit.path, *steps, *section, "-o", mended_path(fit.path)])


def argument_text(value: object) -> str:
    """A word where it is read as one, and otherwise JSON."""
    if not isinstance(value, str):
        return json.dumps(value)
    try:
        json.loads(value)
    except ValueError:
        return value
    return json.dumps(value)


def mended_path(path: str) -> str:
    """Where the mended file is to go unless a person says otherwise: beside the old one."""
    head, dot, ending = path.rpartition(".")
    return f"{head}.mended.{ending}" if dot and "/" not in ending else f"{path}.mended.pth"
