"""Where a checkpoint stands on the axis of its training, in words."""

from __future__ import annotations

from ..language import tr
from ..wording import count, number, safe
from .members import EPOCH, STEP, Member, Training


def place_words(member: Member, axis: str) -> str:
    """`epoch 4`, `step 500`, or the name of the file."""
    if axis == EPOCH:
        return tr("epoch {epoch}", epoch=number(member.at))
    if axis == STEP:
        return tr("step {step}", step=count(int(member.at)))
    return f"`{safe(member.name, 60)}`"


def words_at(training: Training, at: float) -> str:
    """The words for a place on the axis, whether there is a checkpoint or not."""
    member = next((member for member in training.drawn if member.at == at), None)
    return place_words(member, training.axis) if member is not None else tr("epoch {epoch}", epoch=number(at))


def beginning(words: str) -> str:
    """The same at the beginning of a sentence."""
    return words[:1].upper() + words[1:]
