"""What new files are called."""

from __future__ import annotations

import os
import re

from ..errors import FileError
from ..language import tr
from ..wording import safe
from .wishes import SAFETENSORS, ZIP, Wish

_ENDINGS = {".safetensors": SAFETENSORS, ".pth": ZIP, ".pt": ZIP, ".ckpt": ZIP, ".bin": ZIP, ".tar": ZIP}
_OTHER_ENDINGS = (".th", ".jit", ".ptl", ".pt2", ".pkl", ".pickle", ".t7")
"""What else checkpoints are called, and no new file is."""
_DTYPES = {"float32": "fp32", "float16": "fp16", "bfloat16": "bf16", "float64": "fp64"}
_STEMS = {SAFETENSORS: "model", ZIP: "pytorch_model"}
_ENDING_OF = {SAFETENSORS: ".safetensors", ZIP: ".pth"}
_SHARDS = {SAFETENSORS: ".safetensors", ZIP: ".bin"}


def format_of(target: str) -> str:
    """The format that the ending of a file name says, as `Wish.format` has it; empty where it says none."""
    return _ENDINGS.get(os.path.splitext(target)[1].lower(), "")


def suggested(path: str, wish: Wish) -> str:
    """The path of a file beside `path` for what `wish` makes of it: `best-weights-bf16.safetensors`; for shards the
    path of a folder. Never `path` itself; it may exist."""
    path = path.rstrip(os.sep) or path
    folder, name = os.path.split(path)
    stem = _stem(name) or "checkpoint"
    words = [stem, *([_word(wish.section)] if wish.section and not wish.whole else [])]
    words += [_DTYPES.get(wish.dtype, wish.dtype)] if wish.dtype else []
    words += ["salvaged"] if wish.salvage else []
    ending = "" if wish.shards else _ENDING_OF[wish.format]
    found = os.path.join(folder, "-".join(words) + ending)
    if found == path or (wish.shards and len(words) == 1):
        found = os.path.join(folder, "-".join([*words, "shards" if wish.shards else "converted"]) + ending)
    return found


def completed(target: str, path: str, wish: Wish) -> str:
    """A target that was typed as the path of a file: in a folder the name that is suggested, and with the ending of
    the format where there is none at all, and no such file. Shards may lie in a folder: theirs stays as it is."""
    if wish.shards or not target:
        return target
    if os.path.isdir(target):
        return os.path.join(target, os.path.basename(suggested(path, wish)))
    is_named = os.path.splitext(target)[1] or os.path.lexists(target)
    return target if is_named else target + _ENDING_OF[wish.format]


def _stem(name: str) -> str:
    """A name without what says its format, its shard or that it is an index."""
    name = name.removesuffix(".index.json")
    while os.path.splitext(name)[1].lower() in (*_ENDINGS, *_OTHER_ENDINGS):
        name = os.path.splitext(name)[0]
    return re.sub(r"[-_.]\d{1,6}-of-\d{1,6}$", "", name).lstrip(".")


def _word(section: str) -> str:
    """A section in a file's name: the weights of nearly everybody are `weights`."""
    last = section.rpartition(".")[2]
    if re.fullmatch(r"(model_?)?state_dict|model|net|network|weights", last):
        return "weights"
    return re.sub(r"[^\w-]+", "_", last, flags=re.ASCII).strip("_")[:40] or "section"


def names(target: str, wish: Wish, files: int) -> tuple[str, ...]:
    """The paths of so many files, and behind several of them that of their index.

    As Hugging Face names them: `model-00001-of-00003.safetensors` and `model.safetensors.index.json`, or
    `pytorch_model-00001-of-00003.bin`, in the folder `target`; where `target` ends in `.safetensors`, `.bin`, `.pth`
    or `.pt`, after it. One file of a folder is `model.safetensors` or `pytorch_model.bin`.

    Raises FileError when the ending says another format than the wish.
    """
    said = format_of(target)
    if said and said != wish.format:
        raise FileError(
            tr("{name} is a name of another format.", name=safe(os.path.basename(target))),
            path=target,
            title=tr("This file cannot be written"),
            hint=tr("End it in .safetensors for safetensors, in .pth for an archive of torch.save."),
        )
    if not wish.shards:
        return (target,)
    stem, ending = os.path.splitext(target)
    if not is_file_name(target):
        stem, ending = os.path.join(target, _STEMS[wish.format]), _SHARDS[wish.format]
    if files == 1:
        return (stem + ending,)
    shards = (f"{stem}-{number:05d}-of-{files:05d}{ending}" for number in range(1, files + 1))
    return (*shards, f"{stem}{ending}.index.json")


def is_file_name(target: str) -> bool:
    """Whether a target of shards is the name of a file, and not a folder for them."""
    return bool(format_of(target)) and not os.path.isdir(target)
