"""The data sets of torchvision that are offered by name: what they hold, and what fetching them means.

Sizes are those of the archives that torchvision's own code fetches, rounded; the host is where it fetches them from.
"""

from __future__ import annotations

from typing import NamedTuple

from ..language import tr


class DataSet(NamedTuple):
    """A data set by the name of its class in `torchvision.datasets`."""

    name: str
    holds: str
    megabytes: int
    """To be fetched."""
    host: str


_ZALANDO = "fashion-mnist.s3-website.eu-central-1.amazonaws.com"

DATA_SETS = (
    DataSet("FashionMNIST", "clothes, 28x28 grey, 10 classes", 31, _ZALANDO),
    DataSet("MNIST", "digits, 28x28 grey, 10 classes", 12, "ossci-datasets.s3.amazonaws.com"),
    DataSet("KMNIST", "Japanese letters, 28x28 grey, 10 classes", 21, "codh.rois.ac.jp"),
    DataSet("QMNIST", "digits, 28x28 grey, 10 classes", 20, "raw.githubusercontent.com"),
    DataSet("EMNIST", "letters and digits, 28x28 grey", 562, "biometrics.nist.gov"),
    DataSet("CIFAR10", "things, 32x32 in colour, 10 classes", 170, "www.cs.toronto.edu"),
    DataSet("CIFAR100", "things, 32x32 in colour, 100 classes", 169, "www.cs.toronto.edu"),
    DataSet("SVHN", "house numbers, 32x32 in colour, 10 classes", 246, "ufldl.stanford.edu"),
    DataSet("STL10", "things, 96x96 in colour, 10 classes", 2640, "ai.stanford.edu"),
    DataSet("EuroSAT", "land from above, 64x64 in colour, 10 classes", 94, "huggingface.co"),
    DataSet("Flowers102", "flowers, of many sizes, 102 classes", 345, "www.robots.ox.ac.uk"),
    DataSet("OxfordIIITPet", "cats and dogs, of many sizes, 37 classes", 811, "www.robots.ox.ac.uk"),
    DataSet("DTD", "textures, of many sizes, 47 classes", 625, "www.robots.ox.ac.uk"),
    DataSet("FGVCAircraft", "aeroplanes, of many sizes, 100 classes", 2753, "www.robots.ox.ac.uk"),
    DataSet("Food101", "dishes, of many sizes, 101 classes", 4997, "data.vision.ee.ethz.ch"),
)


def data_set(name: str) -> DataSet | None:
    """The one of this name; None where it is not among those that are offered."""
    return next((each for each in DATA_SETS if each.name == name), None)


def fetching(name: str, folder: str) -> str:
    """What fetching it would do, as a sentence to be agreed to."""
    known, where = (
        data_set(name),
        tr("into {folder}", folder=folder) if folder else tr("into this program's own folder"),
    )
    if known is None:
        return tr("torchvision would fetch {name} from the internet, {where}.", name=name, where=where)
    size = f"{known.megabytes} MB" if known.megabytes < 1000 else f"{known.megabytes / 1000:.1f} GB"
    return tr(
        "torchvision would fetch {name} from {host}, about {size}, {where}.",
        name=name,
        host=known.host,
        size=size,
        where=where,
    )
