"""The door from the terminal: `inspector show`, `stats`, `open`.

Exit codes
    0    opened, also when the file is damaged: what is broken is said, and what is whole is shown
    1    something else went wrong, such as a full disk
    2    the command, an option or a search was not understood
    3    refused: the file is no checkpoint, or too broken to show anything; the sentence is on stderr
    130  stopped with Ctrl+C
    141  nobody read the output to its end (`inspector show FILE | head`)

Why this way: a listing should be there before one has leaned back. What a command needs is imported when it runs, so
that `--help` and `show` import neither torch nor Qt, and numpy and rich only where values are read; and `show FILE`,
the usual call, has nothing to parse: argparse would take a fifth of its time.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from .errors import InspectorError, QueryError
from .wording import safe

OPENED, FAILED, USAGE, REFUSED, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 3, 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command that `arguments` (by default those of the process) ask for, and gives its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        return _run(arguments)
    except QueryError as error:
        say_error(error)
        return USAGE
    except InspectorError as error:
        say_error(error)
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    except OSError as error:
        _drop_output()
        sys.stderr.write(f"inspector: {error.strerror or error}\n")
        return FAILED


def _drop_output() -> None:
    """Sends what is not written yet nowhere, or the interpreter would try it again at its end, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say_error(error: InspectorError) -> None:
    """The sentence of an error on the error stream, behind the file that it is about."""
    path = getattr(error, "path", "")
    shown, said = safe(path, 300), safe(str(error), 1000)
    where = f"{shown}: " if path and not said.startswith(shown) else ""
    sys.stderr.write(f"inspector: {where}{said}\n")


def _run(arguments: Sequence[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show × gets \xd7, not a traceback
    if arguments[:1] == ["show"]:
        gc.disable()  # nothing that it makes is thrown away before the end
    if len(arguments) == 2 and arguments[0] == "show" and not arguments[1].startswith("-"):
        from .terminal.show import View, show

        return show(arguments[1], View())
    from .terminal.commands import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
