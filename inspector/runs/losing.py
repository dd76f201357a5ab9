"""Whether an optimizer's state still belongs to the parameters that it would be loaded for.

torch tells by place which state is whose, and compares nothing but how many there are. So a state goes wrong in
silence where the model's parameters come in another order than those of the file, or have other shapes.
"""

from __future__ import annotations

from ..checkpoint.entries import Branch, Checkpoint
from ..comparing.optimizer_loading import loads_wrongly
from ..comparing.optimizers import lenses
from ..comparing.sides import Side, of_checkpoint
from .fields import way_to
from .resume import Resume

BEGINS_ANEW = "It is left out, and the optimizer begins anew."


def is_lost(checkpoint: Checkpoint, key: str) -> bool:
    """Whether a part lies in an object of somebody's own class, which nothing ever builds."""
    return any(isinstance(entry, Branch) and entry.kind == "object" for entry in way_to(checkpoint.root, key)[:-1])


def optimizer_losses(
    checkpoint: Checkpoint, resume: Resume, side: Side | None = None, model: Side | None = None
) -> tuple[str, ...]:
    """Why the optimizer's state cannot be taken over, as sentences; empty where it can.

    `side` are the weights as they will be loaded, `model` is the model, where they are known.
    """
    if resume.optimizer is None or (side is None and model is None):
        return ()
    held = model if model is not None else side
    assert held is not None
    weights = of_checkpoint(checkpoint, resume.weights or "") if resume.weights is not None else None
    found = lenses(checkpoint, weights) if weights is not None else lenses(checkpoint)
    return next((loads_wrongly(lens, held) for lens in found if lens.state.section == resume.optimizer), ())
