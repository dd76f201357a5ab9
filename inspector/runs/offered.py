"""The optimizers, schedulers and criteria that a run offers by name, with what they take. No torch in here.

Why this way: the window offers them before any torch was imported, and of an interpreter that may not even be there
yet. Names, options and defaults are those of `torch.optim`; a test holds them against the torch that is installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..language import marked, tr
from ..workshop.requests import Argument


class Offered(NamedTuple):
    """A class of torch that can be chosen."""

    name: str
    options: tuple[Argument, ...]
    """Keyword arguments of its constructor that matter to people; the learning rate is not among them."""
    does: str
    """A sentence."""


def _option(name: str, kind: str, default: object = None, doc: str = "") -> Argument:
    return Argument(name, kind, default is None, default, (), doc)


_DECAY = _option("weight_decay", "float", 0.0, marked("How strongly weights are pulled to zero."))
_BETAS = _option("betas", "tuple[float, float]", [0.9, 0.999], marked("How slowly the two running averages forget."))
_EPS = _option("eps", "float", 1e-8, marked("Added to the denominator, so that it is never zero."))
_AMSGRAD = _option("amsgrad", "bool", False, marked("Whether the largest of all past averages is kept."))
_GAMMA = _option("gamma", "float", 0.1, marked("What the learning rate is multiplied by."))

OPTIMIZERS = (
    Offered("Adam", (_BETAS, _EPS, _DECAY, _AMSGRAD), marked("A step of its own for each weight.")),
    Offered(
        "AdamW",
        (_BETAS, _EPS, _DECAY._replace(default=0.01), _AMSGRAD),
        marked("Adam whose weight decay does not go through the averages."),
    ),
    Offered(
        "SGD",
        (
            _option("momentum", "float", 0.0, marked("How much of the former step goes on.")),
            _option("dampening", "float", 0.0, marked("How much of the new gradient is left out of the momentum.")),
            _DECAY,
            _option("nesterov", "bool", False, marked("Whether the momentum looks a step ahead.")),
        ),
        marked("Plain gradient descent, with momentum where that is set."),
    ),
    Offered(
        "RMSprop",
        (
            _option("alpha", "float", 0.99, marked("How slowly the running average forgets.")),
            _EPS,
            _DECAY,
            _option("momentum", "float", 0.0, marked("How much of the former step goes on.")),
            _option("centered", "bool", False, marked("Whether the mean of the gradients is taken off.")),
        ),
        marked("Steps divided by a running average of the gradients' size."),
    ),
    Offered("NAdam", (_BETAS, _EPS, _DECAY), marked("Adam with Nesterov's momentum.")),
    Offered("RAdam", (_BETAS, _EPS, _DECAY), marked("Adam that starts cautiously by itself.")),
    Offered("Adamax", (_BETAS, _EPS, _DECAY), marked("Adam that divides by the largest gradient so far.")),
    Offered(
        "Adagrad",
        (_option("lr_decay", "float", 0.0, marked("How the learning rate falls with the steps.")), _DECAY),
        marked("Steps that grow smaller the more a weight has moved."),
    ),
    Offered(
        "Adadelta",
        (_option("rho", "float", 0.9, marked("How slowly the running averages forget.")), _DECAY),
        marked("Steps that need hardly a learning rate."),
    ),
)

RATES: Mapping[str, float] = {
    "Adam": 0.001,
    "AdamW": 0.001,
    "SGD": 0.001,
    "RMSprop": 0.01,
    "NAdam": 0.002,
    "RAdam": 0.001,
    "Adamax": 0.002,
    "Adagrad": 0.01,
    "Adadelta": 1.0,
}
"""The learning rates that torch begins with. (SGD had none before torch 2.1.)"""

SCHEDULERS = (
    Offered(
        "StepLR",
        (_option("step_size", "int", doc=marked("Epochs from one fall to the next.")), _GAMMA),
        marked("Falls by a factor every so many epochs."),
    ),
    Offered(
        "MultiStepLR",
        (_option("milestones", "list[int]", doc=marked("The epochs after which it falls.")), _GAMMA),
        marked("Falls by a factor after certain epochs."),
    ),
    Offered(
        "ExponentialLR", (_option("gamma", "float", doc=_GAMMA.doc),), marked("Falls by a factor after every epoch.")
    ),
    Offered(
        "CosineAnnealingLR",
        (
            _option("T_max", "int", doc=marked("Epochs until it is at its lowest.")),
            _option("eta_min", "float", 0.0, marked("Its lowest value.")),
        ),
        marked("Falls along half a cosine."),
    ),
    Offered(
        "CosineAnnealingWarmRestarts",
        (
            _option("T_0", "int", doc=marked("Epochs until it first starts anew.")),
            _option("T_mult", "int", 1, marked("How much longer each time takes than the one before.")),
            _option("eta_min", "float", 0.0, marked("Its lowest value.")),
        ),
        marked("Falls along half a cosine, and starts anew."),
    ),
    Offered(
        "ReduceLROnPlateau",
        (
            _option("factor", "float", 0.1, marked("What it is multiplied by.")),
            _option("patience", "int", 10, marked("Epochs without a lower validation loss before it falls.")),
            _option("threshold", "float", 0.0001, marked("How much lower counts as lower.")),
            _option("cooldown", "int", 0, marked("Epochs after a fall that do not count.")),
        ),
        marked("Falls when the validation loss no longer does."),
    ),
    Offered(
        "LinearLR",
        (
            _option("start_factor", "float", 1.0 / 3, marked("What it is multiplied by at first.")),
            _option("end_factor", "float", 1.0, marked("What it is multiplied by at last.")),
            _option("total_iters", "int", 5, marked("Epochs from the one to the other.")),
        ),
        marked("Goes from one factor to another in even steps."),
    ),
    Offered(
        "PolynomialLR",
        (
            _option("total_iters", "int", 5, marked("Epochs until it is zero.")),
            _option("power", "float", 1.0, marked("The power of the polynomial.")),
        ),
        marked("Falls to zero along a power."),
    ),
)

CRITERIA: Mapping[str, str] = {
    "CrossEntropyLoss": marked("For classes, of scores as the last layer gives them."),
    "NLLLoss": marked("For classes, of a model that ends in log_softmax."),
    "BCEWithLogitsLoss": marked("For yes or no, one score for each."),
    "MSELoss": marked("For numbers: the squared distance."),
    "L1Loss": marked("For numbers: the distance."),
    "SmoothL1Loss": marked("For numbers: the distance, squared where it is small."),
    "HuberLoss": marked("For numbers: the squared distance, even where it is large."),
    "MultiMarginLoss": marked("For classes, by how far the right one is ahead."),
}


def offered(name: str) -> Offered | None:
    """The optimizer or scheduler of this name, in the language in force; None where it is not among them."""
    found = next((each for each in (*OPTIMIZERS, *SCHEDULERS) if each.name == name), None)
    if found is None:
        return None
    return found._replace(options=tuple(each._replace(doc=tr(each.doc)) for each in found.options), does=tr(found.does))


def begun_with(name: str, epochs: int) -> dict[str, object]:
    """Options for those that have no default, sound for a run of so many epochs."""
    third = max(1, epochs // 3)
    sound: dict[str, dict[str, object]] = {
        "StepLR": {"step_size": third},
        "MultiStepLR": {"milestones": sorted({max(1, epochs // 2), max(1, epochs * 3 // 4)})},
        "ExponentialLR": {"gamma": 0.9},
        "CosineAnnealingLR": {"T_max": max(1, epochs)},
        "CosineAnnealingWarmRestarts": {"T_0": third},
        "LinearLR": {"start_factor": 1.0, "end_factor": 0.1, "total_iters": max(1, epochs)},
        "PolynomialLR": {"total_iters": max(1, epochs)},
    }
    return sound.get(name, {})
