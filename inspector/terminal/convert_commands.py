"""`inspector convert` and its options."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from .comparison_commands import guarded

if TYPE_CHECKING:
    from .commands import Commands

_MORE = """\
examples:
  inspector convert last.ckpt -o weights.safetensors --strip auto
  inspector convert best.pth -o best-bf16.pth --dtype bf16 --dry-run
  inspector convert model.safetensors -o shards/ --shard-size 5GB --format safetensors
  inspector convert checkpoint_dir/ -o all.pth          a distributed checkpoint, or shards, as one file
  inspector convert broken.pth -o rest.pth --salvage    what is whole of a damaged file

Written beside OUT, read back and compared bit by bit; only then is it given its name. Without a word on sections a
.pth keeps all that FILE holds, and safetensors the weights. `torch.save(model)` and TorchScript become a state_dict.

exit codes:
  0    written (with --dry-run: could be)
  2    could not: nothing was written; stderr says why
  130  stopped with Ctrl+C; nothing is left behind
"""
_DTYPES = {"fp32": "float32", "fp16": "float16", "bf16": "bfloat16", "fp64": "float64", "half": "float16",
           "float": "float32", "double": "float64"}  # fmt: skip
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}


def add(commands: Commands) -> None:
    """Adds `convert` to the commands."""
    parser = commands.add_parser(
        "convert",
        help="make another kind of file of a checkpoint",
        description="Writes a checkpoint as another kind of file: only its weights, in another dtype or format, as one"
        " file or in shards. Says first what will be lost.",
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", help="a checkpoint of any kind, an index of shards, or a folder")
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help="the new file (.pth, .safetensors ...);"
                        " with --shard-size also a folder")  # fmt: skip
    _add_sections(parser)
    parser.add_argument("--strip", action="append", default=[], metavar="PREFIX", help="take PREFIX off the keys; auto:"
                        " what wrappers such as DataParallel set there")  # fmt: skip
    parser.add_argument("--dtype", type=_dtype, metavar="DTYPE", help="cast floating point tensors: fp32,"
                        " fp16, bf16 or fp64")  # fmt: skip
    parser.add_argument("--keep-norms", action="store_true", help="normalisation layers keep their dtype")
    parser.add_argument("--format", choices=("zip", "safetensors"), default="", help="the form of OUT; if not given,"
                        " what its ending says")  # fmt: skip
    parser.add_argument("--shard-size", type=_nbytes, default=0, metavar="SIZE", help="several files of at most SIZE"
                        " (5GB, 500MB, 2GiB), with an index")  # fmt: skip
    parser.add_argument("--shared", choices=("drop", "copy"), default="drop", help="tensors with several names, in"
                        " safetensors: written once and recorded in the metadata, or once for each name")  # fmt: skip
    parser.add_argument("--keep-storages", action="store_true", help="write all of a storage, also what no tensor uses")
    parser.add_argument("--salvage", nargs="?", const="leave-out", default="", type=_salvage,
                        metavar="leave-out|zeros", help="write what is whole of a damaged file; what is not is left"
                        " out, or zeros")  # fmt: skip
    parser.add_argument("--metadata", action="append", type=_pair, default=[], metavar="KEY=VALUE", help="a text to"
                        " keep in the file")  # fmt: skip
    parser.add_argument("--drop-metadata", action="append", default=[], metavar="KEY", help="do not write the text KEY"
                        " of FILE's metadata along")  # fmt: skip
    parser.add_argument("--no-metadata", action="store_true", help="write none of FILE's texts along")
    parser.add_argument("--overwrite", action="store_true", help="replace OUT if it exists (never FILE)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
    parser.add_argument("--json", dest="as_json", action="store_true", help="one JSON object; `pydoc"
                        " inspector.terminal.convert` tells its fields")  # fmt: skip
    parser.set_defaults(command=guarded(_convert))


def _add_sections(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--weights", dest="role", action="store_const", const="weights", help="only the weights")
    which.add_argument("--ema", dest="role", action="store_const", const="ema", help="only the averaged weights")
    which.add_argument("--section", metavar="KEY", help="only this part: optimizer, model_state_dict ...; '' for all,"
                       " as one state_dict")  # fmt: skip
    parser.add_argument("--whole", action="store_true", help="keep what is beside that part as it is")


def _dtype(text: str) -> str:
    found = _DTYPES.get(text.lower(), text.lower().removeprefix("torch."))
    if found not in _DTYPES.values():
        raise argparse.ArgumentTypeError(f"{text!r} is none of fp32, fp16, bf16 and fp64")
    return found


def _nbytes(text: str) -> int:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?I?)B?\s*", text.upper())
    number = int(float(match[1]) * _UNITS[match[2]]) if match and match[2] in _UNITS else 0
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no size such as 5GB, 500MB or 2GiB")
    return number


def _salvage(text: str) -> str:
    if text not in ("", "leave-out", "zeros"):  # the default is asked as well
        raise argparse.ArgumentTypeError(f"{text!r} is neither leave-out nor zeros; FILE stands before --salvage")
    return text


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form KEY=VALUE")
    return name, value


def _convert(options: argparse.Namespace) -> int:
    from .convert import Asked, convert

    return convert(Asked(
        options.file, options.output, options.role or "", options.section, options.whole, tuple(options.strip),
        options.dtype or "", options.keep_norms, options.format, options.shard_size, options.shared,
        not options.keep_storages, options.salvage, tuple(options.metadata), tuple(options.drop_metadata),
        options.no_metadata, options.overwrite, options.dry_run, options.as_json,
    ))  # fmt: skip
