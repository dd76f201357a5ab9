"""One tensor here that is several there: queries, keys and values in one weight or in three.

A step splits or fuses them in all layers at once. Some libraries keep the fused weight as [in, out]; it is turned
first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .. import wording
from ..language import ntr, tr
from .causes import LIKELY, Cause
from .matches import Link
from .mending import apply
from .renaming import Rule, patterns, rules
from .sides import Side
from .steps import Fuse, Split, Step, Transpose
from .templates import literal, template
from .unpaired import lines


def causes(a: Side, b: Side, links: Sequence[Link]) -> Iterator[Cause]:
    """What splits and fuses the tensors of these links, in the order of the steps."""
    parted = [link for link in links if len(link.ours) == 1]
    turned = [link for link in parted if _is_turned(link)]
    if turned:
        cause = _turned(turned)
        yield cause
        a = apply(a, [cause.step] if cause.step else [])
    for (_, sizes), group in _grouped(link for link in parted if _divides(link)).items():
        yield from _split(a, b, group, sizes)
    for group in _grouped(link for link in links if len(link.theirs) == 1).values():
        yield from _fused(a, b, group)


def _grouped(links: Iterable[Link]) -> dict[tuple[int, tuple[int, ...]], list[Link]]:
    """The links by how many parts the whole has, and of which sizes it is cut."""
    groups: dict[tuple[int, tuple[int, ...]], list[Link]] = {}
    for link in links:
        sizes = _sizes(link) if len(link.ours) == 1 else ()
        groups.setdefault((max(len(link.ours), len(link.theirs)), sizes), []).append(link)
    return groups


def _divides(link: Link) -> bool:
    """Whether the whole can be cut: into parts of the sizes on the other side, or else into equal ones."""
    shape = link.ours[0].shape
    return not shape or bool(_sizes(link)) or shape[0] % len(link.theirs) == 0


def _is_turned(link: Link) -> bool:
    """Whether the parts lie side by side where they should lie one below the other, as Conv1D keeps them."""
    shape = link.ours[0].shape
    parts = [item.shape for item in link.theirs if item.shape is not None and len(item.shape) == 2]
    if shape is None or len(parts) < len(link.theirs):
        return False
    joined = (sum(part[0] for part in parts), parts[0][1])
    return shape == joined[::-1] != joined


def _turned(links: Sequence[Link]) -> Cause:
    keys = [link.ours[0].key for link in links]
    sentence = ntr(
        "{n} fused weight is kept as [in, out] in the file, as Conv1D does, and as [out, in] on the other side.",
        "{n} fused weights are kept as [in, out] in the file, as Conv1D does, and as [out, in] on the other side.",
        len(links),
    )
    evidence = (tr("The shapes are each other's reverse."),)
    return Cause("transposed", sentence, tuple(keys), (), Transpose(patterns(keys, keys)), evidence=evidence)


def _sizes(link: Link) -> tuple[int, ...]:
    """How long the parts are that a tensor falls into; empty when all are of one size."""
    sizes = tuple(item.shape[0] for item in link.theirs if item.shape)
    whole = link.ours[0].shape
    return sizes if len(set(sizes)) > 1 and whole and max(whole) == sum(sizes) else ()


def _split(a: Side, b: Side, links: list[Link], sizes: tuple[int, ...]) -> Iterator[Cause]:
    ways = [[(link.ours[0].key, link.theirs[place].key) for link in links] for place in range(len(links[0].theirs))]
    for group in _alike(a, b, ways, 0):
        chosen = [link for link in links if template(group[0][0]).match(link.ours[0].key) is not None]
        links = [link for link in links if link not in chosen]
        step = Split(group[0][0], tuple(new for _, new in group), 0, sizes)
        sentence = ntr(
            "{n} tensor of the file is {parts} on the other side: {whole} holds {names}.",
            "{n} tensors of the file are each {parts} on the other side: {whole} holds {names}.",
            len(chosen),
            parts=len(group),
            whole=_quoted(group[0][0]),
            names=wording.names([_quoted(new) for _, new in group]),
        )
        yield _cause(chosen, "split", sentence, step, len(group))


def _fused(a: Side, b: Side, links: list[Link]) -> Iterator[Cause]:
    ways = [[(link.ours[place].key, link.theirs[0].key) for link in links] for place in range(len(links[0].ours))]
    for group in _alike(a, b, ways, 1):
        chosen = [link for link in links if template(group[0][1]).match(link.theirs[0].key) is not None]
        links = [link for link in links if link not in chosen]
        step = Fuse(tuple(old for old, _ in group), group[0][1], 0)
        sentence = ntr(
            "{n} tensor of the other side is {parts} in the file: {whole} is made of {names}.",
            "{n} tensors of the other side are each {parts} in the file: {whole} is made of {names}.",
            len(chosen),
            parts=len(group),
            whole=_quoted(group[0][1]),
            names=wording.names([_quoted(old) for old, _ in group]),
        )
        yield _cause(chosen, "fused", sentence, step, len(group))


def _alike(a: Side, b: Side, ways: list[list[Rule]], shared: int) -> Iterator[tuple[Rule, ...]]:
    """Rules for all parts at once that agree in the name of the whole; where there are none, name by name."""
    keys, there = [item.key for item in a.items], {item.key for item in b.items}
    made = [rules(way, keys, there, lambda key, new: True) for way in ways]
    if len({tuple(rule[shared] for rule in each) for each in made}) > 1:
        made = [tuple((literal(old), literal(new)) for old, new in way) for way in ways]
    yield from zip(*made)


def _cause(links: list[Link], kind: str, sentence: str, step: Step, parts: int) -> Cause:
    keys = lines((item for link in links for item in link.ours), (item for link in links for item in link.theirs))
    evidence = (tr("The {parts} parts are together as long as the whole.", parts=parts),)
    undecided = (
        tr(
            "Shapes cannot tell whether the whole holds its parts one after the other, as is usual, or head by head,"
            " nor in which order; the names say this one."
        ),
    )
    return Cause(kind, sentence, keys, (), step, "", LIKELY, evidence, undecided)


def _quoted(text: str) -> str:
    return f"`{wording.safe(text, 80)}`"
