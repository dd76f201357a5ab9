"""What a checkpoint was found to be, and why, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .. import wording
from ..language import ntr, tr
from .likeness import AUXILIARY, FURTHER, HEAD, TRUNK, Likeness
from .sides import Shape


def same(best: Likeness, builders: Sequence[str], prefixes: Sequence[str]) -> str:
    """`This is torchvision's resnet18 with 10 classes and 1 input channel.`"""
    model = _model(best, builders)
    if not best.kernel:
        return tr("This is {model}.", model=model)
    return tr("This is {model}, but {difference}.", model=model, difference=_stem(best))


def trunk(best: Likeness, builders: Sequence[str], prefixes: Sequence[str]) -> str:
    """`The trunk under encoder. is that of torchvision's resnet50, its head is not there.`"""
    if best.is_whole:
        return _all_there(best, builders, prefixes)
    said = _of_trunk(best, builders, prefixes)
    other = [wording.safe(key) for key in best.lines[HEAD] if key in best.part]
    if other:
        return tr("{trunk}, the head is another: {keys}.", trunk=said, keys=wording.names(other))
    return tr("{trunk}, its head is not there.", trunk=said)


def _all_there(best: Likeness, builders: Sequence[str], prefixes: Sequence[str]) -> str:
    model, where = _model(best, builders), listed(prefixes)
    if where and best.kernel:
        return tr(
            "All of {model} is there under {prefixes}, but {difference}, and more beside it.",
            model=model,
            prefixes=where,
            difference=_stem(best),
        )
    if where:
        return tr("All of {model} is there under {prefixes}, and more beside it.", model=model, prefixes=where)
    if best.kernel:
        return tr("All of {model} is there, but {difference}, and more beside it.", model=model, difference=_stem(best))
    return tr("All of {model} is there, and more beside it.", model=model)


def _of_trunk(best: Likeness, builders: Sequence[str], prefixes: Sequence[str]) -> str:
    model, where = _either(builders), listed(prefixes)
    if where:
        said = tr("The trunk under {prefixes} is that of torchvision's {model}", prefixes=where, model=model)
    else:
        said = tr("The trunk is that of torchvision's {model}", model=model)
    return tr("{trunk}, but {difference}", trunk=said, difference=_stem(best)) if best.kernel else said


def like(best: Likeness, builders: Sequence[str], prefixes: Sequence[str]) -> str:
    """`This is built like torchvision's resnet18, but 0.5 times as wide and layer1 is 1 and not 2 blocks deep.`"""
    differences = []
    if best.ratio is not None and best.ratio != 1:
        differences.append(tr("{factor} times as wide", factor=wording.number(best.ratio)))
    differences += [
        tr("{name} is {here} and not {there} blocks deep", name=name, here=here, there=there)
        for name, here, there in best.blocks
    ]
    said = wording.all_of(differences[:3]) or tr("not the same: {difference}", difference=best.difference())
    return tr("This is built like torchvision's {model}, but {difference}.", model=_either(builders), difference=said)


def renamed(builders: Sequence[str], head: Shape | None) -> str:
    """`The shapes are those of torchvision's vit_b_16, under other names, with a head of shape [10, 768].`"""
    model = _either(builders)
    if head is None:
        return tr(
            "The shapes are those of torchvision's {model}, under other names, its head is not there.", model=model
        )
    return tr(
        "The shapes are those of torchvision's {model}, under other names, with a head of shape {shape}.",
        model=model,
        shape=wording.shape(head),
    )


def sizes(classes: int | None, channels: int | None) -> Iterator[str]:
    """`10 classes`, `1 input channel`, as far as these are known."""
    if classes is not None:
        yield wording.plural(classes, "class", "classes")
    if channels is not None:
        yield wording.plural(channels, "input channel")


def listed(prefixes: Sequence[str]) -> str:
    """`model. and ema.`; nothing where there is no prefix."""
    return wording.all_of([wording.safe(prefix) for prefix in prefixes if prefix])


def _model(best: Likeness, builders: Sequence[str]) -> str:
    said = wording.all_of(list(sizes(best.classes, best.channels)))
    if said:
        return tr("torchvision's {model} with {sizes}", model=_either(builders), sizes=said)
    return tr("torchvision's {model}", model=_either(builders))


def _stem(best: Likeness) -> str:
    """How the first convolution is another, as a clause."""
    assert best.kernel
    there = best.signature.shapes[best.signature.stem][2:]
    values = {"key": best.signature.stem, "here": _kernel(best.kernel), "there": _kernel(there)}
    if best.kernel < there:
        return tr("{key} is {here} and not {there} as in variants for small pictures (CIFAR)", **values)
    return tr("{key} is {here} and not {there}", **values)


def _kernel(lengths: Shape) -> str:
    return "x".join(map(str, lengths))


def _either(builders: Sequence[str]) -> str:
    said = wording.one_of(builders)
    return tr("{models} (their shapes are the same)", models=said) if len(builders) > 1 else said


# Why it is thought.


def evidence(best: Likeness, prefixes: Sequence[str]) -> Iterator[str]:
    """What speaks for it, and what is to be known besides, each a sentence."""
    signature = best.signature
    yield _names_and_shapes(best, prefixes)
    if best.classes is not None:
        yield ntr(
            "{key} says that there are {n} class.",
            "{key} says that there are {n} classes.",
            best.classes,
            key=next(iter(signature.head)),
        )
    if best.channels is not None:
        yield ntr(
            "{key} takes {n} input channel.", "{key} takes {n} input channels.", best.channels, key=signature.stem
        )
    if best.lines[AUXILIARY]:
        yield (
            tr("There are auxiliary classifiers, which are only used in training.")
            if any(key in best.part for key in best.lines[AUXILIARY])
            else tr("There are no auxiliary classifiers, which are only used in training.")
        )
    beside = best.strays - (len(prefixes) - 1) * len(best.part) + len(best.lines[FURTHER])
    if beside:
        yield ntr("{n} further key is not of it.", "{n} further keys are not of it.", beside)
    if best.lines[TRUNK]:
        yield ntr(
            "{n} key of the trunk does not fit: {difference}.",
            "{n} keys of the trunk do not fit: {difference}.",
            len(best.lines[TRUNK]),
            difference=best.difference(),
        )


def _names_and_shapes(best: Likeness, prefixes: Sequence[str]) -> str:
    """How many names and shapes are those of the model that is meant."""
    name, where = best.signature.name, listed(prefixes)
    if best.same == len(best.part):
        if where:
            return tr("All names and shapes under {prefixes} are those of {model}.", prefixes=where, model=name)
        return tr("All names and shapes are those of {model}.", model=name)
    values = {"same": best.same, "count": len(best.part), "model": name}
    if where:
        return tr(
            "{same:,} of {count:,} names and shapes under {prefixes} are those of {model}.", prefixes=where, **values
        )
    return tr("{same:,} of {count:,} names and shapes are those of {model}.", **values)


def of_counters(best: Likeness, are_there: bool) -> Iterator[str]:
    """That BatchNorm's counters are missing, where that is so."""
    if not are_there and any(key.endswith("running_mean") for key in best.part):
        yield tr("There are no num_batches_tracked: torch before 0.4.1 had none, and some programs leave them out.")


def of_matrices(number: int) -> str:
    """Why a model is known under other names."""
    return tr("{number:,} tensors of two and more dimensions have the same shapes, each as often.", number=number)
