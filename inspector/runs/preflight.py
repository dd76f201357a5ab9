"""The list before a start: what going on needs, and what the file has of it.

    for need in preflight(checkpoint, resume):
        need.title, need.state, need.found or need.assumed

Every line says where something was found, or in a sentence for a newcomer what will be done without it.
"""

from __future__ import annotations

from typing import NamedTuple

from ..checkpoint.entries import Branch, Checkpoint
from ..comparing.sides import Side, of_checkpoint
from ..language import sentences, tr
from ..wording import count, names, number, plural, row_of, safe
from ..workshop.run_requests import Chosen
from .arguments import setting
from .losing import BEGINS_ANEW, is_lost, optimizer_losses
from .optimizing import recognised_optimizer
from .resume import Resume
from .scheduling import recognised_scheduler
from .stored import ROLES, Field, entry_at
from .wrapping import wrapper_of

OK, ASSUMED, WARNING, MISSING = "ok", "assumed", "warning", "missing"

_CHOICES = {
    "weights": ("weights", "ema"),
    "epoch": ("epoch", "best_epoch", "planned"),
    "best": ("best", "valid_loss", "monitored", "train_loss"),
}
"""Role -> the roles of fields that may be meant instead."""
_SHOWN = ("batch_size", "lr", "optimizer", "criterion", "weight_decay", "momentum", "epochs")


class Need(NamedTuple):
    """One thing that going on needs."""

    role: str
    """As in `fields.ROLES`; what `resume_of` takes a correction for."""
    title: str
    state: str
    """`ok`, `assumed` (something else is done instead), `warning` (it should be looked at) or `missing` (without it
    nothing begins)."""
    found: str = ""
    """What was found, and under which key; empty when nothing was."""
    assumed: str = ""
    """What is done instead, or what should be known, as a sentence; empty when it is simply there."""
    choices: tuple[Field, ...] = ()
    """The fields of the file that may be meant."""


def preflight(
    checkpoint: Checkpoint, resume: Resume, *, side: Side | None = None, model: Side | None = None
) -> tuple[Need, ...]:
    """The whole list. `side` are the weights as they will be loaded and `model` the model, where they are known."""
    made = (
        _weights(checkpoint, resume, model),
        _optimizer(checkpoint, resume, side, model),
        _scheduler(checkpoint, resume),
        _epoch(resume),
        _best(resume),
        _rng(resume),
        _scaler(resume),
        _history(resume),
        _classes(resume),
        _arguments(resume),
    )
    return tuple(need._replace(choices=_choices(resume, need.role)) for need in made)


def _choices(resume: Resume, role: str) -> tuple[Field, ...]:
    return tuple(field for field in resume.fields if field.role in _CHOICES.get(role, (role,)))


def _need(role: str, state: str, found: str = "", assumed: str = "") -> Need:
    return Need(role, tr(ROLES[role]), state, found, assumed)


def _under(text: str, key: str | None) -> str:
    """`3 tensors under `state_dict``."""
    return tr("{text} in `{key}`", text=text, key=safe(key, 80)) if key else text


def _text_of(resume: Resume, role: str) -> str:
    field = resume.used.get(role)
    return _under(field.text, field.key) if field is not None else ""


# -- each line ---------------------------------------------------------------------------------------------------------


def _weights(checkpoint: Checkpoint, resume: Resume, model: Side | None) -> Need:
    if resume.weights is None and "weights" in resume.corrected:
        return _need("weights", ASSUMED, assumed=tr("The model begins with the weights that it is made with."))
    if resume.weights is None:
        return _need("weights", MISSING, assumed=tr("The file has no weights that a model could load."))
    found = _text_of(resume, "weights")
    if checkpoint.damage:
        return _need("weights", WARNING, found, checkpoint.damage[0])
    branch = entry_at(checkpoint.root, resume.weights)
    prefix = wrapper_of(of_checkpoint(checkpoint, resume.weights), model) if isinstance(branch, Branch) else ""
    said = tr("All keys begin with `{prefix}`, which is taken off.", prefix=safe(prefix, 60)) if prefix else ""
    if resume.used["weights"].role == "ema":
        said = sentences(tr("There are no other weights than the averaged ones."), said)
    return _need("weights", OK, found, said)


def _optimizer(checkpoint: Checkpoint, resume: Resume, side: Side | None, model: Side | None) -> Need:
    known = recognised_optimizer(checkpoint, resume)
    if resume.optimizer is None:
        name = known.chosen.name if known.chosen is not None else "Adam"
        return _need("optimizer", ASSUMED, assumed=_fresh_optimizer(name, known.sentence))
    found = _text_of(resume, "optimizer")
    lost = optimizer_losses(checkpoint, resume, side, model)
    if is_lost(checkpoint, resume.optimizer):
        lost = (tr("It lies in an object of the script's own, which is never loaded."),)
    if lost:
        return _need("optimizer", WARNING, found, sentences(*lost, tr(BEGINS_ANEW)))
    if known.chosen is None:
        return _need("optimizer", WARNING, found, known.sentence)
    return _need("optimizer", OK, _with_rate(found, known.chosen), known.sentence)


