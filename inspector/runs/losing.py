"""Whether an optimizer's state still belongs to the parameters that it would be loaded for.

torch tells by place which state is whose, and compares nothing but how many there are. So a state goes wrong in
silence where the model's parameters come in another order than those of the file, or have other shapes.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..checkpoint.entries import Branch, Checkpoint
from ..comparing.optimizer_loading import loads_wrongly
from ..comparing.optimizers import lenses
from ..comparing.sides import Side, of_checkpoint
from ..language import marked, tr
from ..wording import names, safe
from .resume import Resume
from .stored import way_to

BEGINS_ANEW = marked("It is left out, and the optimizer begins anew.")


def is_lost(checkpoint: Checkpoint, key: str) -> bool:
    """Whether a part lies in an object of somebody's own class, which nothing ever builds."""
    return any(isinstance(entry, Branch) and entry.kind == "object" for entry in way_to(checkpoint.root, key)[:-1])


def optimizer_losses(
    checkpoint: Checkpoint, resume: Resume, side: Side | None = None, model: Side | None = None
) -> tuple[str, ...]:
    """Why the optimizer's state cannot be taken over, as sentences; empty where it can.

    `side` are the weights as they will be loaded, `model` is the model, where they are known.
    """
    held = model if model is not None else side
    if resume.optimizer is None or held is None:
        return ()
    weights = of_checkpoint(checkpoint, resume.weights) if resume.weights is not None else None
    found = lenses(checkpoint, weights) if weights is not None else lenses(checkpoint)
    lens = next((each for each in found if each.state.section == resume.optimizer), None)
    if lens is None or lens.state.note:  # of a list that was cut nothing can be said
        return ()
    turned = tuple(_turned(side)) if side is not None else ()
    return turned or loads_wrongly(lens, _as_in_file(held, side) if side is not None else held)


def _as_in_file(held: Side, side: Side) -> Side:
    """The side with the names that its parameters have in the file: a state knows no others."""
    former = {item.key: item.origins[0] for item in side.items if len(item.origins) == 1}
    return held._replace(items=tuple(item._replace(key=former.get(item.key, item.key)) for item in held.items))


def _turned(side: Side) -> Iterator[str]:
    """What shapes cannot tell: a square weight that is turned round beside a state that is not."""
    turned = [safe(item.key, 80) for item in side.items if item.made is not None and item.made.operation == "transpose"]
    if turned:
        yield tr(
            "The state of {names} is not turned round as its weight is.", names=names([f"`{key}`" for key in turned])
        )
