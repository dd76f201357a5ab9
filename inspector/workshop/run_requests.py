"""What a run can be asked for: to train, to test, to be rehearsed. No torch in here. What it says: `run_words`.

Epochs count from 1, batches of an epoch from 1; `epoch` of a `Start` and of every file that a run saves is the next
one to train, `batch` how many batches of it are done already.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple, Optional, Tuple, Union  # noqa: UP035  # Python 3.8 has no tuple[int, ...]

from ..errors import InspectorError
from ..language import marked, tr
from .requests import ModelSource

Keys = Tuple[Union[str, int], ...]  # noqa: UP006
"""The way from a loaded file to a part of it: `("state_dict",)`; `()` is all of it."""


# -- what is run -----------------------------------------------------------------------------------------------


FETCHABLE = "data that can be fetched"
"""The topic of an error that fetching the data mends."""
NOT_FETCHED = marked("The data could not be fetched")
"""The title, and the topic, of an error of fetching."""


class DataSource(NamedTuple):
    """Where pictures (or other inputs) and labels come from."""

    kind: str = "shapes"
    """`shapes` (drawn here), `torchvision` (a data set by name), `images` (a folder of a folder for each class),
    `arrays` (a .npz or .pt file), `function` (`file.py:function` that returns data sets or loaders)."""
    path: str = ""
    """The folder of the data set, the folder of images, the file; empty for `shapes`."""
    name: str = ""
    """The data set (`FashionMNIST`), or the function."""
    transforms: Optional[Tuple[str, ...]] = None  # noqa: UP006, UP045
    """Steps as they are written in Python: `ToTensor()`, `Normalize((0.5,), (0.5,))`. None: what suits the data."""
    augmentation: Tuple[str, ...] = ()  # noqa: UP006
    """Steps before those, for training only: `RandomCrop(28, padding=2)`."""
    validation: float = 0.1
    """The share of the training set that is held back, where the data has no validation set of its own."""
    seed: int = 0
    """Of the split, and of what is drawn."""
    size: int = 0
    """Of `shapes`: how many are drawn to train on; 0: 4,000."""
    download: bool = False
    """Whether what is not there may be fetched. Somebody was asked."""

    def __str__(self) -> str:
        """As `parse_data` reads it."""
        if self.kind == "shapes":
            return "shapes"
        if self.kind == "torchvision":
            return f"{self.name}:{self.path}" if self.path else self.name
        return f"{self.path}:{self.name}" if self.kind == "function" else self.path


def parse_data(text: str) -> DataSource:
    """`shapes`, `FashionMNIST:FOLDER`, `FOLDER`, `data.npz`, `data.py:function` as a source. Raises InspectorError."""
    text = text.strip()
    head, colon, tail = text.rpartition(":")
    if text == "shapes":
        return DataSource()
    if colon and head.endswith(".py") and tail.isidentifier():
        return DataSource("function", os.path.abspath(os.path.expanduser(head)), tail)
    if text.endswith((".npz", ".pt", ".pth")):
        return DataSource("arrays", os.path.abspath(os.path.expanduser(text)))
    name, _, folder = text.partition(":")
    if name.isidentifier() and not os.path.isdir(os.path.expanduser(text)):
        return DataSource("torchvision", os.path.abspath(os.path.expanduser(folder)) if folder else "", name)
    if os.path.isdir(os.path.expanduser(text)):
        return DataSource("images", os.path.abspath(os.path.expanduser(text)))
    raise InspectorError(
        tr("{text!r} names no data.", text=text),
        hint=tr("Write shapes, FashionMNIST:FOLDER, a folder of images, a .npz or .pt file, or file.py:function."),
    )


class Start(NamedTuple):
    """What a run begins with: a file that `torch.load(weights_only=True)` reads, and where in it everything is."""

    path: str
    weights: Optional[Keys] = ()  # noqa: UP045
    """None: those that the module itself brings along (a whole module, TorchScript)."""
    optimizer: Optional[Keys] = None  # noqa: UP045
    scheduler: Optional[Keys] = None  # noqa: UP045
    scaler: Optional[Keys] = None  # noqa: UP045
    is_own: bool = False
    """Whether a run of this program saved it: then RNG states, sums and history are where `saving` puts them."""
    epoch: int = 1
    batch: int = 0
    best: Optional[float] = None  # noqa: UP045
    """The best validation loss so far; None: there is none."""
    strict: bool = True
    """Whether every key must be there; False as in `load_state_dict(strict=False)`."""
    shown: str = ""
    """The person's file, where `path` is one that was made from it."""


