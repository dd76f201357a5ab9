"""What a checkpoint was found to be, and why, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .. import wording
from ..language import tr
from .likeness import AUXILIARY, FURTHER, HEAD, TRUNK, Likeness
from .sides import Shape


def same(best: Likeness, builders: Sequence[str], prefixes: Sequence[str]) -> str:
    """`This is torchvision's resnet18 with 10 classes and 1 input channel.`"""
    return tr("This is {model}{stem}.", model=_model(best, builders), stem=_stem(best))


def trunk(best: Likeness, builders: Sequence[str], prefixes: Sequence[str]) -> str:
    """`The trunk under encoder. is that of torchvision's resnet50, its head is not there.`"""
    if best.is_whole:
        return tr(
            "All of {model} is there{under}{stem}, and more beside it.",
            model=_model(best, builders),
            under=under(prefixes),
            stem=_stem(best),
        )
    said = tr(
        "The trunk{under} is that of torchvision's {either}{stem}",
        under=under(prefixes),
        either=_either(builders),
        stem=_stem(best),
    )
    other = [wording.safe(key) for key in best.lines[HEAD] if key in best.part]
    return (
        tr("{said}, the head is another: {other}.", said=said, other=wording.names(other))
        if other
        else tr("{said}, its head is not there.", said=said)
    )


def like(best: Likeness, builders: Sequence[str], prefixes: Sequence[str]) -> str:
    """`This is built like torchvision's resnet18, but 0.5 times as wide and layer1 is 1 and not 2 blocks deep.`"""
    differences = []
    if best.ratio is not None and best.ratio != 1:
        differences.append(tr("{ratio} times as wide", ratio=wording.number(best.ratio)))
    differences += [
        tr("{name} is {here} and not {there} blocks deep", name=name, here=here, there=there)
        for name, here, there in best.blocks
    ]
    said = " and ".join(differences[:3]) or tr("not the same: {difference}", difference=best.difference())
    return tr("This is built like torchvision's {either}, but {said}.", either=_either(builders), said=said)


def renamed(builders: Sequence[str], head: Shape | None) -> str:
    """`The shapes are those of torchvision's vit_b_16, under other names, with a head of shape [10, 768].`"""
    ending = tr("its head is not there") if head is None else f"with a head of shape {wording.shape(head)}"
    return tr(
        "The shapes are those of torchvision's {either}, under other names, {ending}.",
        either=_either(builders),
        ending=ending,
    )


def sizes(classes: int | None, channels: int | None) -> Iterator[str]:
    """`10 classes`, `1 input channel`, as far as these are known."""
    if classes is not None:
        yield wording.plural(classes, "class", "classes")
    if channels is not None:
        yield wording.plural(channels, "input channel")


def under(prefixes: Sequence[str]) -> str:
    """` under model. and ema.`; nothing where there is no prefix."""
    named = [wording.safe(prefix) for prefix in prefixes if prefix]
    return tr(" under {named}", named=" and ".join(named)) if named else ""


def _model(best: Likeness, builders: Sequence[str]) -> str:
    said = " and ".join(sizes(best.classes, best.channels))
    return f"torchvision's {_either(builders)}" + (tr(" with {said}", said=said) if said else "")


def _stem(best: Likeness) -> str:
    """What there is to say of the first convolution, with a comma before it; nothing where it is as usual."""
    if not best.kernel:
        return ""
    there = best.signature.shapes[best.signature.stem][2:]
    why = tr(" as in variants for small pictures (CIFAR)") if best.kernel < there else ""
    return tr(
        ", but {stem} is {kernel} and not {kernel_2}{why}",
        stem=best.signature.stem,
        kernel=_kernel(best.kernel),
        kernel_2=_kernel(there),
        why=why,
    )


def _kernel(lengths: Shape) -> str:
    return "x".join(map(str, lengths))


def _either(builders: Sequence[str]) -> str:
    return " or ".join(builders) + (tr(" (their shapes are the same)") if len(builders) > 1 else "")


# Why it is thought.


def evidence(best: Likeness, prefixes: Sequence[str]) -> Iterator[str]:
    """What speaks for it, and what is to be known besides, each a sentence."""
    signature = best.signature
    share = (
        tr("All") if best.same == len(best.part) else tr("{same:,} of {count:,}", same=best.same, count=len(best.part))
    )
    yield tr(
        "{share} names and shapes{under} are those of {name}.", share=share, under=under(prefixes), name=signature.name
    )
    if best.classes is not None:
        yield tr(
            "{next} says that there are {sizes}.",
            next=next(iter(signature.head)),
            sizes=" ".join(sizes(best.classes, None)),
        )
    if best.channels is not None:
        yield tr("{stem} takes {sizes}.", stem=signature.stem, sizes=" ".join(sizes(None, best.channels)))
    if best.lines[AUXILIARY]:
        there = tr("There are") if any(key in best.part for key in best.lines[AUXILIARY]) else tr("There are no")
        yield tr("{there} auxiliary classifiers, which are only used in training.", there=there)
    beside = best.strays - (len(prefixes) - 1) * len(best.part) + len(best.lines[FURTHER])
    if beside:
        yield tr(
            "{keys} {value} not of it.",
            keys=wording.plural(beside, "further key"),
            value="is" if beside == 1 else "are",
        )
    if best.lines[TRUNK]:
        do = "does" if len(best.lines[TRUNK]) == 1 else "do"
        yield tr(
            "{keys} of the trunk {do} not fit: {difference}.",
            keys=wording.plural(len(best.lines[TRUNK]), "key"),
            do=do,
            difference=best.difference(),
        )


def of_counters(best: Likeness, are_there: bool) -> Iterator[str]:
    """That BatchNorm's counters are missing, where that is so."""
    if not are_there and any(key.endswith("running_mean") for key in best.part):
        yield tr("There are no num_batches_tracked: torch before 0.4.1 had none, and some programs leave them out.")


def of_matrices(number: int) -> str:
    """Why a model is known under other names."""
    return tr("{number:,} tensors of two and more dimensions have the same shapes, each as often.", number=number)
