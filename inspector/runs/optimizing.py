"""The optimizer, the scheduler and the loss that a file was trained with, as a run asks for them.

    optimizer_of(checkpoint, resume)            Chosen("SGD", {"lr": 0.0025, "momentum": 0.9 ...})
    scheduler_of(checkpoint, resume)            Chosen("StepLR", {"step_size": 2, "gamma": 0.5})
    criterion_for(checkpoint, resume)           Suggested("CrossEntropyLoss", "...")

No state says which class wrote it. An optimizer is told by its settings and by what it keeps (see `optimizer_kinds`),
a scheduler by the names of its settings (see `scheduling`). The settings become arguments of the constructor, those
of torch 2.13 that older torch has as well; what differs between groups is left to the state, which is loaded anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..checkpoint.entries import Branch, Checkpoint
from ..comparing.optimizer_kinds import EITHER_ADAM, class_of
from ..comparing.optimizer_states import OptimizerState, optimizer_states
from ..language import marked, tr
from ..wording import safe
from ..workshop.run_requests import Chosen
from .arguments import setting
from .own_files import own_chosen, own_part
from .resume import Resume
from .scheduling import recognised_scheduler
from .stored import entry_at, number_at

_USUAL = "lr betas eps weight_decay amsgrad"
_OPTIONS: Mapping[str, str] = {
    "Adam": _USUAL, "AdamW": _USUAL, "SGD": "lr momentum dampening weight_decay nesterov",
    "NAdam": "lr betas eps weight_decay momentum_decay decoupled_weight_decay",
    "RAdam": "lr betas eps weight_decay decoupled_weight_decay", "Adamax": "lr betas eps weight_decay",
    "Adadelta": "lr rho eps weight_decay", "Adagrad": "lr lr_decay weight_decay initial_accumulator_value eps",
    "RMSprop": "lr alpha eps weight_decay momentum centered", "Rprop": "lr etas step_sizes",
    "ASGD": "lr lambd alpha t0 weight_decay", "Adafactor": "lr beta2_decay eps d weight_decay",
    "Muon": "lr weight_decay momentum nesterov ns_coefficients eps ns_steps",
}  # fmt: skip
"""Class of `torch.optim` -> the arguments of its constructor that are settings of training."""
_ONLY_IF_TRUE = ("maximize", "decoupled_weight_decay")
"""Older torch does not know them: they are only said where they are not as they always were."""
_OTHER_LOOPS = {
    "LBFGS": marked(
        "{name} evaluates a batch several times for one step, which a run does not do: choose another one."
    ),
    "SparseAdam": marked("{name} takes sparse gradients only, which a run does not do: choose another one."),
}
_ADAMW_DECAY = 0.01
"""AdamW's own weight decay; Adam has none unless it is told."""


class Recognised(NamedTuple):
    """What wrote a state."""

    chosen: Chosen | None
    """None where nothing can be made of it."""
    sentence: str = ""
    """What should be known: why there is none, or what is not certain."""


class Suggested(NamedTuple):
    """A loss that suits, and why."""

    name: str
    sentence: str


def optimizer_of(checkpoint: Checkpoint, resume: Resume) -> Chosen | None:
    """The optimizer whose state the file has, or that its arguments name; None where neither says it."""
    return recognised_optimizer(checkpoint, resume).chosen


def scheduler_of(checkpoint: Checkpoint, resume: Resume) -> Chosen | None:
    """The scheduler whose state the file has; None where there is none, or none that could go on."""
    return recognised_scheduler(checkpoint, resume).chosen


def recognised_optimizer(checkpoint: Checkpoint, resume: Resume) -> Recognised:
    """The same, with what should be known about it."""
    own = own_chosen(checkpoint, "optimizer") if resume.is_own else None
    if own is not None:
        return Recognised(own)
    state = state_of(checkpoint, resume)
    if state is None or not state.groups:
        return _named(resume)
    first = dict(state.groups[0])
    name, sentence = _class_of(class_of(first, state.entry_names), first, resume)
    if name not in _OPTIONS:
        return Recognised(None, sentence)
    return Recognised(Chosen(name, _options(checkpoint, state, name)), sentence)


def state_of(checkpoint: Checkpoint, resume: Resume) -> OptimizerState | None:
    """The optimizer's state that is taken over; None where the file has none."""
    return next((state for state in optimizer_states(checkpoint) if state.section == resume.optimizer), None)


def _class_of(name: str, settings: Mapping[str, object], resume: Resume) -> tuple[str, str]:
    """The name of the class, and what should be known of it."""
    if name == EITHER_ADAM:
        return _adam(settings, resume)
    if name in _OTHER_LOOPS:
        return "", tr(_OTHER_LOOPS[name], name=name)
    if name in _OPTIONS:
        return name, ""
    if not name:
        said = setting(resume.arguments, "optimizer")
        named = _known(said)
        if named:
            return named, tr("The arguments of the file say {said}.", said=safe(str(said), 40))
        return "", tr("Which optimizer wrote the state cannot be told: it is left out.")
    return "", tr("The state is that of {name}, which torch does not have: it is left out.", name=safe(tr(name), 60))