def _with_rate(found: str, chosen: Chosen) -> str:
    rate = chosen.options.get("lr")
    return (
        tr("{found}, learning rate {rate}", found=found, rate=number(rate)) if isinstance(rate, (int, float)) else found
    )


def _fresh_optimizer(name: str, said: str) -> str:
    text = tr(
        "A fresh {name} begins: it knows nothing of the steps before, so that the first ones may be rough.", name=name
    )
    return sentences(said, text)


def _scheduler(checkpoint: Checkpoint, resume: Resume) -> Need:
    known = recognised_scheduler(checkpoint, resume)
    if resume.scheduler is None:
        state = OK if resume.is_own and known.chosen is None else ASSUMED
        return _need("scheduler", state, assumed=_constant_rate(checkpoint, resume))
    found = _text_of(resume, "scheduler")
    if known.chosen is None:
        return _need("scheduler", WARNING, found, known.sentence)
    return _need("scheduler", OK, row_of([_call(known.chosen), found]), known.sentence)


def _constant_rate(checkpoint: Checkpoint, resume: Resume) -> str:
    chosen = recognised_optimizer(checkpoint, resume).chosen
    rate = chosen.options.get("lr") if chosen is not None else None
    if isinstance(rate, (int, float)):
        return tr("The learning rate stays at {rate}.", rate=number(rate))
    return tr("The learning rate stays as the optimizer has it.")


def _call(chosen: Chosen) -> str:
    """`StepLR(step_size=2, gamma=0.5)`."""
    shown = [f"{name}={safe(str(value), 30)}" for name, value in chosen.options.items()][:3]
    return f"{chosen.name}({', '.join(shown)})"


def _epoch(resume: Resume) -> Need:
    state = OK if resume.epoch_is_sure else ASSUMED
    if "epoch" not in resume.used and "epoch" not in resume.corrected:
        return _need("epoch", state, assumed=resume.epoch_because)
    found = tr("Epoch {epoch} is next", epoch=count(resume.epoch))
    if resume.batch:
        found = tr("After batch {batch} of epoch {epoch}", batch=count(resume.batch), epoch=count(resume.epoch))
    return _need("epoch", state, found, resume.epoch_because)


def _best(resume: Resume) -> Need:
    if resume.best is None:
        text = tr("None is stored: the first epoch that ends counts as the best.")
        return _need("best", OK if resume.is_own else ASSUMED, assumed=text)
    field = resume.used.get("best")
    if "best" in resume.corrected and field is None:
        return _need("best", OK, number(resume.best), tr("You said so."))
    found = _under(number(resume.best), field.key if field is not None else "")
    if field is not None and field.role != "best" and "best" not in resume.corrected:
        text = (
            tr("The best is not stored by itself: the lowest that is stored counts as the best.")
            if isinstance(field.value, tuple)
            else tr("The best is not stored by itself: the last one counts as the best.")
        )
        return _need("best", ASSUMED, found, text)
    if resume.best_epoch:
        found = tr("{loss}, of epoch {epoch}", loss=found, epoch=resume.best_epoch)
    return _need("best", OK, found)


def _rng(resume: Resume) -> Need:
    if resume.rng is None:
        text = tr("Order of samples and dropout begin with a seed: as good as before, but not bit for bit the same.")
        return _need("rng", ASSUMED, assumed=text)
    found = _text_of(resume, "rng")
    if resume.is_own:
        return _need("rng", OK, found)
    text = tr("Only the script that saved them knows their use: order of samples and dropout begin with a seed.")
    return _need("rng", ASSUMED, found, text)


def _scaler(resume: Resume) -> Need:
    if resume.scaler is None:
        text = tr("It is needed for mixed precision on a GPU only, which begins with a fresh scale.")
        return _need("scaler", OK if resume.is_own else ASSUMED, assumed=text)
    return _need("scaler", OK, _text_of(resume, "scaler"))


def _history(resume: Resume) -> Need:
    found = [field for field in resume.fields if field.role == "history"]
    if not found:
        return _need("history", ASSUMED, assumed=tr("The curves begin with this run."))
    return _need("history", OK, names([_under(field.text, field.key) for field in found], 3))


def _classes(resume: Resume) -> Need:
    if not resume.classes:
        return _need("classes", ASSUMED, assumed=tr("The data's own names are taken."))
    told = tr(
        "{classes}: {names}",
        classes=plural(len(resume.classes), "class", "classes"),
        names=names([safe(name, 30) for name in resume.classes], 3),
    )
    return _need("classes", OK, _under(told, _key(resume)))


def _key(resume: Resume) -> str:
    field = resume.used.get("classes")
    return field.key if field is not None else ""


def _arguments(resume: Resume) -> Need:
    said = {name: setting(resume.arguments, name) for name in _SHOWN}
    shown = [f"{name} {safe(str(value), 30)}" for name, value in said.items() if isinstance(value, (int, float, str))]
    if not shown:
        return _need("arguments", ASSUMED, assumed=tr("Batches of 64, and what is usual for the rest."))
    key = next((field.key for field in resume.fields if field.role == "arguments"), "")
    return _need("arguments", OK, _under(names(shown, 4), key))
