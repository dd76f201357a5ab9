"""Networks as people write them, small or on the meta device, for what torchvision has not."""

from __future__ import annotations

import torch
from torch import nn


class Block(nn.Module):
    """A block of GPT-2, with its causal mask as a buffer named bias."""

    def __init__(self, width: int, context: int) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = nn.ModuleDict({"c_attn": nn.Linear(width, 3 * width), "c_proj": nn.Linear(width, width)})
        self.attn.register_buffer("bias", torch.ones(1, 1, context, context))
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(width, 4 * width), "c_proj": nn.Linear(4 * width, width)})


class GPT(nn.Module):
    """A text model with tied embeddings, with GPT-2's names."""

    def __init__(self, vocab_size: int, n_layer: int, n_embd: int = 96, block_size: int = 64) -> None:
        super().__init__()
        blocks = nn.ModuleList(Block(n_embd, block_size) for _ in range(n_layer))
        tables = {"wte": nn.Embedding(vocab_size, n_embd), "wpe": nn.Embedding(block_size, n_embd)}
        self.transformer = nn.ModuleDict({**tables, "h": blocks, "ln_f": nn.LayerNorm(n_embd)})
        self.lm_head = nn.Linear(n_embd, vocab_size, bias=False)
        self.lm_head.weight = tables["wte"].weight


class Bert(nn.Module):
    """The skeleton of BERT, with its names and its buffer of positions."""

    def __init__(self, hidden: int, layers: int = 2, intermediate: int = 0, positions: int = 512) -> None:
        super().__init__()
        tables = {"word_embeddings": 1000, "position_embeddings": positions, "token_type_embeddings": 2}
        self.embeddings = nn.ModuleDict({name: nn.Embedding(rows, hidden) for name, rows in tables.items()})
        self.embeddings["LayerNorm"] = nn.LayerNorm(hidden)
        self.embeddings.register_buffer("position_ids", torch.arange(positions).expand(1, -1))
        inner = intermediate or 4 * hidden
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(self._layer(hidden, inner) for _ in range(layers))})
        self.classifier = nn.Linear(hidden, 2)

    @staticmethod
    def _layer(hidden: int, inner: int) -> nn.Module:
        attention = {name: nn.Linear(hidden, hidden) for name in ("query", "key", "value", "dense")}
        return nn.ModuleDict(
            {
                "attention": nn.ModuleDict({**attention, "LayerNorm": nn.LayerNorm(hidden)}),
                "intermediate": nn.Linear(hidden, inner),
                "output": nn.ModuleDict({"dense": nn.Linear(inner, hidden), "LayerNorm": nn.LayerNorm(hidden)}),
            }
        )


def _double(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3), nn.BatchNorm2d(outputs), nn.ReLU(), nn.Conv2d(outputs, outputs, 3)
    )


class UNet(nn.Module):
    """Down twice and up again, with what was on the same level put beside it."""

    def __init__(self, channels: int, classes: int, width: int) -> None:
        super().__init__()
        self.inc = _double(channels, width)
        self.down1, self.down2 = _double(width, 2 * width), _double(2 * width, 4 * width)
        self.up1, self.up2 = nn.ConvTranspose2d(4 * width, 2 * width, 2), nn.ConvTranspose2d(2 * width, width, 2)
        self.conv1, self.conv2 = _double(4 * width, 2 * width), _double(2 * width, width)
        self.outc = nn.Conv2d(width, classes, 1)


class Tagger(nn.Module):
    """Words into an LSTM of two layers."""

    def __init__(self, words: int, width: int, hidden: int, tags: int, both_ways: bool = False) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        self.lstm = nn.LSTM(width, hidden, 2, bidirectional=both_ways)
        self.fc = nn.Linear(2 * hidden if both_ways else hidden, tags)


class PictureNet(nn.Module):
    """Two convolutions and two linear layers, for pictures that are `side` wide before they are flattened."""

    def __init__(self, side: int, widths: tuple[int, int] = (32, 64), classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 3)
        self.conv2 = nn.Conv2d(widths[0], widths[1], 3)
        self.fc1 = nn.Linear(widths[1] * side * side, 128)
        self.fc2 = nn.Linear(128, classes)


class Autoencoder(nn.Module):
    def __init__(self, inputs: int, code: int) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(inputs, 128), nn.ReLU(), nn.Linear(128, code))
        self.decoder = nn.Sequential(nn.Linear(code, 128), nn.ReLU(), nn.Linear(128, inputs))
