"""A folder with a folder for each class: `root/cat/1.png`, or `root/train/cat/1.png` beside `root/val` and `root/test`.

Why this way: labels are as torchvision's ImageFolder gives them, by the names of the folders in alphabetical order. But
those of `train` hold for all parts: where ImageFolder finds a class less in `val`, it shifts the labels of all that
follow.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from typing import Any

from ...language import marked, tr
from ...progress import Progress
from ...wording import names as listed
from ..failures import Refusal, text_of
from ..run_requests import DataSource
from .found import Found
from .orders import permutation
from .picture_sizes import to_one_size
from .samples import Samples
from .splitting import Parts

_ENDINGS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
"""As torchvision's ImageFolder has them."""
_PARTS = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing"),
}
_MEASURED = 1000
"""Pictures whose sizes are looked at."""
_NORMAL = "Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))"
"""What most networks for photographs were trained with: mean and deviation of ImageNet."""


class Pictures:
    """Picture files as a data set: (a picture of PIL in RGB, its label)."""

    def __init__(self, files: Sequence[tuple[str, int]]) -> None:
        self.files = files

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        path, label = self.files[index]
        return picture_in(path), label


def opened(source: DataSource) -> Generator[Progress, None, Found]:
    """The pictures below the folder. Raises Refusal where there are none, or no folders of classes."""
    root = os.path.abspath(os.path.expanduser(source.path))
    yield Progress(0, 0, "samples", tr("Looking through {root}", root=os.path.basename(root)))
    _check(root)
    folders = _parts(root)
    classes = _classes(folders.get("train") or next(iter(folders.values())))
    parts: dict[str, Samples] = {}
    notes: list[str] = []
    for part, folder in folders.items():
        found, said = _files(part, folder, classes)
        notes += said
        if found:
            parts[part] = Samples(Pictures(found))
    if not parts:
        raise Refusal(
            tr("There are no pictures in {root}.", root=root),
            title=marked("The data is empty"),
            hint=tr("It takes {kinds}.", kinds=_kinds()),
        )
    suits, sizes = yield from _suits(next(iter(parts.values())).items)
    return Found(os.path.basename(root), classes, Parts(**parts), suits, tuple(notes), sizes)


def picture_in(path: str) -> Any:
    """The picture of a file, in RGB. Raises Refusal where it is none."""
    from PIL import Image

    try:
        with warnings.catch_warnings(), open(path, "rb") as file:
            warnings.simplefilter("ignore")
            return Image.open(file).convert("RGB")
    except Exception as error:
        raise _damaged(path, error) from error


# -- folders and files ------------------------------------------------------------------------------------------


def _check(root: str) -> None:
    if not os.path.isdir(root):
        raise Refusal(tr("There is no folder {root}.", root=root), title=marked("The data is not there"))
    try:
        import PIL  # noqa: F401
    except ImportError as error:
        hint = tr("Install it there (pip install pillow), or choose another interpreter.")
        raise Refusal(tr("Pictures need the package PIL."), title=marked("There is no PIL"), hint=hint) from error
    if not _below(root):
        hint = tr("It takes a folder for each class: root/cat/1.png, root/dog/2.png.")
        raise Refusal(
            tr("There are no folders of classes in {root}.", root=root),
            title=marked("The data is not understood"),
            hint=hint,
        )


def _below(folder: str) -> list[str]:
    """The folders in it, in the order of their names, without hidden ones."""
    with os.scandir(folder) as entries:
        return sorted(each.name for each in entries if each.is_dir() and not each.name.startswith((".", "__")))


def _parts(root: str) -> Mapping[str, str]:
    """part -> its folder; everything is to train on where there are no such folders."""
    named = {name.lower(): os.path.join(root, name) for name in _below(root)}
    found = {part: named[name] for part, known in _PARTS.items() for name in known if name in named}
    holding = {part: folder for part, folder in found.items() if _below(folder)}
    return holding or {"train": root}


def _classes(folder: str) -> tuple[str, ...]:
    return tuple(_below(folder))


def _files(part: str, folder: str, classes: Sequence[str]) -> tuple[list[tuple[str, int]], list[str]]:
    """The files of a part with their labels, as ImageFolder orders them; and what should be known of it."""
    strange = [name for name in _below(folder) if name not in classes]
    notes = (
        [
            tr(
                "{names} in {folder}: left out, it is no class of the training set.",
                names=listed(strange),
                folder=folder,
            )
        ]
        if strange
        else []
    )
    found, empty = [], []
    for label, name in enumerate(classes):
        inside = list(_pictures(os.path.join(folder, name)))
        found += [(path, label) for path in inside]
        empty += [] if inside else [name]
    if empty and found:
        notes.append(tr("No pictures of {names} in the {part} part.", names=listed(empty), part=part))
    return found, notes


def _pictures(folder: str) -> Generator[str, None, None]:
    for place, _, files in sorted(os.walk(folder, followlinks=True)):
        yield from (os.path.join(place, file) for file in sorted(files) if file.lower().endswith(_ENDINGS))


# -- transforms that suit ---------------------------------------------------------------------------------------


def _suits(pictures: Pictures) -> Generator[Progress, None, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Transforms that make them all of one size, and what should be known of that."""
    sizes: Counter[tuple[int, int]] = Counter()
    chosen = permutation(len(pictures), 0)[:_MEASURED].sort().values.tolist()
    for done, index in enumerate(chosen):
        sizes[_size(pictures.files[index][0])] += 1
        if done % 128 == 0:
            yield Progress(done, len(chosen), "samples", tr("Measuring pictures"))
    steps, notes = to_one_size(sizes)
    return (*steps, "ToTensor()", _NORMAL), notes


def _size(path: str) -> tuple[int, int]:
    """(height, width), out of the head of the file."""
    from PIL import Image

    try:
        with warnings.catch_warnings(), Image.open(path) as picture:
            warnings.simplefilter("ignore")
            return picture.height, picture.width
    except Exception as error:
        raise _damaged(path, error) from error


def _damaged(path: str, error: Exception) -> Refusal:
    message = tr(
        "{path} is no picture that can be read: {name}: {reason}.",
        path=path,
        name=type(error).__name__,
        reason=text_of(error).rstrip("."),
    )
    return Refusal(message, title=marked("The data cannot be read"), hint=tr("Replace or remove it."))


def _kinds() -> str:
    return listed(_ENDINGS, len(_ENDINGS))
