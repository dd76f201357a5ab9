"""The commands that train and test, and their options."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .comparison_commands import guarded

if TYPE_CHECKING:
    from .commands import Commands

_TRAIN_CODES = """\
exit codes:
  0    trained to the end
  1    the run failed: stderr says at which batch and why; what was saved last is whole
  2    it could not begin: a file, an option, the data or a class that cannot be used
  130  stopped with Ctrl+C, saved after the present batch (twice: at once); 143 the same for SIGTERM
"""
_TEST_CODES = """\
exit codes:
  0    tested
  1    the run failed, or a checkpoint could not be tested; stderr says why
  2    it could not begin: a file, an option, the data or a class that cannot be used
  130  stopped with Ctrl+C; 143 the same for SIGTERM
"""
_DATA = """\
the data of --data:
  shapes                ten classes of drawn shapes, made here: nothing is downloaded
  FashionMNIST:FOLDER   a data set of torchvision, and the folder that it lies in (--download fetches it)
  FOLDER                a folder of images, in it a folder for each class
  data.npz  data.pt     arrays: x_train, y_train, x_test, y_test, or images and labels
  data.py:function      a function that returns data sets or loaders
"""
_MORE_PROCESSES = """\
more than one process:
  --processes 2         on this machine, as torchrun does
  torchrun --nnodes=2 --nproc-per-node=1 --rdzv-endpoint=HOST:PORT -m inspector train ...
                        on each machine: the command takes part as the rank that torchrun gives it
