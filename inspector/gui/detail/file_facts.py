"""What a file comes to as a whole: its types, its devices, what shares a storage. Nothing here knows Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass

from ... import wording
from ...checkpoint.entries import Checkpoint
from ...checkpoint.python_snippets import LOADED_BY_TORCH
from ...comparing.architectures import Identification, identify
from ...comparing.choosing import weights
from ...comparing.sides import of_checkpoint
from ...converting.offering import WORTH_A_WORD, wasted
from ...language import marked, tr
from ...progress import Progress
from .sharing import find_sharing

FORMATS = {
    "zip": marked("PyTorch checkpoint (zip archive, since torch 1.6)"),
    "legacy": marked("PyTorch checkpoint (stream of pickles, torch 0.1.10 to 1.5)"),
    "tar": marked("PyTorch checkpoint (tar, before torch 0.1.10)"),
    "torchscript": marked("TorchScript archive (torch.jit.save)"),
    "package": marked("torch.package archive"),
    "exported": marked("Exported program (torch.export, .pt2)"),
    "safetensors": marked("safetensors file"),
    "sharded": marked("Sharded model (an index and its shards)"),
    "distributed": marked("Distributed checkpoint (torch.distributed.checkpoint)"),
    "pickle": marked("Pickle of tensors or arrays"),
    "numpy": marked("numpy file"),
}
VERDICTS = {
    "torch": ("=", marked("torch's own"), marked("torch's own: data only")),
    "harmless": ("=", marked("harmless"), marked("harmless")),
    "unknown": ("~", marked("unknown"), marked("unknown: somebody's own code")),
    "dangerous": ("!", marked("dangerous"), marked("dangerous: runs code when loaded with weights_only=False")),
}
"""Symbol, word and words of each verdict."""
_A_STRIDE = 2_000


@dataclass(frozen=True, slots=True)
class Breakdown:
    """How the bytes of a file's tensors are spread; each tuple the largest first, as (name, tensors, bytes)."""

    dtypes: tuple[tuple[str, int, int], ...]
    devices: tuple[tuple[str, int, int], ...]
    sharing: tuple[tuple[str, ...], ...]
    """The keys in each storage that holds more than one tensor."""
    architecture: Identification
    """What the weights look like."""
    wasted: int
    """Bytes of storages that no tensor reaches."""


def break_down(checkpoint: Checkpoint) -> Generator[Progress, None, Breakdown]:
    """Counts types and devices over all tensors, finds what shares a storage, and which architecture it is."""
    counts: dict[str, Counter[str]] = {"dtype": Counter(), "device": Counter()}
    sizes: dict[str, Counter[str]] = {"dtype": Counter(), "device": Counter()}
    for done, (_, tensor) in enumerate(checkpoint.tensors()):
        if done % _A_STRIDE == 0:
            yield Progress(done, 0, "tensors")
        for what in counts:
            name = getattr(tensor, what)
            counts[what][name] += 1
            sizes[what][name] += tensor.nbytes
    sharing = yield from find_sharing(checkpoint)
    dtypes, devices = (_ranked(counts[what], sizes[what]) for what in counts)
    architecture = identify(of_checkpoint(checkpoint, weights(checkpoint).key))
    nothing = wasted(tensor for _, tensor in checkpoint.tensors())
    return Breakdown(dtypes, devices, tuple(sharing.values()), architecture, nothing)


def format_words(checkpoint: Checkpoint) -> str:
    return tr(FORMATS.get(checkpoint.format, checkpoint.format))


def load_words(checkpoint: Checkpoint) -> str:
    """Whether `torch.load` would take what the file names, in a sentence."""
    found = checkpoint.globals
    dangerous = [wording.safe(each.name, 80) for each in found if each.verdict == "dangerous"]
    refused = [each for each in found if not each.accepted]
    if dangerous:
        named = wording.names(dangerous)
        return tr(
            "Do not load this with weights_only=False: it names {named}. Here nothing of it was run.", named=named
        )
    if checkpoint.format not in LOADED_BY_TORCH:
        return tr("Such a file is not opened by torch.load with weights_only=True. Here nothing of it was run.")
    if refused:
        return tr(
            "torch.load refuses {names} in its default mode (weights_only=True). If you trust where the file comes "
            "from, these lines allow them:",
            names=wording.plural(len(refused), "name"),
        )
    return tr("torch.load accepts everything this file names in its default mode (weights_only=True).")


def waste_words(found: Breakdown) -> str:
    """That much of the file is of no use, and what to do about it; empty where it is not."""
    if found.wasted <= WORTH_A_WORD:
        return ""
    size = wording.size(found.wasted)
    return tr(
        "{size} of the file belong to no tensor. File > Convert (Ctrl+Shift+X) writes it without them.", size=size
    )


def _ranked(counts: Counter[str], sizes: Counter[str]) -> tuple[tuple[str, int, int], ...]:
    return tuple((name, counts[name], size) for name, size in sizes.most_common())
