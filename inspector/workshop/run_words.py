"""What a run says while it goes, and what it answers. No torch in here.

Epochs and batches count from 1; `epoch` of what a run saves is the next one to train.

Why this way: a run says much, so what belongs to batches comes as lists, at most ten times a second; the window would
stand still otherwise, and so would the training.
"""

from __future__ import annotations

from typing import NamedTuple, Optional, Tuple, Union  # noqa: UP035  # Python 3.8 has no tuple[int, ...]

from .requests import Shape


class Picture(NamedTuple):
    """A small picture: `height` x `width` pixels of `channels` (1 or 3) bytes each, row by row, in base64."""

    height: int
    width: int
    channels: int
    pixels: str


class Sample(NamedTuple):
    """One sample of the data, as the model sees it (brought back to 0 .. 255 to be shown)."""

    picture: Optional[Picture]  # noqa: UP045
    """None for what is no picture."""
    label: str
    """The name of its class, or the target as text."""


class DataLook(NamedTuple):
    """What the data is."""

    name: str
    classes: Tuple[str, ...]  # noqa: UP006
    """The names of the classes, in the order of their labels; empty where targets are no classes."""
    train: int
    """How many samples there are to train on."""
    validation: int
    test: int
    shape: Shape
    """Of one sample."""
    dtype: str
    transforms: Tuple[str, ...]  # noqa: UP006
    """As they are applied, one step each."""
    augmentation: Tuple[str, ...]  # noqa: UP006
    nbytes: int
    """Of all samples once transformed."""
    in_memory: bool
    """Whether they are transformed once and kept."""
    samples: Tuple[Sample, ...]  # noqa: UP006
    """Of a batch as it will be trained on."""
    notes: Tuple[str, ...] = ()  # noqa: UP006


class Looked(NamedTuple):
    """The data of a rehearsal is there: what fails after this fails with this data."""

    look: DataLook


class Check(NamedTuple):
    """One thing that was looked at before the start."""

    name: str
    """`Classes`, `Optimizer`, `Loss` ...: the same in every language, to be said with `tr`."""
    state: str
    """`ok`, `assumed`, `warning` or `bad`."""
    text: str
    """A sentence."""


class Rehearsal(NamedTuple):
    """What came of a rehearsal."""

    look: DataLook
    output: Shape
    """Of the model for one batch."""
    parameters: int
    checks: Tuple[Check, ...]  # noqa: UP006
    train_loss: Optional[float]  # noqa: UP045
    """The mean over the first batches, in training mode."""
    valid_loss: Optional[float]  # noqa: UP045
    """The mean over the first validation batches, in evaluation mode."""
    device: str
    lr: float
    rates: Tuple[float, ...] = ()  # noqa: UP006
    """The learning rate of each epoch that would be trained."""
    has_fused: bool = False


class Began(NamedTuple):
    """Everything is there, and training begins."""

    device: str
    threads: int
    train: int
    validation: int
    batches: int
    """Of an epoch."""
    epoch: int
    batch: int
    epochs: int
    parameters: int
    lr: float
    best: Optional[float]  # noqa: UP045
    folder: str
    torch: str
    notes: Tuple[str, ...] = ()  # noqa: UP006


class Batches(NamedTuple):
    """Losses of batches that followed one another, in one epoch."""

    epoch: int
    first: int
    """The number of the first of them, from 1."""
    losses: Tuple[float, ...]  # noqa: UP006
    lr: float
    speed: float
    """Samples a second, lately."""


class Handshake(NamedTuple):
    """The first batches held against what the file has stored."""

    batches: int
    loss: float
    expected: float
    is_jump: bool
    text: str


class EpochEnd(NamedTuple):
    """An epoch is over."""

    epoch: int
    train_loss: float
    valid_loss: Optional[float]  # noqa: UP045
    accuracy: Optional[float]  # noqa: UP045
    """Over the validation set, 0 to 1."""
    lr: float
    """With which it was trained."""
    next_lr: float
    seconds: float
    is_best: bool


class Saved(NamedTuple):
    """A file was written, read back and found right."""

    path: str
    kind: str
    """`latest`, `best` or `epoch`."""
    epoch: int
    batch: int
    nbytes: int
    seconds: float


class Message(NamedTuple):
    """A line for a person: `Validation loss decreased (0.000040 --> 0.000037).  Saving model ...`"""

    text: str
    level: str = "info"
    """`info` or `warning`."""


class Waiting(NamedTuple):
    """The run is paused before this batch; it goes on with `Batches`."""

    epoch: int
    batch: int


class Trained(NamedTuple):
    """How training ended."""

    ended: str
    """`finished` or `stopped`."""
    epoch: int
    """The next that would be trained."""
    batch: int
    best: Optional[float]  # noqa: UP045
    best_epoch: int
    """0 where there is none."""
    latest: str
    """The path of the latest; empty when nothing was saved."""
    best_path: str
    seconds: float
    samples: int
    """That were trained on."""


class Example(NamedTuple):
    """A sample that the model is wrong about."""

    place: int
    """In its split, from 0."""
    label: int
    predicted: int
    confidence: float
    """The probability of what it predicts."""
    picture: Optional[Picture] = None  # noqa: UP045


class Tested(NamedTuple):
    """How good one checkpoint is."""

    path: str
    epoch: Optional[int]  # noqa: UP045
    """The last that it was trained for, where that is known."""
    split: str
    samples: int
    """That it was tested on."""
    loss: Optional[float]  # noqa: UP045
    correct: Optional[int]  # noqa: UP045
    """None where targets are no classes."""
    top: int
    """The k of top-k (less than 5 where there are fewer classes)."""
    top_correct: Optional[int]  # noqa: UP045
    classes: Tuple[str, ...]  # noqa: UP006
    confusion: Tuple[Tuple[int, ...], ...]  # noqa: UP006
    """Row: the true class, column: the predicted one."""
    examples: Tuple[Example, ...]  # noqa: UP006
    """The most confidently wrong first."""
    seconds: float
    speed: float
    """Samples a second."""
    proofs: Tuple[Check, ...]  # noqa: UP006
    """How it was made sure that the model was in evaluation mode, and that the test left it as it was."""
    notes: Tuple[str, ...] = ()  # noqa: UP006
    """Such as that two labels look permuted."""
    device: str = "cpu"


class Tests(NamedTuple):
    """All that were tested."""

    tested: Tuple[Tested, ...]  # noqa: UP006
    failures: Tuple[Tuple[str, str], ...] = ()  # noqa: UP006
    """Checkpoints that could not be tested, and the sentence why."""


Word = Union[Looked, Began, Batches, Handshake, EpochEnd, Saved, Message, Waiting, Tested]
RunAnswer = Union[Trained, Rehearsal, Tests, DataLook]
