"""What belongs to one training: its checkpoints, in order, and what each says of itself.

    Found       a file or folder that may be a checkpoint, by its name and stamp alone; nothing was read
    Member      a checkpoint that was opened: its place in the training, its epoch, what it is a twin of
    Training    checkpoints with the same keys and shapes, in the order they were saved
    Trainings   all that were found among some paths, and why the other paths were left out

Epochs are those that the files themselves speak of, counted from 0 or from 1 as they do it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..checkpoint.sources import Stamp

Stamps = tuple[tuple[str, Stamp], ...]
"""Each file that a checkpoint is made of, and what it was like."""

BEST, LATEST = "best", "latest"
"""Roles that a name gives: `best_model.pt`; `last.ckpt`, `current_checkpoint.pt`."""

EPOCH, STEP, FILE = "epoch", "step", "file"
"""What stands on the axis: epochs, optimizer steps, or nothing but the order of the files, counted from 1."""

FILES, WEIGHTS = "files", "weights"
"""How two members are the same: every byte of the files, or every bit of the weights."""


class Found(NamedTuple):
    """A file or folder that may be a checkpoint. Its name and its stamp are all that is known."""

    path: str
    name: str
    stamps: Stamps
    """Of the file; of a folder those of itself and of the files in it that make up a checkpoint."""
    is_folder: bool = False
    epoch: int | None = None
    """That the name says: `model_epoch_3.pth`, `epoch=4-step=1000.ckpt`."""
    step: int | None = None
    """That the name says: `checkpoint-500`, `epoch=4-step=1000.ckpt`."""
    number: int | None = None
    """A number at the end of the name of which nothing says what it counts: `ckpt_12.pt`."""
    roles: tuple[str, ...] = ()
    """`BEST` and `LATEST`, as the name says it."""

    @property
    def nbytes(self) -> int:
        return sum(stamp.nbytes for _, stamp in self.stamps)


class Member(NamedTuple):
    """One checkpoint of a training."""

    path: str
    name: str
    """The last part of the path; not yet `wording.safe`."""
    at: float
    """Where it stands on the training's axis: two members that are no twins may stand at the same place."""
    section: str = ""
    """The key of the weights in the file."""
    stamps: Stamps = ()
    """What was read; another stamp now means that the file changed."""
    epoch: float | None = None
    """As the files count; of a file saved within an epoch a fraction (2.5: in the middle of the third). None: unknown.
    """
    epoch_from: str = ""
    """`file`, `name` (of the file) or empty: where the epoch comes from."""
    step: int | None = None
    """How often the optimizer stepped, where the file or its name says so."""
    number: int | None = None
    """A number in the name of which nothing says what it counts."""
    roles: tuple[str, ...] = ()
    """`BEST`, `LATEST`: what the name says it is. A twin's roles are its own; `Training.roles_of` has those of both."""
    twin_of: str = ""
    """The path of the member that it is the same as; empty for one that is drawn."""
    twin_by: str = ""
    """`FILES` or `WEIGHTS`; empty for one that is drawn. Proved by comparing bytes."""
    measures: Mapping[str, float] = {}  # nobody changes it
    """What the file says of itself, by the roles of `runs.stored.ROLES`: `train_loss`, `valid_loss`, `accuracy` (0 to
    1), `best`, `best_epoch`, `best_accuracy`, `lr`. Not always finite: a loss may be NaN."""
    rates: tuple[float, ...] = ()
    """The learning rate of each group of its (first) optimizer; empty where none is stored."""
    steps: float | None = None
    """The steps that its optimizer counts by itself; None where it counts none."""
    is_own: bool = False
    """Whether a run of this program saved it."""


class Remark(NamedTuple):
    """A sentence about some checkpoints of a training, told by what they say and not by their values."""

    kind: str
    """`restart`, `twins`, `placed` (a file that says no epoch) or `dtype`."""
    sentence: str
    paths: tuple[str, ...] = ()


class Training(NamedTuple):
    """The checkpoints of one training, in order. All have the same keys, and the same shapes under them."""

    name: str
    """A few words: what the names of the files have in common, and the folder. Not yet `wording.safe`."""
    members: tuple[Member, ...]
    """In order, twins right behind those they are twins of."""
    axis: str = FILE
    """`EPOCH`, `STEP` or `FILE`: what `Member.at` counts."""
    ordered_by: str = ""
    """A sentence: how the order was found."""
    remarks: tuple[Remark, ...] = ()
    """About the files: twins, an epoch that goes back, what changed its dtype."""
    keys: tuple[str, ...] = ()
    """The keys of the weights that are measured, without a prefix such as `module.`, in the file's order."""
    shapes: tuple[tuple[int, ...] | None, ...] = ()
    """Of the tensors under these keys."""

    @property
    def drawn(self) -> tuple[Member, ...]:
        """The members that are measured and drawn: all but the twins."""
        return tuple(member for member in self.members if not member.twin_of)

    @property
    def to_test(self) -> tuple[str, ...]:
        """The paths to be tested in one go, in order, for the accuracy over epochs."""
        return tuple(member.path for member in self.drawn)

    @property
    def stamps(self) -> dict[str, Stamps]:
        """Path of each member -> its stamps, as `following.changes` wants it."""
        return {member.path: member.stamps for member in self.members}

    def twins(self) -> dict[str, tuple[Member, ...]]:
        """Path of each member that has twins -> these: of all at once, for there may be 500."""
        found: dict[str, tuple[Member, ...]] = {}
        for member in self.members:
            if member.twin_of:
                found[member.twin_of] = (*found.get(member.twin_of, ()), member)
        return found

    def twins_of(self, path: str) -> tuple[Member, ...]:
        """The members that are the same as the one at `path`."""
        return tuple(member for member in self.members if member.twin_of == path)

    def roles_of(self, path: str) -> tuple[str, ...]:
        """The roles of a member and of its twins: epoch 7 is `best` where `best.pth` is its twin."""
        said = [role for member in self.members if path in (member.path, member.twin_of) for role in member.roles]
        return tuple(dict.fromkeys(said))


class LeftOut(NamedTuple):
    """A path that belongs to no training."""

    path: str
    sentence: str
    """Why: it is no checkpoint, it is damaged, it holds no weights."""
    stamps: Stamps = ()


class Trainings(NamedTuple):
    """What was found among some paths."""

    trainings: tuple[Training, ...] = ()
    """Those that know an epoch before others, and of these the one with the most checkpoints first. Those of a single
    checkpoint are among them."""
    left_out: tuple[LeftOut, ...] = ()

    @property
    def stamps(self) -> dict[str, Stamps]:
        """Path -> stamps of all that was looked at, as `following.changes` wants it."""
        taken = {path: stamps for training in self.trainings for path, stamps in training.stamps.items()}
        return taken | {left.path: left.stamps for left in self.left_out}
