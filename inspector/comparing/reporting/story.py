"""What a report tells, whatever its form."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from ... import __version__, wording
from ...language import tr
from ..causes import Cause
from ..diffing import KINDS, MISSING, UNEXPECTED, Comparison, Pair
from ..pair_words import kind_words


class Story(NamedTuple):
    """One comparison, ready to be told."""

    a: str
    """The file."""
    b: str
    """The other file, or the model."""
    headline: str
    """The whole in a sentence."""
    comparison: Comparison
    """What is listed, pair by pair."""
    causes: tuple[Cause, ...] = ()
    complaints: Collection[str] = ()
    """The keys that `load_state_dict` complains of, which the causes explain."""
    against_model: bool = False
    """Whether b is a model: then the words are torch's, missing and unexpected."""
    facts: tuple[tuple[str, str], ...] = ()
    """What else should be said at its head, as (label, text): sections, the interpreter, torch's verdict."""
    receipt: tuple[tuple[str, str], ...] = ()
    """What loading would do, as (way of loading, sentence)."""
    left: tuple[str, ...] = ()
    """Sentences on modules that stay at their initialisation."""
    remarks: Mapping[str, str] = {}
    """Key -> what there is to say of its values."""
    python: str = ""
    """The steps as Python."""
    record: Mapping[str, object] = {}
    """What the JSON report holds."""

    def words(self, kind: str) -> str:
        """What a kind of line is called here: between two files nothing is missing, it is only in one of them."""
        if not self.against_model:
            return {MISSING: tr("only in b"), UNEXPECTED: tr("only in a")}.get(kind) or kind_words(kind)
        return kind_words(kind)

    def python_lines(self) -> list[str]:
        """The lines of the Python, each inert."""
        return [wording.safe(line, 10_000) for line in self.python.rstrip().split("\n")] if self.python else []

    def groups(self) -> Iterator[tuple[str, list[Pair]]]:
        """The pairs by kind, those that matter most first; kinds that do not occur are left out."""
        for kind in KINDS:
            if self.comparison.counts[kind]:
                yield kind, self.comparison.of_kind(kind)


FOOT = f"Checkpoint Inspector {__version__}"