class Chosen(NamedTuple):
    """A class of torch by name, with what it is given: an optimizer of `torch.optim`, a scheduler."""

    name: str
    """`Adam`, `SGD`, `StepLR` ..."""
    options: Mapping[str, object] = {}
    """Keyword arguments, JSON values."""


class Train(NamedTuple):
    """Asks for training, (resumed) until the end of epoch `epochs`. Answer: `Trained`."""

    model: ModelSource
    arguments: Mapping[str, object]
    """Of the constructor."""
    data: DataSource
    folder: str
    """Where `current_checkpoint.pt`, `best_model.pt` and `NAME_epochN.pth` go."""
    epochs: int
    """The number of the last epoch, counted from 1."""
    start: Optional[Start] = None  # noqa: UP045
    """None: from the constructor's own weights."""
    optimizer: Chosen = Chosen("Adam")
    """Where the start has an optimizer's state, its groups' settings count before these options."""
    criterion: str = "CrossEntropyLoss"
    """`CrossEntropyLoss`, `NLLLoss`, `MSELoss`, `BCEWithLogitsLoss`, or `file.py:function` of (output, target)."""
    scheduler: Optional[Chosen] = None  # noqa: UP045
    """Stepped after each epoch; `ReduceLROnPlateau` with the validation loss."""
    batch_size: int = 64
    """Of all processes together, which share each batch."""
    lr: Optional[float] = None  # noqa: UP045
    """Takes the place of whatever learning rate there is; None: as the start or the options say."""
    clip: float = 0.0
    """The largest norm of all gradients together; 0: they are not clipped."""
    device: str = "auto"
    """`auto` (a GPU where there is one), `cpu`, `cuda`, `cuda:1`, `mps`."""
    amp: bool = False
    """Mixed precision: float16 with a scaler on CUDA, bfloat16 on the CPU."""
    fused: bool = False
    """The optimizer's fused kernels, where it has them; the last bits may differ."""
    threads: int = 0
    """Of torch; 0: as many as it takes by itself."""
    workers: int = 0
    """Processes that load data; 0: none but this."""
    seed: int = 0
    """Of the order of samples, dropout, augmentation, where the start brings no RNG states."""
    name: str = "checkpoint"
    """Of the files of single epochs: NAME_epochN.pth."""
    save_every: int = 0
    """Epochs between two of those; 0: none are kept."""
    minutes: float = 10.0
    """Between two savings of the latest within a long epoch; 0: only at its end."""
    stop_at_nan: bool = True
    board: bool = False
    """Whether logs for TensorBoard are written, into the folder `tensorboard` below `folder`."""
    expected: Optional[float] = None  # noqa: UP045
    """The last loss that the start's file has stored: the first batches are held against it."""
    expected_is: str = "train_loss"
    """What that is: `train_loss` or `valid_loss`."""
    processes: int = 1
    """On each machine; more than one: DistributedDataParallel, started as `torchrun` does."""
    nodes: int = 1
    """Machines on which the same is asked for."""
    rendezvous: str = ""
    """host:port at which the machines of a run meet; empty: only this machine."""


class Rehearse(NamedTuple):
    """Asks for everything that comes before the first step of training, and for its loss. Answer: `Rehearsal`.

    Nothing is saved and nothing changed.
    """

    train: Train


class Test(NamedTuple):
    """Asks how good a model is, in evaluation mode. Yields a `Tested` for each start; answer: `Tests`."""

    model: ModelSource
    """Also of the kinds `module` (a pickled nn.Module; its path, and in `name` the dotted key of it in the file) and
    `torchscript`; these bring their weights along."""
    arguments: Mapping[str, object]
    starts: Tuple[Start, ...]  # noqa: UP006
    data: DataSource
    split: str = "test"
    """`train`, `validation` or `test`."""
    criterion: str = "CrossEntropyLoss"
    batch_size: int = 256
    device: str = "auto"
    threads: int = 0
    workers: int = 0
    examples: int = 24
    """How many of the most confidently wrong are kept as pictures."""
    top: int = 5


class LookAtData(NamedTuple):
    """Asks for a look at the data alone. Answer: `DataLook`."""

    data: DataSource
    pictures: int = 32


# -- what a person wants meanwhile: told, not asked ---------------------------------------------------------------


class Pause(NamedTuple):
    """After this batch wait, until `GoOn` or `StopSoon` comes."""


class GoOn(NamedTuple):
    """Goes on after a pause."""


class StopSoon(NamedTuple):
    """After this batch save, and end."""


RunRequest = Union[Train, Rehearse, Test, LookAtData]
Wish = Union[Pause, GoOn, StopSoon]
