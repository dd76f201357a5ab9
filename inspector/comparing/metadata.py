"""`_metadata`, the versions of the modules in a state_dict, after its keys were renamed.

`load_state_dict` looks there for the version of a module by its path, and fills in what an old version did not have
yet. So a path moves along with the keys that begin with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Metadata = Mapping[str, Mapping[str, object]]


def moved(metadata: Metadata, renames: Iterable[tuple[str, str]]) -> Metadata:
    """The metadata under the paths that modules have after `renames` (old key, new key).

    A path that no renamed key begins with stays. Where two modules would have one path, the inner one has it: what
    wrapped it (DataParallel) is no more.
    """
    if not metadata:
        return metadata
    paths: dict[str, str] = {}
    for old, new in renames:
        for before, after in _paths(old, new):
            if before in paths:  # and so are those above it
                break
            paths[before] = after
    return {paths.get(path, path): versions for path, versions in metadata.items()}


def _paths(old: str, new: str) -> Iterable[tuple[str, str]]:
    """Each module path of `old` and what it is called in `new`, as long as both end in the same names below it."""
    while True:
        old, _, leaf = old.rpartition(".")
        new, _, other = new.rpartition(".")
        if leaf != other:
            return
        yield old, new
        if not (old and new):
            return
