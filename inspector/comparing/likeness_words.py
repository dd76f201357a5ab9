"""What a checkpoint was found to be, and why, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .. import wording
from .likeness import AUXILIARY, FURTHER, HEAD, TRUNK, Likeness
from .sides import Shape


def same(best: Likeness, builders: Sequence[str], prefixes: Sequence[str]) -> str:
    """`This is torchvision's resnet18 with 10 classes and 1 input channel.`"""
    return f"This is {_model(best, builders)}{_stem(best)}."


def trunk(best: Likeness, builders: Sequence[str], prefixes: Sequence[str]) -> str:
    """`The trunk under encoder. is that of torchvision's resnet50, its head is not there.`"""
    if best.is_whole:
        return f"All of {_model(best, builders)} is there{under(prefixes)}{_stem(best)}, and more beside it."
    said = f"The trunk{under(prefixes)} is that of torchvision's {_either(builders)}{_stem(best)}"
    other = [wording.safe(key) for key in best.lines[HEAD] if key in best.part]
    return f"{said}, the head is another: {wording.names(other)}." if other else f"{said}, its head is not there."


def like(best: Likeness, builders: Sequence[str], prefixes: Sequence[str]) -> str:
    """`This is built like torchvision's resnet18, but 0.5 times as wide and layer1 is 1 and not 2 blocks deep.`"""
    differences = []
    if best.ratio is not None and best.ratio != 1:
        differences.append(f"{wording.number(best.ratio)} times as wide")
    differences += [f"{name} is {here} and not {there} blocks deep" for name, here, there in best.blocks]
    said = " and ".join(differences[:3]) or f"not the same: {best.difference()}"
    return f"This is built like torchvision's {_either(builders)}, but {said}."


def renamed(builders: Sequence[str], head: Shape | None) -> str:
    """`The shapes are those of torchvision's vit_b_16, under other names, with a head of shape [10, 768].`"""
    ending = "its head is not there" if head is None else f"with a head of shape {wording.shape(head)}"
    return f"The shapes are those of torchvision's {_either(builders)}, under other names, {ending}."


def sizes(classes: int | None, channels: int | None) -> Iterator[str]:
    """`10 classes`, `1 input channel`, as far as these are known."""
    if classes is not None:
        yield wording.plural(classes, "class", "classes")
    if channels is not None:
        yield wording.plural(channels, "input channel")


def under(prefixes: Sequence[str]) -> str:
    """` under model. and ema.`; nothing where there is no prefix."""
    named = [wording.safe(prefix) for prefix in prefixes if prefix]
    return f" under {' and '.join(named)}" if named else ""


def _model(best: Likeness, builders: Sequence[str]) -> str:
    said = " and ".join(sizes(best.classes, best.channels))
    return f"torchvision's {_either(builders)}" + (f" with {said}" if said else "")


def _stem(best: Likeness) -> str:
    """What there is to say of the first convolution, with a comma before it; nothing where it is as usual."""
    if not best.kernel:
        return ""
    there = best.signature.shapes[best.signature.stem][2:]
    why = " as in variants for small pictures (CIFAR)" if best.kernel < there else ""
    return f", but {best.signature.stem} is {_kernel(best.kernel)} and not {_kernel(there)}{why}"


def _kernel(lengths: Shape) -> str:
    return "x".join(map(str, lengths))


def _either(builders: Sequence[str]) -> str:
    return " or ".join(builders) + (" (their shapes are the same)" if len(builders) > 1 else "")


# Why it is thought.


def evidence(best: Likeness, prefixes: Sequence[str]) -> Iterator[str]:
    """What speaks for it, and what is to be known besides, each a sentence."""
    signature = best.signature
    share = "All" if best.same == len(best.part) else f"{best.same:,} of {len(best.part):,}"
    yield f"{share} names and shapes{under(prefixes)} are those of {signature.name}."
    if best.classes is not None:
        yield f"{next(iter(signature.head))} says that there are {' '.join(sizes(best.classes, None))}."
    if best.channels is not None:
        yield f"{signature.stem} takes {' '.join(sizes(None, best.channels))}."
    if best.lines[AUXILIARY]:
        there = "There are" if any(key in best.part for key in best.lines[AUXILIARY]) else "There are no"
        yield f"{there} auxiliary classifiers, which are only used in training."
    beside = best.strays - (len(prefixes) - 1) * len(best.part) + len(best.lines[FURTHER])
    if beside:
        yield f"{wording.plural(beside, 'further key')} {'is' if beside == 1 else 'are'} not of it."
    if best.lines[TRUNK]:
        do = "does" if len(best.lines[TRUNK]) == 1 else "do"
        yield f"{wording.plural(len(best.lines[TRUNK]), 'key')} of the trunk {do} not fit: {best.difference()}."


def of_counters(best: Likeness, are_there: bool) -> Iterator[str]:
    """That BatchNorm's counters are missing, where that is so."""
    if not are_there and any(key.endswith("running_mean") for key in best.part):
        yield "There are no num_batches_tracked: torch before 0.4.1 had none, and some programs leave them out."


def of_matrices(number: int) -> str:
    """Why a model is known under other names."""
    return f"{number:,} tensors of two and more dimensions have the same shapes, each as often."
