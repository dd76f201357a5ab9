"""What "copy as command" puts on the clipboard for a run: the terminal's command that does the same."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator

from ..fitting.copying import argument_text
from .open_run import OpenRun
from .setup import Setup


def command(page: OpenRun) -> str:
    """The command that trains as it is set up; what is as the terminal has it by itself is left out."""
    words = ["inspector", "train", page.path, "--model", str(page.source)]
    for name, value in page.fit.chosen.given.items():
        words += ["--arg", f"{name}={argument_text(value)}"]
    if page.fit.chosen.interpreter not in ("", sys.executable):
        words += ["--python", page.fit.chosen.interpreter]
    words += _of_data(page.setup)
    words += _of_training(page.setup)
    words += [f"{option}={value}" for option, value in _steps(page)]
    return shlex.join(words)


def _of_data(setup: Setup) -> Iterator[str]:
    data = setup.data
    yield from ("--data", str(data))
    for step in data.transforms or ():
        yield f"--transform={step}"
    for step in data.augmentation:
        yield f"--augment={step}"
    if data.validation != type(data)().validation:
        yield f"--validation={data.validation:g}"


def _of_training(setup: Setup) -> Iterator[str]:
    yield f"--epochs={setup.more_epochs}"
    yield f"--batch-size={setup.batch_size}"
    yield f"--optimizer={setup.optimizer.name}"
    for name, value in setup.optimizer.options.items():
        yield f"--optimizer-option={name}={argument_text(value)}"
    if setup.lr is not None:
        yield f"--lr={setup.lr:g}"
    yield f"--scheduler={setup.scheduler.name if setup.scheduler is not None else 'none'}"
    for name, value in setup.scheduler.options.items() if setup.scheduler is not None else ():
        yield f"--scheduler-option={name}={argument_text(value)}"
    yield f"--criterion={setup.criterion}"
    yield f"--folder={setup.folder}"
    for name in ("clip", "seed", "threads", "workers", "save_every"):
        if getattr(setup, name):
            yield f"--{name.replace('_', '-')}={getattr(setup, name)}"
    if setup.device != "auto":
        yield f"--device={setup.device}"
    if setup.processes > 1:
        yield f"--processes={setup.processes}"
    for name, option in (("amp", "--amp"), ("fused", "--fused"), ("board", "--tensorboard")):
        if getattr(setup, name):
            yield option
    if not setup.stop_at_nan:
        yield "--keep-going"


def _steps(page: OpenRun) -> Iterator[tuple[str, str]]:
    """What was corrected, and the steps that mend the weights first."""
    from ...comparing.step_texts import as_text

    for role, value in page.setup.corrections.items():
        if value is not None:  # what is left out, is so because another class was chosen
            yield "--set", f"{role}={value}"
    for step in page.fit.case.steps:
        yield "--step", as_text(step)
