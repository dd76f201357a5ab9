"""What was foreseen, written: beside its place, to the disk, read back, compared, and only then given its name."""

from __future__ import annotations

from collections.abc import Generator

from ..progress import Progress
from .wishes import Converted, Foreseen


def refuse(foreseen: Foreseen, target: str, *, overwrite: bool = False, over_source: bool = False) -> None:
    """Raises FileError for all that `convert` would refuse before its first byte: a name that is taken (`overwrite`
    allows it), the source itself (`over_source` as well), a folder that is not there, too little room."""
    raise NotImplementedError


def convert(
    foreseen: Foreseen, target: str, *, overwrite: bool = False, over_source: bool = False
) -> Generator[Progress, None, Converted]:
    """Writes what was foreseen to `target`, saying how far it is: a file, or for several shards a file name that
    gives theirs (see `naming.names`) or a folder. Who stops asking has cancelled: nothing is left behind then.

    Raises FileError when something cannot be written, is not what was meant, or when the source changed.
    """
    raise NotImplementedError
