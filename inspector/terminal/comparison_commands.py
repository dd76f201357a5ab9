"""The commands that compare, explain and mend, and their options."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..cli import say_error
from ..errors import InspectorError

if TYPE_CHECKING:
    from .commands import Commands

COULD_NOT = 2

_EXIT_CODES = """\
exit codes:
  0    {0}
  1    {1}
  2    could not: a file, an option or a class that cannot be used; stderr says why
  130  stopped with Ctrl+C
"""

_STEPS = """\
steps, each in quotes; {i} is a number, {part} one part of a name, {rest} anything:
  'strip-prefix module.'                      'add-prefix backbone.'
  'rename blocks.{i}.{rest} layers.{i}.{rest}'
  'transpose {rest}.mlp.{i}.weight'           'drop head.{rest}'
`inspector fit FILE MODEL` says the steps that a file needs.
"""


def add(commands: Commands) -> None:
    """Adds `diff`, `series`, `fit`, `identify`, `explain` and `mend` to the commands."""
    _add_diff(commands)
    _add_series(commands)
    _add_fit(commands)
    _add_identify(commands)
    _add_explain(commands)
    _add_mend(commands)


def _add_diff(commands: Commands) -> None:
    parser = _parser(
        commands,
        "diff",
        "compare two checkpoints",
        "Says what differs between two checkpoints, and why. Prefixes such as module. are seen through.",
        ("nothing differs (of values only what --values looked at)", "something differs"),
    )
    parser.add_argument("a", metavar="A", help="a checkpoint of any kind")
    parser.add_argument("b", metavar="B", help="the one it is compared with")
    parser.add_argument("--values", action="store_true", help="compare the numbers too, key by key")
    parser.add_argument("--raw", action="store_true", help="names as they are: nothing is seen through or explained")
    parser.add_argument("--section", metavar="KEY", help="the part of both files to compare: optimizer, ema ...")
    parser.add_argument("--section-a", metavar="KEY", help="the part of A to compare")
    parser.add_argument("--section-b", metavar="KEY", help="the part of B to compare")
    parser.add_argument("--all", dest="everything", action="store_true", help="list what is the same as well")
    _add_forms(parser, "inspector.comparing.records")
    parser.set_defaults(command=guarded(_diff))


def _add_series(commands: Commands) -> None:
    parser = _parser(
        commands,
        "series",
        "follow a training over its checkpoints",
        "Measures the checkpoints of a training, in order: norms, how far each step went, what is frozen, the losses"
        " that are stored, the best epoch.",
        ("measured", "some checkpoint could not be measured: the table says which"),
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a folder of checkpoints, or those of one training")
    parser.add_argument("--layers", action="store_true", help="each layer as well")
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--csv", dest="as_csv", action="store_true", help="a table in csv instead")
    _add_json(forms, "inspector.terminal.series")
    parser.set_defaults(command=guarded(_series))


def _add_fit(commands: Commands) -> None:
    parser = _parser(
        commands,
        "fit",
        "hold a checkpoint against a model class",
        "Says whether a checkpoint loads into a model; if not, why, and what mends it. The model's code runs in a"
        " process of its own.",
        ("it fits: load_state_dict(strict=True) would load it", "it does not"),
    )
    parser.add_argument("file", metavar="FILE", help="a checkpoint of any kind")
    parser.add_argument(
        "model",
        metavar="MODEL",
        help="resnet18 or another builder of torchvision; path/to/file.py:Class; package.module:Class; or a file: a"
        " whole module, TorchScript, another checkpoint",
    )
    parser.add_argument("--arg", action="append", default=[], metavar="K=V", help="an argument of the constructor; V is"
                        " JSON, or a word")  # fmt: skip
    parser.add_argument("--solve", action="store_true", help="find the arguments that make the shapes fit")
    parser.add_argument("--step", action="append", default=[], metavar="STEP", help="a step to take on the file first;"
                        " `inspector mend --help` tells them")  # fmt: skip
    parser.add_argument("--python", default="", metavar="INTERPRETER", help="the Python that has torch and the class")
    parser.add_argument("--section", metavar="KEY", help="the part of the file that is loaded")
    parser.add_argument("--all", dest="everything", action="store_true", help="list what fits as well")
    parser.add_argument("--code", action="store_true", help="print the steps that mend it as Python, and nothing else")
    _add_forms(parser, "inspector.comparing.records")
    parser.set_defaults(command=guarded(_fit))


def _add_identify(commands: Commands) -> None:
    parser = _parser(
        commands,
        "identify",
        "tell which architecture a checkpoint is",
        "Tells by names and shapes which of torchvision's architectures a checkpoint is, and which it is nearly.",
        ("known", "none of them"),
    )
    parser.add_argument("file", metavar="FILE", help="a checkpoint of any kind")
    parser.add_argument("--section", metavar="KEY", help="the part of the file to look at")
    parser.add_argument("--folder", default="", metavar="DIR", help="try the model classes of this folder, or .py file")
    parser.add_argument("--python", default="", metavar="INTERPRETER", help="the Python that has torch and the classes")
    _add_json(parser, "inspector.terminal.identify")
    parser.set_defaults(command=guarded(_identify))


def _add_explain(commands: Commands) -> None:
    parser = _parser(
        commands,
        "explain",
        "explain an error of load_state_dict",
        "Reads the text of `RuntimeError: Error(s) in loading state_dict` and says the few causes behind its lines.",
        ("never: an error is something that differs", "explained"),
    )
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="a file with the text, such as a log;"
                        " standard input without it, or for -")  # fmt: skip
    _add_forms(parser, "inspector.comparing.records")
    parser.set_defaults(command=guarded(_explain))


def _add_mend(commands: Commands) -> None:
    parser = _parser(
        commands,
        "mend",
        "write a checkpoint that fits",
        "Takes steps on the keys and shapes of a checkpoint and writes the result as a new file, which is read back and"
        " compared bit by bit.",
        ("written", "never"),
        _STEPS,
    )
    parser.add_argument("file", metavar="FILE", help="a checkpoint of any kind; it is never written to")
    parser.add_argument("--step", action="append", default=[], metavar="STEP", help="a step; several are taken in turn")
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help="the new file: .pth or .safetensors")
    parser.add_argument("--section", metavar="KEY", help="the part of the file that is mended")
    parser.add_argument("--weights-only", action="store_true", help="write that part only, not what is beside it")
    parser.add_argument("--overwrite", action="store_true", help="replace OUT if it exists (never FILE)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")
    parser.set_defaults(command=guarded(_mend))


def _parser(
    commands: Commands, name: str, help: str, description: str, codes: tuple[str, str], more: str = ""
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=help,
        description=description,
        epilog="\n".join(filter(None, (more, _EXIT_CODES.format(*codes)))),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_forms(parser: argparse.ArgumentParser, module: str) -> None:
    _add_json(parser, module)
    parser.add_argument("--report", default="", metavar="OUT", help="write a report: OUT ends in .html, .md or .json")


def _add_json(parser: argparse._ActionsContainer, module: str) -> None:
    parser.add_argument(
        "--json", dest="as_json", action="store_true", help=f"one JSON object; `pydoc {module}` tells its fields"
    )


def guarded(command: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """What cannot be done ends with 2: 1 is an answer - that something differs, that a run failed."""

    def run(options: argparse.Namespace) -> int:
        try:
            return command(options)
        except InspectorError as error:
            say_error(error)
        except BrokenPipeError:
            raise
        except OSError as error:
            sys.stderr.write(f"inspector: {error.strerror or error}\n")
        return COULD_NOT

    return run


def _diff(options: argparse.Namespace) -> int:
    from .diff import Wish, diff

    sections = tuple(own if own is not None else options.section for own in (options.section_a, options.section_b))
    wish = Wish(
        (sections[0], sections[1]), options.values, options.raw, options.as_json, options.everything, options.report
    )
    return diff(options.a, options.b, wish)


def _series(options: argparse.Namespace) -> int:
    from .series import series

    return series(options.paths, as_json=options.as_json, as_csv=options.as_csv, layers=options.layers)


def _fit(options: argparse.Namespace) -> int:
    from .fit import Wish, fit

    wish = Wish(
        tuple(options.arg), options.solve, options.python, options.section, options.as_json, options.everything,
        options.report, options.code, tuple(options.step),
    )  # fmt: skip
    return fit(options.file, options.model, wish)


def _identify(options: argparse.Namespace) -> int:
    from .identify import identify

    return identify(
        options.file, section=options.section, folder=options.folder, python=options.python, as_json=options.as_json
    )


def _explain(options: argparse.Namespace) -> int:
    from .explain import explain

    return explain(options.file, as_json=options.as_json, report=options.report)


def _mend(options: argparse.Namespace) -> int:
    from .mend import Wish, mend

    wish = Wish(
        tuple(options.step), options.output, options.section, options.weights_only, options.overwrite, options.dry_run
    )
    return mend(options.file, wish)
