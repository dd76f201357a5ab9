"""Makes the sample checkpoints, all of them from one seed:  python sample_checkpoints/make.py [--out FOLDER]

README.md says of each what it shows. Two runs on one machine give the same bytes, except for legacy.pth,
whose format names storages by their address in memory, and torchscript.pt, whose code lists constants in the
order of a set. On another processor or with another torch, what was trained differs in its last digits,
because sums are then formed in another order.

Why this way: each maker draws its randomness from the seed anew, so that a change of one sample leaves the
others as they are. Nothing made here is ever loaded, so the payload of hostile.pth cannot run.
"""

from __future__ import annotations

import argparse
import copy
import os
import sys
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import drawings
import networks
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

SEED = 20240229
Data = tuple[Tensor, Tensor]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make the sample checkpoints again.")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent, help="folder to write to")
    folder = parser.parse_args(arguments).out
    folder.mkdir(parents=True, exist_ok=True)
    # One thread: how many there are decides in which order sums are formed.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for maker in MAKERS:
        torch.manual_seed(SEED)
        maker(folder)
    print(f"{sum(path.stat().st_size for path in made(folder)):,} bytes of samples in {folder}")
    return 0


def made(folder: Path) -> list[Path]:
    """The sample files in `folder`."""
    return sorted(path for path in folder.iterdir() if path.suffix in {".pt", ".pth", ".safetensors"})


# Data and training


def grey_data(number: int, seed: int = SEED) -> Data:
    """Drawn shapes [number, 1, 28, 28] and their labels."""
    pictures, labels = drawings.shapes(number, np.random.default_rng(seed))
    return torch.from_numpy(pictures)[:, None], torch.from_numpy(labels)


def coloured_data(number: int, seed: int = SEED) -> Data:
    """Coloured shapes [number, 3, 28, 28] and their labels."""
    pictures, labels = drawings.coloured_shapes(number, np.random.default_rng(seed))
    return torch.from_numpy(pictures), torch.from_numpy(labels)


def batches(data: Data, size: int = 50) -> Iterator[Data]:
    order = torch.randperm(len(data[0]))
    return ((data[0][chosen], data[1][chosen]) for chosen in order.split(size))


def train_epoch(model: nn.Module, optimizer: torch.optim.Optimizer, data: Data) -> float:
    """One pass over `data`; gives the mean of the batches' losses."""
    model.train()
    losses = []
    for pictures, labels in batches(data):
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(pictures), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


@torch.no_grad()
def evaluate(model: nn.Module, data: Data) -> tuple[float, float]:
    """Loss and accuracy over all of `data`."""
    model.eval()
    scores = model(data[0])
    return functional.cross_entropy(scores, data[1]).item(), (scores.argmax(1) == data[1]).float().mean().item()


# The samples


def make_linear(folder: Path) -> None:
    """y = 10 x + 1, found by a linear layer in 96 epochs: the weights alone, and the whole state of training."""
    x = torch.linspace(-1, 1, 64)[:, None]
    y = 10 * x + 1
    model = nn.Linear(1, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=3.0, betas=(0.5, 0.999))
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.95)
    losses = []
    for _ in range(96):
        optimizer.zero_grad()
        loss = functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    torch.save(model.state_dict(), folder / "linear.pth")
    state = {
        "epoch": 96,
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "scheduler_state_dict": scheduler.state_dict(),
        "losses": losses,
        "rng_state": torch.get_rng_state(),
    }
    torch.save(state, folder / "linear_training.pt")


def make_networks(folder: Path) -> None:
    """One class, two sets of widths: what fits one does not fit the other."""
    for widths in ([512, 256, 128], [400, 200, 100]):
        model = networks.Network(784, 10, widths)
        state = {"input_size": 784, "output_size": 10, "hidden_layers": widths, "state_dict": model.state_dict()}
        torch.save(state, folder / f"network_{'_'.join(map(str, widths))}.pth")


