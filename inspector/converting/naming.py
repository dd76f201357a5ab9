"""What new files are called."""

from __future__ import annotations

from .wishes import Wish


def suggested(path: str, wish: Wish) -> str:
    """The path of a file beside `path` for what `wish` makes of it: `best-weights-bf16.safetensors`; for shards the
    path of a folder. Never `path` itself; it may exist."""
    raise NotImplementedError


def names(target: str, wish: Wish, files: int) -> tuple[str, ...]:
    """The paths of so many files, and behind several of them that of their index.

    As Hugging Face names them: `model-00001-of-00003.safetensors` and `model.safetensors.index.json`, or
    `pytorch_model-00001-of-00003.bin`, in the folder `target`; where `target` ends in `.safetensors`, `.bin`, `.pth`
    or `.pt`, after it. One file of a folder is `model.safetensors` or `pytorch_model.bin`.
    """
    raise NotImplementedError
