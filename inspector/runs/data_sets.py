"""The data sets of torchvision that are offered by name: what they hold, and what fetching them means.

Sizes are those of the archives that torchvision's own code fetches, rounded; the host is where it fetches them from.
"""

from __future__ import annotations

from typing import NamedTuple

from ..language import marked, tr


class DataSet(NamedTuple):
    """A data set by the name of its class in `torchvision.datasets`."""

    name: str
    holds: str
    """In a few words, to be said with `tr`."""
    megabytes: int
    """To be fetched."""
    host: str


_ZALANDO = "fashion-mnist.s3-website.eu-central-1.amazonaws.com"

DATA_SETS = (
    DataSet("FashionMNIST", marked("Clothes, 28x28 grey, 10 classes"), 31, _ZALANDO),
    DataSet("MNIST", marked("Digits, 28x28 grey, 10 classes"), 12, "ossci-datasets.s3.amazonaws.com"),
    DataSet("KMNIST", marked("Japanese letters, 28x28 grey, 10 classes"), 21, "codh.rois.ac.jp"),
    DataSet("QMNIST", marked("Digits, 28x28 grey, 10 classes"), 20, "raw.githubusercontent.com"),
    DataSet("EMNIST", marked("Letters and digits, 28x28 grey"), 562, "biometrics.nist.gov"),
    DataSet("CIFAR10", marked("Things, 32x32 in colour, 10 classes"), 170, "www.cs.toronto.edu"),
    DataSet("CIFAR100", marked("Things, 32x32 in colour, 100 classes"), 169, "www.cs.toronto.edu"),
    DataSet("SVHN", marked("House numbers, 32x32 in colour, 10 classes"), 246, "ufldl.stanford.edu"),
    DataSet("STL10", marked("Things, 96x96 in colour, 10 classes"), 2640, "ai.stanford.edu"),
    DataSet("EuroSAT", marked("Land from above, 64x64 in colour, 10 classes"), 94, "huggingface.co"),
    DataSet("Flowers102", marked("Flowers, of many sizes, 102 classes"), 345, "www.robots.ox.ac.uk"),
    DataSet("OxfordIIITPet", marked("Cats and dogs, of many sizes, 37 classes"), 811, "www.robots.ox.ac.uk"),
    DataSet("DTD", marked("Textures, of many sizes, 47 classes"), 625, "www.robots.ox.ac.uk"),
    DataSet("FGVCAircraft", marked("Aeroplanes, of many sizes, 100 classes"), 2753, "www.robots.ox.ac.uk"),
    DataSet("Food101", marked("Dishes, of many sizes, 101 classes"), 4997, "data.vision.ee.ethz.ch"),
)


def data_set(name: str) -> DataSet | None:
    """The one of this name; None where it is not among those that are offered."""
    return next((each for each in DATA_SETS if each.name == name), None)


def fetching(name: str, folder: str) -> str:
    """What fetching it would do, as a sentence to be agreed to."""
    known = data_set(name)
    if known is None:
        if folder:
            return tr("torchvision would fetch {name} from the internet, into {folder}.", name=name, folder=folder)
        return tr("torchvision would fetch {name} from the internet, into this program's own folder.", name=name)
    size = f"{known.megabytes} MB" if known.megabytes < 1000 else f"{known.megabytes / 1000:.1f} GB"
    if folder:
        return tr(
            "torchvision would fetch {name} from {host}, about {size}, into {folder}.",
            name=name,
            host=known.host,
            size=size,
            folder=folder,
        )
    return tr(
        "torchvision would fetch {name} from {host}, about {size}, into this program's own folder.",
        name=name,
        host=known.host,
        size=size,
    )
