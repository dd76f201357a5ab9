"""What happens when a state is loaded by an optimizer of another model: refused, or silently given to others.

Source: `Optimizer.load_state_dict` of torch 2.13 compares the number of groups and of the parameters in each, maps
the states by place, and does not look at names, nor at shapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..language import ntr, tr
from ..wording import count, names, plural, safe, shape
from .grouping import Groups
from .optimizer_states import Slot
from .optimizers import Lens
from .parameters import Parameter, parameters_of
from .sides import Side


def loads_wrongly(lens: Lens, model: Side) -> tuple[str, ...]:
    """What goes wrong when an optimizer that was made for `model` in the same way loads this state, as sentences.

    Empty when nothing does, when the state goes by names, and when it is not known how its groups were made.
    """
    if any(slot.id == slot.name for slot in lens.slots):
        return ()
    parameters = parameters_of(model)
    groups = _groups(lens, parameters)
    if groups is None:
        return ()
    sizes = tuple(map(len, groups))
    if sizes != lens.state.sizes:
        return tuple(_refused(lens.state.sizes, sizes))
    return tuple(_given_to_others(lens.slots, [parameter for group in groups for parameter in group]))


def _groups(lens: Lens, parameters: Sequence[Parameter]) -> Groups | None:
    if lens.way is not None:
        return lens.way.make(parameters)
    return [list(parameters)] if len(lens.state.groups) == 1 else None


def _refused(saved: Sequence[int], now: Sequence[int]) -> Iterator[str]:
    if len(saved) != len(now):
        yield ntr(
            "torch refuses the state: it has {n} group, and the model gives {count}.",
            "torch refuses the state: it has {n} groups, and the model gives {count}.",
            len(saved),
            count=count(len(now)),
        )
        return
    for number, (a, b) in enumerate(zip(saved, now)):
        if a != b:
            yield ntr(
                "torch refuses the state: its group {number} has {n} parameter, and the model gives {count}.",
                "torch refuses the state: its group {number} has {n} parameters, and the model gives {count}.",
                a,
                number=number,
                count=count(b),
            )
            return


def _given_to_others(slots: Sequence[Slot], parameters: Sequence[Parameter]) -> Iterator[str]:
    pairs = [(slot, parameter) for slot, parameter in zip(slots, parameters) if slot.entries]
    misshapen = [pair for pair in pairs if _differ(*pair)]
    others = _under_other_names(pairs)
    if not others and misshapen and all(slot.name == to.name for slot, to in misshapen):
        yield _resized(misshapen, len(pairs))
        return
    others = others or misshapen
    if not others:
        return
    shown = names(
        [
            tr("`{name}` gets that of `{other}`", name=safe(to.name, 80), other=safe(slot.name or slot.id, 80))
            for slot, to in others
        ]
    )
    yield (
        tr(
            "torch loads the state without a word, because the numbers of parameters agree,"
            " but {count} of {states} belong to another parameter: {shown}.",
            count=count(len(others)),
            states=plural(len(pairs), "state"),
            shown=shown,
        )
    )
    if misshapen:
        yield tr("{count} of them have another shape there: the first step fails.", count=count(len(misshapen)))
    else:
        yield tr("All of them have the same shape there: nothing ever fails, and training goes on from wrong states.")


def _resized(misshapen: Sequence[tuple[Slot, Parameter]], total: int) -> str:
    """What there is to say of states whose own parameters have other shapes now."""
    slot, to = misshapen[0]
    return tr(
        "torch loads the state without a word, because the numbers of parameters agree, but {count} of"
        " {states} have another shape than their parameter, such as `{name}`:"
        " {old} in the file and {new} in the model. The first step fails.",
        count=count(len(misshapen)),
        states=plural(total, "state"),
        name=safe(to.name, 80),
        old=shape(slot.shape or ()),
        new=shape(to.shape or ()),
    )


def _under_other_names(pairs: Sequence[tuple[Slot, Parameter]]) -> list[tuple[Slot, Parameter]]:
    """The pairs whose names differ, by more than a prefix that all of a side have; none where the two sides do not
    name the same things at all."""
    known = [(slot, parameter) for slot, parameter in pairs if slot.name]
    mine, theirs = [slot.name for slot, _ in known], [parameter.name for _, parameter in known]
    if set(mine) != set(theirs):
        mine, theirs = _without_prefix(mine), _without_prefix(theirs)
    if len(set(mine) & set(theirs)) * 2 < len(known):
        return []
    return [pair for pair, a, b in zip(known, mine, theirs) if a != b]


def _without_prefix(keys: Sequence[str]) -> list[str]:
    """The names without the segments that all of them begin with."""
    if not keys:
        return []
    low, high = min(keys), max(keys)
    same = next((at for at, (a, b) in enumerate(zip(low, high)) if a != b), min(len(low), len(high)))
    skipped = low.rfind(".", 0, same) + 1
    return [key[skipped:] for key in keys]


def _differ(slot: Slot, parameter: Parameter) -> bool:
    return slot.shape is not None and parameter.shape is not None and slot.shape != parameter.shape
