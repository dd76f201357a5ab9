"""The kinds of files that a double click opens, and the words for them that systems show.

Systems show these texts in the language of the desktop, which need not be the window's, so both are written down.
"""

from __future__ import annotations

from typing import NamedTuple

NAME = "checkpoint-inspector"
"""The program, as its files and its icon are called."""
MARK = "Written by `inspector install-desktop`; `inspector uninstall-desktop` takes it away."
"""Stands in what we write, so that it is known for ours."""
TITLE = {"": "Checkpoint Inspector", "zh_CN": "Checkpoint Inspector 检查点查看器"}
GENERIC = {"": "Checkpoint Viewer", "zh_CN": "检查点查看器"}
COMMENT = {
    "": "See what is in PyTorch checkpoints, compare them, mend them and train on",
    "zh_CN": "查看、比较、修复 PyTorch 检查点，并继续训练",
}
NEW_WINDOW = {"": "New Window", "zh_CN": "新建窗口"}
KEYWORDS = {
    "": ("PyTorch", "checkpoint", "state_dict", "safetensors", "weights", "pth"),
    "zh_CN": ("检查点", "权重", "模型", "张量"),
}


class Kind(NamedTuple):
    """A kind of file: its MIME type, the endings of its names, and its name by language ("" is English)."""

    type: str
    endings: tuple[str, ...]
    names: dict[str, str]


ARCHIVE = Kind(
    "application/x-pytorch",
    ("pth", "pt", "ckpt", "pth.tar", "pt2", "ptl", "jit", "th"),
    {"": "PyTorch checkpoint", "zh_CN": "PyTorch 检查点"},
)
LEGACY = Kind(
    "application/x-pytorch-legacy",
    ("pth", "pt", "ckpt", "pth.tar", "jit", "th"),
    {"": "PyTorch checkpoint (before 1.6)", "zh_CN": "PyTorch 检查点（1.6 之前）"},
)
TAR = Kind(
    "application/x-pytorch-tar",
    ("pth", "pt", "pth.tar"),
    {"": "PyTorch checkpoint (before 0.1.2)", "zh_CN": "PyTorch 检查点（0.1.2 之前）"},
)
SAFETENSORS = Kind(
    "application/x-safetensors", ("safetensors",), {"": "safetensors checkpoint", "zh_CN": "safetensors 检查点"}
)
KINDS = (ARCHIVE, LEGACY, TAR, SAFETENSORS)
ENDINGS = ("pth", "pt", "ckpt", "safetensors")
"""What a system goes by that looks at nothing but the end of a name."""
