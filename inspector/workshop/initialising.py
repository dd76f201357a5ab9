"""What it means when a module is left as its constructor makes it: the end of a sentence, for a load receipt."""

from __future__ import annotations

from torch import nn

from ..language import marked, tr

_RANDOM = marked("random weights, so what it puts out means nothing before it is trained")
_MEANINGS = (
    (
        (nn.modules.batchnorm._BatchNorm,),
        marked("mean 0 and variance 1 in place of the statistics that training collects"),
    ),
    (
        (nn.LayerNorm, nn.GroupNorm, nn.modules.instancenorm._InstanceNorm),
        marked("ones and zeros, so it normalises and scales nothing"),
    ),
    ((nn.Embedding, nn.EmbeddingBag), marked("random vectors, which mean nothing before they are trained")),
    ((nn.PReLU,), marked("a slope of 0.25, as every PReLU begins")),
    ((nn.modules.conv._ConvNd, nn.Linear, nn.Bilinear), _RANDOM),
    ((nn.RNNBase, nn.RNNCellBase, nn.MultiheadAttention), _RANDOM),
)


def initialisation(module: nn.Module) -> str:
    """What the module's own parameters and buffers begin with; empty for a module that has none."""
    own = [each for each in (*module._parameters.values(), *module._buffers.values()) if each is not None]
    if not own:
        return ""
    for classes, meaning in _MEANINGS:
        if isinstance(module, classes):
            return tr(meaning)
    if "RMSNorm" in type(module).__name__:
        return tr("ones, so it normalises and scales nothing")
    return tr("whatever its constructor sets") if module._parameters else tr("what its constructor calculates")
