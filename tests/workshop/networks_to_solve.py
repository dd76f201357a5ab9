"""Networks as people write them, each with arguments that its checkpoint shall tell."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn


class Perceptron(nn.Module):
    """A list of widths, with switches that change how many modules a layer is made of."""

    def __init__(self, inputs, hidden_sizes, outputs, batch_norm=False, bias=True, dropout=0.0):
        super().__init__()
        layers = []
        for width in hidden_sizes:
            layers += [nn.Linear(inputs, width, bias=bias)]
            layers += [nn.BatchNorm1d(width)] if batch_norm else []
            layers += [nn.ReLU(), nn.Dropout(dropout)]
            inputs = width
        self.net = nn.Sequential(*layers, nn.Linear(inputs, outputs))


class DoubleConv(nn.Sequential):
    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, padding="same", bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, kernel, padding="same", bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
        )  # fmt: skip


class UNet(nn.Module):
    """Down, through the bottom, and up again with what was kept."""

    def __init__(
        self,
        in_channels: int = 3,
        out_channels: int = 1,
        features: tuple[int, ...] = (64, 128, 256, 512),
        kernel_size: int = 3,
    ) -> None:
        super().__init__()
        self.downs, self.ups = nn.ModuleList(), nn.ModuleList()
        for width in features:
            self.downs.append(DoubleConv(in_channels, width, kernel_size))
            in_channels = width
        for width in reversed(features):
            self.ups.append(nn.ConvTranspose2d(2 * width, width, 2, stride=2))
            self.ups.append(DoubleConv(2 * width, width, kernel_size))
        self.bottom = DoubleConv(features[-1], 2 * features[-1], kernel_size)
        self.last = nn.Conv2d(features[0], out_channels, 1)


class TransformerTagger(nn.Module):
    """torch's own encoder between an embedding and a linear layer."""

    def __init__(
        self,
        vocab_size: int,
        num_classes: int,
        d_model: int = 256,
        nhead: int = 8,
        num_layers: int = 6,
        dim_feedforward: int = 1024,
        max_len: int = 512,
        dropout: float = 0.1,
        activation: str = "relu",
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.positions = nn.Parameter(torch.zeros(1, max_len, d_model))
        layer = nn.TransformerEncoderLayer(d_model, nhead, dim_feedforward, dropout, activation, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers, enable_nested_tensor=False)
        self.head = nn.Linear(d_model, num_classes)


class Attention(nn.Module):
    def __init__(self, dim: int, heads: int, qkv_bias: bool) -> None:
        super().__init__()
        if dim % heads:
            raise ValueError(f"dim {dim} must be divisible by heads {heads}")
        self.qkv = nn.Linear(dim, 3 * dim, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)


class Layer(nn.Module):
    def __init__(self, dim: int, heads: int, mlp_ratio: float, qkv_bias: bool) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn = Attention(dim, heads, qkv_bias)
        self.mlp = nn.Sequential(nn.Linear(dim, int(dim * mlp_ratio)), nn.GELU(), nn.Linear(int(dim * mlp_ratio), dim))


class ViT(nn.Module):
    """Patches, a class token, learned positions."""

    def __init__(
        self, image_size=224, patch_size=16, in_chans=3, num_classes=1000, embed_dim=768, depth=12, num_heads=12,
        mlp_ratio=4.0, qkv_bias=True, drop_rate=0.0,
    ):  # fmt: skip
        super().__init__()
        assert image_size % patch_size == 0, "the image must be made of whole patches"
        self.patch_embed = nn.Conv2d(in_chans, embed_dim, patch_size, patch_size)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, embed_dim))
        self.pos_embed = nn.Parameter(torch.zeros(1, (image_size // patch_size) ** 2 + 1, embed_dim))
        self.drop = nn.Dropout(drop_rate)
        self.blocks = nn.ModuleList(Layer(embed_dim, num_heads, mlp_ratio, qkv_bias) for _ in range(depth))
        self.norm = nn.LayerNorm(embed_dim)
        self.head = nn.Linear(embed_dim, num_classes)


class LSTMTagger(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, tagset_size, num_layers=1, bidirectional=False):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocab_size, embedding_dim)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers, bidirectional=bidirectional)
        self.hidden2tag = nn.Linear(hidden_dim * (2 if bidirectional else 1), tagset_size)


class VAE(nn.Module):
    """Convolutions down to a code and up again; the code's size depends on the picture's."""

    def __init__(self, image_size: int = 32, channels: int = 3, latent_dim: int = 64, hidden_dims=(32, 64)) -> None:
        super().__init__()
        down, inputs = [], channels
        for width in hidden_dims:
            down.append(nn.Sequential(nn.Conv2d(inputs, width, 3, 2, 1), nn.BatchNorm2d(width), nn.LeakyReLU()))
            inputs = width
        self.encoder = nn.Sequential(*down)
        flat = hidden_dims[-1] * (image_size // 2 ** len(hidden_dims)) ** 2
        self.fc_mu, self.fc_var = nn.Linear(flat, latent_dim), nn.Linear(flat, latent_dim)
        self.decoder_input = nn.Linear(latent_dim, flat)
        up = [nn.ConvTranspose2d(a, b, 3, 2, 1) for a, b in zip(hidden_dims[::-1], [*hidden_dims[-2::-1], channels])]
        self.decoder = nn.Sequential(*up)


class CrossAttention(nn.Module):
    """Only the product of heads and dim_head stands in the shapes."""

    def __init__(self, dim: int = 64, heads: int = 8, dim_head: int = 64, stride: int = 1) -> None:
        super().__init__()
        self.to_qkv = nn.Conv1d(dim, 3 * heads * dim_head, 1, stride, bias=False)
        self.to_out = nn.Linear(heads * dim_head, dim)


class Configured(nn.Module):
    """Everything in one dict."""

    def __init__(self, config: dict) -> None:
        super().__init__()
        self.embed = nn.Linear(config["inputs"], config["hidden"])
        self.layers = nn.ModuleList(nn.Linear(config["hidden"], config["hidden"]) for _ in range(config["layers"]))
        self.head = nn.Linear(config["hidden"], config["outputs"])


class DoublingUNet(nn.Module):
    """One width, doubled at every level; two ways to get up again."""

    def __init__(self, n_channels, n_classes, base=64, depth=4, bilinear=False, batch_norm=True):
        super().__init__()
        halved = 2 if bilinear else 1
        widths = [base * 2**level for level in range(depth + 1)]
        self.inc = self._convs(n_channels, base, batch_norm)
        self.down, self.up, self.conv = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for level in range(depth):
            last = halved if level == depth - 1 else 1
            self.down.append(self._convs(widths[level], widths[level + 1] // last, batch_norm))
        for level in reversed(range(depth)):
            if not bilinear:
                self.up.append(nn.ConvTranspose2d(widths[level + 1], widths[level], 2, stride=2))
            self.conv.append(self._convs(widths[level + 1], widths[level] // (halved if level else 1), batch_norm))
        self.outc = nn.Conv2d(base, n_classes, 1)

    @staticmethod
    def _convs(inputs, outputs, batch_norm):
        layers = []
        for width in (inputs, outputs):
            layers.append(nn.Conv2d(width, outputs, 3, padding=1, bias=not batch_norm))
            layers += [nn.BatchNorm2d(outputs)] if batch_norm else []
            layers.append(nn.ReLU(inplace=True))
        return nn.Sequential(*layers)


class GPT(nn.Module):
    """Tied weights, a mask that is a buffer, biases that can be left out."""

    def __init__(self, vocab_size=50304, block_size=1024, n_layer=12, n_head=12, n_embd=768, bias=True, dropout=0.0):
        super().__init__()
        assert n_embd % n_head == 0
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(vocab_size, n_embd),
            "wpe": nn.Embedding(block_size, n_embd),
            "h": nn.ModuleList(self._block(n_embd, bias) for _ in range(n_layer)),
        })  # fmt: skip
        self.register_buffer("mask", torch.tril(torch.ones(block_size, block_size)))
        self.lm_head = nn.Linear(n_embd, vocab_size, bias=False)
        self.lm_head.weight = self.transformer["wte"].weight

    @staticmethod
    def _block(width, bias):
        sizes = {"c_attn": (1, 3), "c_proj": (1, 1), "fc": (1, 4), "out": (4, 1)}
        parts = {name: nn.Linear(width * i, width * o, bias=bias) for name, (i, o) in sizes.items()}
        return nn.ModuleDict({"ln_1": nn.LayerNorm(width, bias=bias), **parts})


class WideResNet(nn.Module):
    """Accepts few depths: 10, 16, 22, 28 ..."""

    def __init__(self, depth: int = 28, widen_factor: int = 10, num_classes: int = 10, drop_rate: float = 0.0) -> None:
        super().__init__()
        assert (depth - 4) % 6 == 0, "depth should be 6n + 4"
        widths = [16, 16 * widen_factor, 32 * widen_factor, 64 * widen_factor]
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        for stage, (inputs, outputs) in enumerate(pairwise(widths), 1):
            blocks = [self._block(outputs if block else inputs, outputs) for block in range((depth - 4) // 6)]
            self.add_module(f"block{stage}", nn.Sequential(*blocks))
        self.fc = nn.Linear(widths[-1], num_classes)

    @staticmethod
    def _block(inputs, outputs):
        return nn.ModuleDict({
            "bn1": nn.BatchNorm2d(inputs), "conv1": nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            "bn2": nn.BatchNorm2d(outputs), "conv2": nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
        })  # fmt: skip


class ConvNet(nn.Module):
    """What is flattened depends on the picture, the kernels and the number of convolutions."""

    def __init__(
        self, img_size=(28, 28), in_channels=1, conv_channels=[16, 32], kernel_size=5, fc_sizes=[128],  # noqa: B006
        num_classes=10, use_bn=False,
    ):  # fmt: skip
        super().__init__()
        height, width = img_size
        convolutions = []
        for channels in conv_channels:
            convolutions += [nn.Conv2d(in_channels, channels, kernel_size), nn.ReLU(), nn.MaxPool2d(2)]
            convolutions += [nn.BatchNorm2d(channels)] if use_bn else []
            in_channels, height, width = channels, (height - kernel_size + 1) // 2, (width - kernel_size + 1) // 2
        self.features = nn.Sequential(*convolutions)
        sizes = [in_channels * height * width, *fc_sizes]
        linears = [module for a, b in zip(sizes, fc_sizes) for module in (nn.Linear(a, b), nn.ReLU())]
        self.classifier = nn.Sequential(*linears, nn.Linear(sizes[-1], num_classes))


class Wrapped(nn.Module):
    """All of it one module deeper than in the checkpoint."""

    def __init__(self, vocab_size: int, hidden_dim: int) -> None:
        super().__init__()
        self.model = LSTMTagger(vocab_size, 8, hidden_dim, 6)


class Mirror(nn.Module):
    """Reverses the list that it is given, as many autoencoders do."""

    def __init__(self, inputs=3, widths=None, scale=float("nan")):
        super().__init__()
        if widths is None:
            widths = [8, 16]
        self.encoder = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise([inputs, *widths]))
        widths.reverse()
        self.decoder = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise([*widths, inputs]))


class Stages(nn.Module):
    """Two lists that must be equally long, and a layer that is only there when it is asked for."""

    def __init__(self, width=32, depths=(2, 2, 6, 2), num_heads=(1, 2, 4, 8), rank=None, classes=10):
        super().__init__()
        self.stages = nn.ModuleList(
            nn.ModuleList(self._layer(width * 2**stage, num_heads[stage]) for _ in range(depth))
            for stage, depth in enumerate(depths)
        )
        width *= 2 ** (len(num_heads) - 1)
        self.rank = nn.Linear(width, rank) if rank else nn.Identity()
        self.head = nn.Linear(rank or width, classes)

    @staticmethod
    def _layer(width, heads):
        return nn.ModuleDict({"qkv": nn.Linear(width, 3 * width), "bias": nn.Embedding(49, heads)})


class Nested(nn.Module):
    """A module within a module within a module: no number in any name tells how deep."""

    def __init__(self, width: int = 8, depth: int = 4) -> None:
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.inner = Nested(width, depth - 1) if depth > 1 else nn.Identity()
