"""The commands and options of the terminal, and what each of them calls."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from .. import __version__
from . import comparison_commands, convert_commands, desktop_commands, run_commands

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_EXIT_CODES = """\
exit codes:
  0    opened (also with damage: what is broken is said)
  1    something else went wrong, such as a full disk
  2    the command, an option or a search was not understood
  3    refused: the file is no checkpoint; stderr says what it is
  130  stopped with Ctrl+C
"""

_SEARCH = """\
the search language of --filter:
  weight  *.weight  layers.{0-11}.*   keys with this word, or of this form
  shape:512  shape:512x784  dims:4    a dimension, the whole shape, how many dimensions
  dtype:bf16  device:cuda             torch's names or short ones
  type:Linear                         the kind of layer, module or value
  size>1MB  params>=1e6               < <= > >= = != compare
  shared  damaged  trainable          what several tensors share, cannot be read, requires_grad
  value:adam  "nan or inf"            values that read so; keys with just this text
  -word   a b   a or b                not; both; either
"""


def run(arguments: Sequence[str]) -> int:
    """Runs the command that `arguments` ask for, and gives its exit code. Raises SystemExit for wrong ones."""
    options = _parser().parse_args(list(_joined(arguments)))
    command: Callable[[argparse.Namespace], int] = options.command
    return command(options)


def _joined(arguments: Sequence[str]) -> Iterator[str]:
    """`--filter -bias` as `--filter=-bias`: what is not wanted begins with a minus, as options do."""
    words = iter(arguments)
    for word in words:
        query = next(words, None) if word == "--filter" else None
        yield word if query is None else f"{word}={query}"


def _show(options: argparse.Namespace) -> int:
    from .show import View, show, show_text

    if options.text:
        return show_text(options.file, options.text)
    view = View(options.form, options.filter, options.depth, options.flat, options.fold, options.digest)
    return show(options.file, view)


def _stats(options: argparse.Namespace) -> int:
    from .stats import stats

    return stats(options.file, query=options.filter, as_json=options.form == "json")


def _open(options: argparse.Namespace) -> int:
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(map(os.environ.get, screens)):  # Qt would abort the process
        sys.stderr.write(
            "inspector: There is no screen to open a window on. `inspector show FILE` prints what is in a file.\n"
        )
        return 1
    try:
        from ..gui.start import main as open_window
    except ImportError as error:
        sys.stderr.write(f"inspector: The window cannot be opened: {error}.\n")
        return 1
    return open_window(["--", *options.files], in_process=options.in_process, new_window=options.new_window)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="inspector",
        description="Shows what is in a PyTorch checkpoint, without running anything in it, and why it does not fit.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"inspector {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="name", required=True)
    _add_show(commands)
    _add_stats(commands)
    comparison_commands.add(commands)
    convert_commands.add(commands)
    run_commands.add(commands)
    window = commands.add_parser("open", help="open the window", description="Opens files in the window.")
    window.add_argument("files", nargs="*", metavar="FILE")
    window.add_argument("--new-window", action="store_true", help="another window, though one is open")
    window.add_argument("--in-process", action="store_true", help="training and tests run in the window's own process")
    window.set_defaults(command=_open)
    desktop_commands.add(commands)
    return parser


def _add_show(commands: Commands) -> None:
    show = _command(commands, "show", "print what is in a file", "Prints keys, dtypes, shapes and sizes as a tree.")
    for form in ("csv", "markdown"):
        show.add_argument(f"--{form}", dest="form", action="store_const", const=form, help=f"a table in {form} instead")
    show.add_argument("--depth", type=_levels, metavar="N", help="no more than N levels")
    show.add_argument("--flat", action="store_true", help="no tree, but every entry with its whole key on a line")
    show.add_argument("--fold", action="store_true", help="repeated blocks as one line: layers.{0-47}")
    show.add_argument("--digest", action="store_true", help="SHA-256 of the elements of each tensor, 16 digits")
    show.add_argument("--text", metavar="NAME", help="nothing but this text, such as a piece of TorchScript code")
    show.set_defaults(command=_show)


def _add_stats(commands: Commands) -> None:
    stats = _command(commands, "stats", "measure the tensors", "Prints mean, std, extremes and more of each tensor.")
    stats.set_defaults(command=_stats)


def _command(commands: Commands, name: str, help: str, description: str) -> argparse.ArgumentParser:
    """What `show` and `stats` have in common."""
    parser = commands.add_parser(
        name,
        help=help,
        description=description,
        epilog=f"{_SEARCH}\n{_EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module = {"show": "inspector.checkpoint.exporting", "stats": "inspector.terminal.stats"}[name]
    parser.add_argument("file", metavar="FILE", help="a checkpoint of any kind, or a folder of shards")
    parser.add_argument("--filter", default="", metavar="QUERY", help="only what matches: '*.weight size>1MB'")
    parser.add_argument(
        "--json",
        dest="form",
        action="store_const",
        const="json",
        default="tree",
        help=f"one JSON object instead; `pydoc {module}` tells its fields",
    )
    return parser


def _levels(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text[:9]):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of levels")
    return int(text[:9])
