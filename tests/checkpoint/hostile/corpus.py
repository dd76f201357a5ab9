"""All hostile files, by family."""

from __future__ import annotations

from . import archives, bombs, calls, others, tensors
from .cases import Case

FAMILIES = {
    "calls": calls.cases,
    "bombs": bombs.cases,
    "tensors": tensors.cases,
    "archives": archives.cases,
    "others": others.cases,
}


def corpus(family: str, marker: str) -> list[Case]:
    """The cases of a family; code that one of them gets to run would create the file `marker`."""
    found = list(FAMILIES[family](marker))
    assert len({case.name for case in found}) == len(found), "two cases have one name"
    return found
