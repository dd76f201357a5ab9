"""What `train` and `test` are asked for, brought together: the file, the model, the data and all that was chosen.

Why this way: what nobody says comes from the file, as in the window (`runs.requesting`); the command line only
replaces it. The constructor's arguments that the file says are found by asking the class what it takes, so its code
runs where the run itself will.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .. import wording
from ..checkpoint.entries import Checkpoint
from ..checkpoint.reading import open_checkpoint
from ..comparing.mending import apply
from ..comparing.sides import Side, of_checkpoint
from ..comparing.step_texts import parse
from ..errors import InspectorError
from ..runs.choices import Choices
from ..runs.requesting import choices_of, own_model
from ..runs.resume import Resume, resume_of
from ..runs.sound_choices import code_of
from ..workshop.client import Workshop
from ..workshop.filling import arguments_from
from ..workshop.requests import Inspect, ModelSource, Signature, parse_source
from ..workshop.run_requests import Chosen, DataSource, parse_data
from .models import argument, heard


class Asked(NamedTuple):
    """One file of the command line, read."""

    checkpoint: Checkpoint | None
    resume: Resume
    mended: Side | None
    """The weights with the steps applied; None where there are none."""


def asked(path: str, options: argparse.Namespace) -> Asked:
    """Reads the file at `path` with the corrections and steps of the command line. Raises InspectorError."""
    if not path:
        return Asked(None, Resume(), None)
    checkpoint = open_checkpoint(path)
    resume = resume_of(checkpoint, dict(map(_correction, options.set)))
    steps = [parse(text) for text in options.step]
    mended = apply(of_checkpoint(checkpoint, resume.weights or ""), steps) if steps else None
    return Asked(checkpoint, resume, mended)


def brings_weights(source: ModelSource) -> bool:
    """Whether a model of this kind is read together with its weights."""
    return source.kind in ("module", "torchscript")


def _correction(text: str) -> tuple[str, object]:
    role, value = argument(text)
    return role, value if value is None else str(value)


# -- the model -------------------------------------------------------------------------------------------------


def source_of(text: str, checkpoint: Checkpoint | None) -> ModelSource:
    """The model that is named, or that the file itself names or is. Raises InspectorError where there is none."""
    if text:
        return _of_file(text) if os.path.isfile(text) and not text.endswith(".py") else _absolute(parse_source(text))
    own = own_model(checkpoint) if checkpoint is not None else None
    if own is not None:
        return parse_source(own[0])
    if checkpoint is not None and checkpoint.format == "torchscript":
        return ModelSource("torchscript", os.path.abspath(checkpoint.path), "")
    raise InspectorError("It is not said which model is run.", hint=f"Name it with --model{_beside(checkpoint)}.")


def _of_file(path: str) -> ModelSource:
    checkpoint = open_checkpoint(path)
    if checkpoint.format == "torchscript":
        return ModelSource("torchscript", os.path.abspath(path), "")
    if checkpoint.root.kind == "module":
        return ModelSource("module", os.path.abspath(path), "")
    raise InspectorError(f"{path!r} holds no module, only its weights.", hint="Name its class: --model file.py:Class.")


def _absolute(source: ModelSource) -> ModelSource:
    if source.kind != "file":
        return source
    path = os.path.abspath(os.path.expanduser(source.path))
    if not os.path.isfile(path):
        raise InspectorError(f"There is no file {path!r}.", hint="Write --model path/to/file.py:Class.")
    return source._replace(path=path)


def _beside(checkpoint: Checkpoint | None) -> str:
    """The class in the code beside the file that looks like its own, as a hint."""
    from ..workshop.code_beside import classes_beside

    if checkpoint is None:
        return ""
    weights = of_checkpoint(checkpoint, resume_of(checkpoint).weights or "")
    found = classes_beside(checkpoint.path, [item.key for item in weights.items])
    return f" {wording.safe(str(found[0]), 300)}: it lies beside the file and has its parts" if found else ""


def ask_leave(found: Asked, options: argparse.Namespace) -> None:
    """Asks whether the code may be run that the file names and the command line does not. Raises InspectorError if not.

    A file can name any .py file that lies on the disk; whoever made it need not be whoever runs it.
    """
    named = list(_named_code(found, options))
    if not named or options.trust:
        return
    file = found.checkpoint.path if found.checkpoint is not None else ""
    what = f"{wording.safe(file, 200)} names code to be run: {wording.safe(', '.join(named), 500)}."
    if sys.stdin.isatty() and sys.stderr.isatty():
        sys.stderr.write(f"inspector: {what} Run it? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return
    raise InspectorError(what, hint="If you trust it say --trust, or name it yourself: --model, --data, --criterion.")


def _named_code(found: Asked, options: argparse.Namespace) -> Iterator[str]:
    if found.checkpoint is None:
        return
    own = own_model(found.checkpoint)
    if own is not None and not options.model and parse_source(own[0]).kind != "torchvision":
        yield own[0]
    code = code_of(choices_of(found.checkpoint, found.resume))
    if "data" in code and not options.data:
        yield str(code["data"])
    if "criterion" in code and not options.criterion:
        yield str(code["criterion"])


def arguments_of(
    source: ModelSource, checkpoint: Checkpoint | None, given: Sequence[str], workshop: Workshop | None
) -> dict[str, object]:
    """What the constructor is given: what the file says of it, and on the command line.

    Without a `workshop` the class is asked in this process.
    """
    wanted = dict(map(argument, given))
    if brings_weights(source):
        return {}
    own = own_model(checkpoint) if checkpoint is not None else None
    if own is not None and str(source) == own[0]:
        return {**own[1], **wanted}
    if checkpoint is None:
        return wanted
    said = arguments_from(checkpoint, _signature(source, workshop))
    return {name: value for name, (value, _) in said.items()} | wanted


def _signature(source: ModelSource, workshop: Workshop | None) -> Signature:
    if workshop is not None:
        signature = heard(workshop.ask(Inspect(source)))
    else:
        from ..workshop import torchvision_schemas
        from ..workshop.building import open_constructor
        from ..workshop.signatures import signature_of

        torchvision_schemas.load()
        signature = signature_of(open_constructor(source))
    assert isinstance(signature, Signature)
    return signature


# -- what is chosen ----------------------------------------------------------------------------------------------

_AS_THEY_ARE = (
    "lr", "clip", "device", "amp", "fused", "threads", "workers", "seed", "save_every", "minutes", "processes",
    "nodes", "rendezvous", "criterion", "batch_size",
)  # fmt: skip
"""Options that are called as the choice they make."""


def choices(options: argparse.Namespace, found: Asked) -> Choices:
    """All that is chosen: what the command line says, and for the rest what the file does."""
    said = vars(options)
    base = choices_of(found.checkpoint, found.resume) if found.checkpoint is not None else Choices()
    made: dict[str, Any] = {name: said[name] for name in _AS_THEY_ARE if said.get(name) is not None}
    made["data"] = _data(options, base.data)
    if said.get("epochs") or said.get("until"):
        made["more_epochs"] = said["epochs"] or _until(said["until"], found.resume.epoch)
    if said.get("folder"):
        made["folder"] = os.path.abspath(options.folder)
    if said.get("name"):
        made["name"] = options.name
    if said.get("tensorboard"):
        made["board"] = True
    if said.get("keep_going"):
        made["stop_at_nan"] = False
    if "optimizer" in said:
        made["optimizer"] = _chosen(options.optimizer, options.optimizer_option, base.optimizer)
        made["scheduler"] = _scheduler(options, base.scheduler)
    return base._replace(**made)


def _until(last: int, first: int) -> int:
    if last < first:
        raise InspectorError(
            f"The file goes on with epoch {first}, and it is to be trained until epoch {last}.",
            hint="Say a later epoch with --until, or how many more with --epochs.",
        )
    return last - first + 1


def _data(options: argparse.Namespace, base: DataSource) -> DataSource:
    source = parse_data(options.data) if options.data else base
    changes: dict[str, Any] = {"download": options.download}
    if options.transform is not None:
        changes["transforms"] = tuple(options.transform)
    if options.augment is not None:
        changes["augmentation"] = tuple(options.augment)
    if options.validation is not None:
        changes["validation"] = options.validation
    return source._replace(**changes)


def _chosen(name: str | None, options: Sequence[str], base: Chosen) -> Chosen:
    """The class by its name, or the one that the file says; with the options of the command line over the file's."""
    kept: Mapping[str, object] = base.options if name in (None, base.name) else {}
    return Chosen(name or base.name, {**kept, **dict(map(argument, options))})


def _scheduler(options: argparse.Namespace, base: Chosen | None) -> Chosen | None:
    if options.scheduler == "none":
        return None
    if options.scheduler is None and base is None:
        return None
    return _chosen(options.scheduler, options.scheduler_option, base or Chosen(""))


def code_beside(options: argparse.Namespace) -> str:
    """The .py file that the options name, which is to be run anyway: an environment beside it may be meant."""
    path, _, _ = str(options.model or "").rpartition(":")
    return path if path.endswith(".py") else ""


def interpreter(options: argparse.Namespace) -> str:
    return str(options.python or "")
