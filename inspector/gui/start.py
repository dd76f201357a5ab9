"""The door of the window: a start hands its files to the window that is open already, or opens one.

    checkpoint-inspector [--new-window] [FILE ...]

Qt is loaded only where a window is opened.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

USAGE = """usage: checkpoint-inspector [--new-window] [FILE ...]

Opens each FILE (or folder of shards) in a tab of its own: in the window that is open, which comes to the front, or
else in a new one.

  --new-window  open another window"""


def main(argv: Sequence[str] | None = None, *, in_process: bool = False, new_window: bool = False) -> int:
    """Shows each file of `argv` (by default the command line's) in a tab; gives the exit code.

    `in_process`: what is trained and tested runs inside the window's process, and so in a window of its own.
    """
    from . import one_window

    options, paths = told_apart(sys.argv[1:] if argv is None else argv)
    if options & {"-h", "--help"}:
        print(USAGE)
        return 0
    if new_window or in_process or "--new-window" in options:
        place, is_taken = one_window.take_place(), False
    else:
        place, is_taken = one_window.place_or_handed_over(paths)
    if is_taken:
        return 0
    try:
        from .app import main as open_window

        return open_window(paths, in_process=in_process, place=place)
    finally:
        if place is not None:
            place.leave()


def told_apart(words: Sequence[str]) -> tuple[set[str], list[str]]:
    """The options and the files among the words of a command line; behind `--` all are files."""
    words = list(words)
    end = words.index("--") if "--" in words else len(words)
    options = {word for word in words[:end] if word in ("-h", "--help", "--new-window")}
    return options, [word for word in (*words[:end], *words[end + 1 :]) if word and word not in options]


if __name__ == "__main__":
    sys.exit(main())