def _adam(settings: Mapping[str, object], resume: Resume) -> tuple[str, str]:
    """Before 2.7 torch did not say which of the two it is."""
    named = _known(setting(resume.arguments, "optimizer"))
    if named in ("Adam", "AdamW"):
        return named, tr("The arguments of the file say so.")
    decay = settings.get("weight_decay")
    if decay == 0:
        return "Adam", ""  # without weight decay they are the same
    if decay == _ADAMW_DECAY:
        return "AdamW", tr("Adam and AdamW leave the same state; the weight decay is AdamW's own.")
    return "Adam", tr("Adam and AdamW leave the same state: if it was AdamW, choose it.")


def _named(resume: Resume) -> Recognised:
    """No state: the name in the arguments, with the settings beside it."""
    said = setting(resume.arguments, "optimizer")
    name = _known(said)
    if not name:
        return Recognised(None)
    wanted = _OPTIONS[name].split()
    known = {each: setting(resume.arguments, each) for each in ("lr", "momentum", "weight_decay") if each in wanted}
    options: dict[str, object] = {each: value for each, value in known.items() if isinstance(value, (int, float))}
    return Recognised(Chosen(name, options), tr("The arguments of the file say {said}.", said=safe(str(said), 40)))


def _known(said: object) -> str:
    """The class that is meant by `adam`, `torch.optim.Adam`, `sgd` ...; empty when none is."""
    word = str(said).rpartition(".")[2].lower().strip("'>\" ") if isinstance(said, str) else ""
    return next((name for name in _OPTIONS if name.lower() == word), "")


def _options(checkpoint: Checkpoint, state: OptimizerState, name: str) -> dict[str, object]:
    """The settings that all groups have in common."""
    found: dict[str, object] = {}
    for option in (*_OPTIONS[name].split(), "maximize"):
        values = [_setting(checkpoint, state, place, option) for place in range(len(state.groups))]
        if values[0] is None or any(value != values[0] for value in values):
            continue
        if option in _ONLY_IF_TRUE and values[0] is not True:
            continue
        found[option] = values[0]
    return found


def _setting(checkpoint: Checkpoint, state: OptimizerState, group: int, option: str) -> object:
    value = state.groups[group].get(option)
    if value == "a tensor":
        prefix = f"{state.section}." if state.section else ""
        value = number_at(entry_at(checkpoint.root, f"{prefix}param_groups.{group}.{option}"))
    return list(value) if isinstance(value, tuple) else value


# -- the loss ----------------------------------------------------------------------------------------------------------

_SAID = (
    ("BCEWithLogitsLoss", ("bce", "binary")), ("CrossEntropyLoss", ("cross", "ce", "softmax", "classification")),
    ("NLLLoss", ("nll", "negative_log")), ("MSELoss", ("mse", "l2", "squared", "regression")),
)  # fmt: skip


def criterion_for(checkpoint: Checkpoint, resume: Resume) -> Suggested:
    """The loss that the file says, or that suits its last layer."""
    own = own_part(checkpoint, "arguments").get("criterion") if resume.is_own else None
    if isinstance(own, str):
        return Suggested(own, tr("The run that saved the file had it."))
    for said in (setting(resume.arguments, "criterion"), setting(resume.arguments, "task")):
        name = _criterion_named(said)
        if name:
            return Suggested(name, tr("The arguments of the file say {said}.", said=safe(str(said), 40)))
    return _by_last_layer(last_layer(checkpoint, resume), len(resume.classes))


def _criterion_named(said: object) -> str:
    text = said.lower() if isinstance(said, str) else ""
    return next((name for name, words in _SAID if any(word in text for word in words)), "")


def _by_last_layer(width: int, classes: int) -> Suggested:
    if width == 1:
        return Suggested("MSELoss", tr("The last layer gives one number."))
    if width > 1:
        return Suggested(
            "CrossEntropyLoss", tr("The last layer gives {width} numbers, one for each class.", width=width)
        )
    return Suggested("CrossEntropyLoss", tr("It is the usual one for classes."))


def last_layer(checkpoint: Checkpoint, resume: Resume) -> int:
    """How many numbers the last layer gives, as far as its bias or weight tells; 0 where it does not."""
    branch = entry_at(checkpoint.root, resume.weights) if resume.weights is not None else None
    if not isinstance(branch, Branch):
        return 0
    from ..comparing.sides import of_checkpoint

    shapes = [(item.key, item.shape) for item in of_checkpoint(checkpoint, resume.weights or "").items if item.tensor]
    for key, shape in reversed(shapes):
        if shape and len(shape) == 2 and key.rpartition(".")[2] in ("weight", "kernel"):
            return int(shape[0])
    return 0
