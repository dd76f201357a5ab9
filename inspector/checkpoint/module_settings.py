"""What a module was made with, in words: `3→64 7×7 stride 2`, `0.5`, `512, 8 heads`.

A module that was saved whole has what its constructor was given among its attributes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from ..language import tr
from .entries import Branch, Entry, Value

Setting = int | float | str | tuple[int, ...]
Settings = dict[str, Setting]


def words_of_settings(name: str, children: Mapping[str, Entry | None]) -> str | None:
    """What a module of the class `name` with these children was made with; None when that is not known or odd."""
    words = next((words for pattern, words in _BY_CLASS if re.search(pattern, name)), None)
    if words is None:
        return None
    try:
        return words({label: value for label, child in children.items() if (value := _setting(child)) is not None})
    except (KeyError, TypeError, ValueError):  # not there, or not what the class has there
        return None


def by(sizes: Setting | Iterable[int]) -> str:
    """`7×7`, from a shape or a number."""
    return str(sizes) if isinstance(sizes, (int, float, str)) else "×".join(map(str, sizes))


def _setting(entry: Entry | None) -> Setting | None:
    """What a module was made with: a number, a word, or a tuple of whole numbers."""
    if type(entry) is Value:
        if isinstance(entry.value, str) and re.fullmatch(r"[\[(][\d, ]{0,200}[\])]", entry.value):
            return tuple(map(int, re.findall(r"\d{1,18}", entry.value)))
        return entry.value if isinstance(entry.value, (int, float, str)) else None
    if type(entry) is Branch and entry.kind == "sequence" and len(entry.children) < 9:
        numbers = [child.value for child in entry.children if type(child) is Value and type(child.value) is int]
        return tuple(numbers) if len(numbers) == len(entry.children) else None
    return None


def _of_convolution(settings: Settings) -> str:
    into, out, groups = settings["in_channels"], settings["out_channels"], settings.get("groups", 1)
    words = [f"{into}→{out} {by(settings['kernel_size'])}"]
    if groups == into and groups == out != 1:
        words = [tr("{into} {by} depthwise", into=into, by=by(settings["kernel_size"]))]
    elif groups != 1:
        words.append(tr("groups {groups}", groups=groups))
    for label in ("stride", "dilation"):
        step = _step(settings.get(label, 1))
        words += [f"{label} {step}"] if step != "1" else []
    return " ".join(words)


def _step(setting: Setting) -> str:
    """A stride as people say it: `2`, or `2×1` where the dimensions differ."""
    return str(setting[0]) if isinstance(setting, tuple) and len(set(setting)) == 1 else by(setting)


def _of_recurrent(settings: Settings) -> str:
    words = [f"{settings['input_size']}→{settings['hidden_size']}"]
    if settings.get("num_layers", 1) != 1:
        words.append(f"×{settings['num_layers']}")
    if settings.get("bidirectional"):
        words.append("bidirectional")
    return " ".join(words)


def _of_pooling(settings: Settings) -> str:
    kernel, stride = settings["kernel_size"], settings.get("stride", settings["kernel_size"])
    return by(kernel) if _step(stride) == _step(kernel) else tr("{by} stride {step}", by=by(kernel), step=_step(stride))


_BY_CLASS: tuple[tuple[str, Callable[[Settings], str]], ...] = (
    (r"^Conv(Transpose)?[123]d$", _of_convolution),
    (r"Linear$", lambda settings: f"{settings['in_features']}→{settings['out_features']}"),
    (r"^(Sync|Lazy)?(Batch|Instance)Norm", lambda settings: f"{settings['num_features']}"),
    (r"^(Layer|RMS)Norm$", lambda settings: by(settings["normalized_shape"])),
    (
        r"^GroupNorm$",
        lambda settings: tr(
            "{settings}, {settings_2} groups", settings=settings["num_channels"], settings_2=settings["num_groups"]
        ),
    ),
    (r"^Embedding(Bag)?$", lambda settings: f"{settings['num_embeddings']}×{settings['embedding_dim']}"),
    (r"^(LSTM|GRU|RNN)(Cell)?$", _of_recurrent),
    (
        r"^MultiheadAttention$",
        lambda settings: tr(
            "{settings}, {settings_2} heads", settings=settings["embed_dim"], settings_2=settings["num_heads"]
        ),
    ),
    (r"Dropout", lambda settings: f"{settings['p']:g}"),
    (r"^Adaptive\w+Pool[123]d$", lambda settings: by(settings["output_size"])),
    (r"^(Max|Avg|LP)Pool[123]d$", _of_pooling),
    (r"^LeakyReLU$", lambda settings: f"{settings['negative_slope']:g}"),
    (r"^(Log)?Softmax$", lambda settings: tr("dim {settings}", settings=settings["dim"])),
    (r"^PixelShuffle$", lambda settings: f"{settings['upscale_factor']}"),
)
"""Pattern of the class's name -> what its settings say. Where one is missing or odd, shapes must do."""