"""


def add(commands: Commands) -> None:
    """Adds `train` and `test` to the commands."""
    _add_train(commands)
    _add_test(commands)


def _add_train(commands: Commands) -> None:
    parser = _parser(
        commands, "train", "train (on) from a checkpoint",
        "Trains a model on from a checkpoint, as if it had never stopped: weights, optimizer, schedule, order of"
        " samples. Saves the latest and the best, and every N epochs, each read back before it counts.",
        f"{_DATA}\n{_MORE_PROCESSES}\n{_TRAIN_CODES}",
    )  # fmt: skip
    parser.add_argument("file", nargs="?", default="", metavar="FILE", help="the checkpoint to go on from; without it"
                        " training begins anew")  # fmt: skip
    _add_model(parser)
    _add_data(parser)
    _add_steps(parser)
    what = parser.add_argument_group("how it is trained (by default as the checkpoint says)")
    many = what.add_mutually_exclusive_group()
    many.add_argument("--epochs", type=_positive, metavar="N", help="so many more epochs (3)")
    many.add_argument("--until", type=_positive, metavar="N", help="until epoch N is done, counted from 1")
    what.add_argument("--optimizer", metavar="NAME", help="of torch.optim: Adam, SGD ...")
    what.add_argument("--optimizer-option", action="append", default=[], metavar="K=V", help="momentum=0.9 ...")
    what.add_argument("--lr", type=float, metavar="X", help="the learning rate")
    what.add_argument("--scheduler", metavar="NAME", help="of torch.optim.lr_scheduler: StepLR ...; none")
    what.add_argument("--scheduler-option", action="append", default=[], metavar="K=V", help="step_size=2 ...")
    what.add_argument("--criterion", metavar="NAME", help="CrossEntropyLoss, NLLLoss, MSELoss, BCEWithLogitsLoss, or"
                      " file.py:function")  # fmt: skip
    what.add_argument("--clip", type=float, metavar="NORM", help="the largest norm of all gradients together")
    what.add_argument("--amp", action="store_true", default=None, help="mixed precision, where the device has it")
    what.add_argument("--fused", action="store_true", default=None, help="the optimizer's fused kernels: faster, the"
                      " last bits may differ")  # fmt: skip
    what.add_argument("--seed", type=int, metavar="N", help="of order, dropout and augmentation")
    what.add_argument("--keep-going", action="store_true", help="go on when the loss is not a number")
    _add_saving(parser)
    _add_where(parser)
    many_machines = parser.add_argument_group("more than one process")
    many_machines.add_argument("--processes", type=_positive, metavar="N", help="processes on this machine")
    many_machines.add_argument("--nodes", type=_positive, metavar="N", help="machines of the run")
    many_machines.add_argument("--rendezvous", metavar="HOST:PORT", help="where they meet")
    parser.set_defaults(command=guarded(_train))


def _add_test(commands: Commands) -> None:
    parser = _parser(
        commands, "test", "test checkpoints on the test images",
        "Tests checkpoints in evaluation mode: accuracy, loss, each class, and the confusion matrix.",
        f"{_DATA}\n{_TEST_CODES}",
    )  # fmt: skip
    parser.add_argument("files", nargs="+", metavar="FILE", help="checkpoints; several of a run show accuracy over"
                        " epochs")  # fmt: skip
    _add_model(parser)
    _add_data(parser)
    _add_steps(parser)
    parser.add_argument("--split", choices=("train", "validation", "test"), default="test", help="which part (test)")
    parser.add_argument("--criterion", metavar="NAME", help="the loss that is told as well")
    parser.add_argument("--export", action="append", default=[], metavar="OUT", help="write the results as well: OUT"
                        " ends in .csv or .json")  # fmt: skip
    _add_where(parser)
    parser.set_defaults(command=guarded(_test))


def _add_model(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the model (a file that a run here has saved says it)")
    group.add_argument("--model", default="", metavar="MODEL", help="resnet18 or another builder of torchvision;"
                       " path/to/file.py:Class; package.module:Class; for a test also a file with a whole module (it is"
                       " unpickled, which runs code in it), or TorchScript")  # fmt: skip
    group.add_argument("--arg", action="append", default=[], metavar="K=V", help="an argument of the constructor")
    group.add_argument("--trust", action="store_true", help="run the code that FILE itself names, without asking")
    group.add_argument("--python", default="", metavar="INTERPRETER", help="the Python that has torch and the class")
    group.add_argument("--in-process", action="store_true", help="run inside this process, without a child")


def _add_data(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the data")
    group.add_argument("--data", default="", metavar="DATA", help="see below (shapes)")
    group.add_argument("--transform", action="append", metavar="T", help="a step such as 'ToTensor()'; several in turn")
    group.add_argument("--augment", action="append", metavar="T", help="a step for training only")
    group.add_argument("--validation", type=float, metavar="SHARE", help="of the training set that is held back (0.1)")
    group.add_argument("--download", action="store_true", help="fetch the data set if it is not there")
    group.add_argument("--batch-size", type=_positive, metavar="N")
    group.add_argument("--workers", type=int, metavar="N", help="processes that load data (0)")


def _add_steps(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the checkpoint")
    group.add_argument("--set", action="append", default=[], metavar="WHAT=V", help="correct what was found in the"
                       " file: epoch=4, best=0.00004, optimizer=optim_d, weights=ema")  # fmt: skip
    group.add_argument("--step", action="append", default=[], metavar="STEP", help="a step that mends the weights"
                       " first; `inspector mend --help` tells them")  # fmt: skip


def _add_saving(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is saved")
    group.add_argument("--folder", default="", metavar="DIR", help="where to (beside FILE)")
    group.add_argument("--save-every", type=_positive, metavar="N", help="keep NAME_epochN.pth every N epochs")
    group.add_argument("--name", default="", metavar="NAME", help="of those files")
    group.add_argument("--minutes", type=float, metavar="M", help="between two savings within a long epoch (10)")
    group.add_argument("--tensorboard", action="store_true", default=None, help="write logs for TensorBoard as well")


def _add_where(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("where it runs, and how it tells")
    group.add_argument("--device", metavar="DEVICE", help="cpu, cuda, cuda:1, mps (a GPU where there is one)")
    group.add_argument("--threads", type=int, metavar="N", help="of torch")
    group.add_argument(
        "--json", dest="as_json", action="store_true", help="a JSON object a line; `pydoc inspector.terminal.run_lines`"
    )


def _parser(
    commands: Commands, name: str, help: str, description: str, more: str
) -> argparse.ArgumentParser:  # fmt: skip
    return commands.add_parser(
        name, help=help, description=description, epilog=more, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text[:9]):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text[:9])


def _train(options: argparse.Namespace) -> int:
    from .train import train

    return train(options)


def _test(options: argparse.Namespace) -> int:
    from .testing import test

    return test(options)