def make_fashion_classifier(folder: Path) -> None:
    """A classifier after three epochs of real training, with all it needs to go on."""
    model = networks.FashionClassifier()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    training, validation = grey_data(4000), grey_data(500, SEED + 1)
    lowest = float("inf")
    for _ in range(3):
        train_epoch(model, optimizer, training)
        lowest = min(lowest, evaluate(model, validation)[0])
    state = {
        "epoch": 3,
        "valid_loss_min": lowest,
        "state_dict": model.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    torch.save(state, folder / "fashion_classifier.pt")


def make_run(folder: Path) -> None:
    """One training run, saved after its epochs 0, 2 and 4."""
    model = networks.ShapeNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    training, validation = grey_data(1000), grey_data(200, SEED + 1)
    for epoch in range(5):
        train_loss = train_epoch(model, optimizer, training)
        valid_loss, accuracy = evaluate(model, validation)
        scheduler.step()
        if epoch % 2 == 0:
            state = {
                "epoch": epoch,
                "model_state_dict": model.state_dict(),
                "optimizer_state_dict": optimizer.state_dict(),
                "scheduler_state_dict": scheduler.state_dict(),
                "train_loss": train_loss,
                "valid_loss": valid_loss,
                "accuracy": accuracy,
                "args": argparse.Namespace(lr=0.01, momentum=0.9, batch_size=50, epochs=5),
            }
            torch.save(state, folder / f"checkpoint_epoch{epoch}.pth")


def make_resnets(folder: Path) -> None:
    """One network with and without DataParallel's prefix, fine-tuned to other classes, and cut short."""
    model = networks.ResNet()
    optimizer, training = torch.optim.Adam(model.parameters(), lr=0.003), coloured_data(2000)
    with torch.no_grad():
        # Begun small, the filters soon show what they learnt instead of the noise they began with; the
        # normalisation after them takes the scale out again.
        model.conv1.weight.mul_(0.05)
    for _ in range(8):
        train_epoch(model, optimizer, training)
    plain = model.state_dict()
    torch.save(plain, folder / "resnet_plain.pth")
    torch.save(nn.DataParallel(model).state_dict(), folder / "resnet_module_prefix.pth")
    save_safetensors(plain, folder / "resnet_plain.safetensors")
    whole = (folder / "resnet_plain.pth").read_bytes()
    (folder / "truncated.pth").write_bytes(whole[: len(whole) * 6 // 10])

    trunk = copy.deepcopy(model)
    model.fc = nn.Linear(32, 5)
    pictures, labels = coloured_data(1000, SEED + 1)
    chosen = labels < 5
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    train_epoch(model, optimizer, (pictures[chosen], labels[chosen]))
    torch.save(model.state_dict(), folder / "resnet_finetuned.pth")
    make_new_head(trunk, folder)


def make_new_head(model: nn.Module, folder: Path) -> None:
    """The last layer begun anew and trained for itself: everything before it stays as it was."""
    model.eval().requires_grad_(False)
    model.fc = nn.Linear(32, 10)
    pictures, labels = coloured_data(500, SEED + 2)
    optimizer = torch.optim.Adam(model.fc.parameters(), lr=0.01)
    for _ in range(20):
        optimizer.zero_grad()
        functional.cross_entropy(model(pictures), labels).backward()
        optimizer.step()
    torch.save(model.state_dict(), folder / "resnet_new_head.pth")


def save_safetensors(state: dict[str, Tensor], path: Path) -> None:
    from safetensors.torch import save_file

    save_file(state, path, metadata={"format": "pt"})


def make_whole_module(folder: Path) -> None:
    """A model pickled whole: its class by name, its attributes, its hook, and its weights."""
    model = networks.PatchAttention()
    model.norm.weight.requires_grad_(False)
    torch.save(model.eval(), folder / "whole_module.pth")


def make_vision_transformers(folder: Path) -> None:
    """One network in its own names, and as another library would have saved it."""
    model = networks.VisionTransformer()
    optimizer, training = torch.optim.Adam(model.parameters(), lr=0.002), coloured_data(1000)
    for _ in range(3):
        train_epoch(model, optimizer, training)
    torch.save(model.state_dict(), folder / "vit.pth")
    torch.save(OrderedDict(as_others_name_it(model.state_dict())), folder / "vit_other_names.pth")


def as_others_name_it(state: dict[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """The same weights through DataParallel, query, key and value apart, the perceptrons' weights transposed."""
    for key, tensor in state.items():
        if ".qkv." in key:
            parts = tensor.chunk(3)
            yield from ((f"module.{key.replace('qkv', name)}", part.clone()) for name, part in zip("qkv", parts))
        elif ".mlp." in key and key.endswith("weight"):
            yield f"module.{key}", tensor.T.contiguous()
        else:
            yield f"module.{key}", tensor


def make_torchscript(folder: Path) -> None:
    """A scripted model: code beside weights."""
    path = folder / "torchscript.pt"
    torch.jit.script(networks.ShapeNet().eval()).save(path)
    drop_source_locations(path)


def drop_source_locations(path: Path) -> None:
    """Takes out of an archive which line of which file each instruction came from: paths of this machine.

    Code stays deflated and everything else stored, as torch writes them.
    """
    with zipfile.ZipFile(path) as archive:
        members = [(member, archive.read(member)) for member in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members:
            if not member.filename.endswith(".debug_pkl"):
                archive.writestr(zipfile.ZipInfo(member.filename), content, member.compress_type)


def make_legacy(folder: Path) -> None:
    """A file as torch wrote them until version 1.5."""
    state = networks.ShapeNet().state_dict()
    torch.save(state, folder / "legacy.pth", _use_new_zipfile_serialization=False)


def make_half(folder: Path) -> None:
    """Half precision, with one weight close to the largest that float16 can hold."""
    state = networks.ShapeNet().half().state_dict()
    state["fc.weight"][0, 0] = 60_000
    torch.save(state, folder / "half.pth")


def make_nan(folder: Path) -> None:
    """What a diverged training leaves behind."""
    state = networks.ShapeNet().state_dict()
    state["conv2.weight"][3] = float("nan")
    state["fc.bias"][:2] = torch.tensor([float("inf"), float("-inf")])
    state["bn.running_var"].zero_()
    torch.save(state, folder / "nan.pth")


def make_picture(folder: Path) -> None:
    """A picture that is a weight."""
    torch.save({"picture": torch.from_numpy(drawings.landscape(96, 144))}, folder / "picture.pth")


class Payload:
    """Unpickled, it would call os.system to create an empty file: all that the hostile sample would do."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.system, ("echo > hostile_was_run.txt",)


def make_hostile(folder: Path) -> None:
    """Weights with a stowaway. Saving it pickles the name of the call and does not make it."""
    state = OrderedDict([("fc.weight", torch.randn(10, 64)), ("fc.bias", torch.zeros(10)), ("stowaway", Payload())])
    torch.save(state, folder / "hostile.pth")


MAKERS = (
    make_linear,
    make_networks,
    make_fashion_classifier,
    make_run,
    make_resnets,
    make_whole_module,
    make_vision_transformers,
    make_torchscript,
    make_legacy,
    make_half,
    make_nan,
    make_picture,
    make_hostile,
)

if __name__ == "__main__":
    sys.exit(main())
