"""What each pickle opcode does to a `Machine`: one small function each, in the table `HANDLERS`.

The opcodes of all protocols, 0 to 5, are documented in Python's `pickletools`. A handler that finds too
little to work on may raise IndexError, and ValueError for an argument that is no number: the machine says
where.
"""

from . import calls, constants, containers
from .table import HANDLERS, INLINE, STOP, article

__all__ = ["HANDLERS", "INLINE", "STOP", "article", "calls", "constants", "containers"]
