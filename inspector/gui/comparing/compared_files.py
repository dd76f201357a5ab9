"""Two files read, their sections chosen, held against each other and explained: all of it beside the window."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...checkpoint.entries import Checkpoint, Section
from ...comparing.causes import Explanation
from ...comparing.sides import Side
from ...comparing.through import SeenThrough
from ...language import tr
from ...progress import Progress
from ..collecting import uncollected
from ..item_models.pair_rows import PairTree
from .pair_measuring import PairMeasuring

if TYPE_CHECKING:
    from ...comparing.two_files import TwoFiles
    from ...comparing.values import Values

Two = tuple[str, str]
Checkpoints = tuple[Checkpoint, Checkpoint]
Offered = tuple[tuple[Section, ...], tuple[Section, ...]]


@dataclass(frozen=True, slots=True)
class ComparedFiles:
    """What comes of it. First in each pair is side a."""

    checkpoints: Checkpoints
    offered: Offered
    """The sections of each file that can be compared."""
    sections: Two
    """The keys of those that are."""
    is_chosen_by_hand: bool
    """Whether a person chose other sections than are chosen by themselves."""
    explanation: Explanation
    through: SeenThrough
    """What is shown: the comparison after the steps, without a prefix that all keys of one side have."""
    tree: PairTree
    measuring: PairMeasuring
    sentences: tuple[str, ...]
    """What names, shapes and dtypes tell on the whole, before a number is read."""
    notes: tuple[str, ...]
    """What should be known of the two sides themselves: whose the states of an optimizer are."""

    def values(self) -> Values:
        """What was compared of the values so far, by the places of the pairs."""
        from ...comparing.values import Values

        numbers = self.tree.numbers
        distances = {numbers[row]: found for row, found in list(self.tree.distances.items()) if numbers[row] >= 0}
        return Values(distances, {numbers[row]: why for row, why in list(self.tree.refusals.items())})

    def told(self, sentences: tuple[str, ...]) -> TwoFiles:
        """All there is to tell of the two by now."""
        from ...comparing.two_files import TwoFiles
        from ...comparing.values import with_values

        values = self.values()
        is_compared = bool(values.distances or values.refusals)
        comparison = with_values(self.through.comparison, values.distances)
        through = self.through._replace(comparison=comparison)
        return TwoFiles(self.checkpoints, self.explanation, through, values if is_compared else None, sentences)


def comparing_files(
    paths: Two, sections: Two | None = None, known: Checkpoints | None = None
) -> Generator[Progress, None, ComparedFiles]:
    """Compares two files, of which `known` is what they hold where they were read before.

    Sections that are not given, or not there any more, are chosen. Raises FileError or InspectorError.
    """
    with uncollected():
        checkpoints = known or (yield from _reading(paths))
        yield Progress(2, 5, "steps", tr("choosing what to compare"))
        offered, usual = _sections_of(checkpoints)
        chosen = sections if sections is not None and _are_there(sections, offered) else usual
        yield Progress(3, 5, "steps", tr("comparing"))
        (a, note_a), (b, note_b) = _sides(checkpoints, chosen)
        explanation, through = yield from _explaining(a, b)
        yield Progress(4, 5, "steps", tr("listing"))
        tree = _tree(through)
        return ComparedFiles(
            checkpoints=checkpoints,
            offered=offered,
            sections=chosen,
            is_chosen_by_hand=chosen != usual,
            explanation=explanation,
            through=through,
            tree=tree,
            measuring=PairMeasuring(tree),
            sentences=_at_first(through),
            notes=_notes(note_a, note_b),
        )


def judging_values(found: ComparedFiles) -> Generator[Progress, None, tuple[str, ...]]:
    """What the values tell, the sentence that says most first. They must all be compared."""
    from ...comparing.values import with_values
    from ...comparing.verdict_sentences import judging

    with uncollected():
        values = found.values()
        return (yield from judging(with_values(found.through.comparison, values.distances), values))


def _reading(paths: Two) -> Generator[Progress, None, Checkpoints]:
    from ...checkpoint.reading import open_checkpoint

    yield Progress(0, 5, "steps", tr("reading A"))
    first = open_checkpoint(paths[0])
    yield Progress(1, 5, "steps", tr("reading B"))
    return first, first if paths[0] == paths[1] else open_checkpoint(paths[1])


def _sections_of(checkpoints: Checkpoints) -> tuple[Offered, Two]:
    """The sections of both files that can be compared, and those that are when nobody says otherwise."""
    from ...comparing.choosing import choose, comparable

    return (comparable(checkpoints[0]), comparable(checkpoints[1])), choose(*checkpoints)


def _sides(checkpoints: Checkpoints, sections: Two) -> tuple[tuple[Side, str], tuple[Side, str]]:
    from ...comparing.optimizers import side_of_section

    a, b = (side_of_section(checkpoint, section) for checkpoint, section in zip(checkpoints, sections))
    return a, b


def _notes(a: str, b: str) -> tuple[str, ...]:
    if a == b:
        return (a,) if a else ()
    return tuple(f"{letter}: {note}" for letter, note in (("A", a), ("B", b)) if note)


def _explaining(a: Side, b: Side) -> Generator[Progress, None, tuple[Explanation, SeenThrough]]:
    from ...comparing.explaining import explaining
    from ...comparing.item_values import fingerprint
    from ...comparing.through import seen_through

    explanation = yield from explaining(a, b, values=fingerprint)
    return explanation, seen_through(explanation)


def _tree(through: SeenThrough) -> PairTree:
    from ...comparing.values import probably_equal

    tree = PairTree(through.comparison, through.prefix)
    tree.expect_equal(probably_equal(through.comparison))
    return tree


def _at_first(through: SeenThrough) -> tuple[str, ...]:
    from ...comparing.verdict_sentences import at_first

    return (at_first(through.comparison),)


def _are_there(sections: Two, offered: Offered) -> bool:
    return all(key in {each.key for each in some} for key, some in zip(sections, offered))
