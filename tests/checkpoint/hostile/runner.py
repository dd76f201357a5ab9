"""Opens hostile files, each in a process of its own that is watched, and says what came of it.

    python -m tests.checkpoint.hostile.runner FAMILY FOLDER [WORD]

prints one JSON object a line: `case`, `outcome` (`opened`, `refused`, or what went wrong), `sentence`,
`seconds` of processor time to open it and to print it as JSON, `kilobytes` of memory at the most, `did` (what
it should not have done). WORD chooses the cases whose names contain it.

Why this way: a process that has imported everything is forked for each file, so that the peak of its memory
is that of the file, a crash is one file's, and a limit on processor time ends what does not end. An audit
hook sees what Python sees: a file opened for writing, a process started, a socket, a class looked up by pickle.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy  # noqa: F401

from inspector import cli
from inspector.analysis import measuring, statistics
from inspector.checkpoint import arrays
from inspector.checkpoint.entries import Branch, Checkpoint, Tensor
from inspector.checkpoint.reading import open_checkpoint
from inspector.errors import FileError, InspectorError
from inspector.progress import finish
from inspector.wording import safe

from .cases import Case
from .corpus import corpus

SECONDS_OF_PROCESSOR = 60
_VALUES_LIMIT = 32 << 20
_TENSORS = 500
_FORBIDDEN = (
    "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "os.remove", "os.rename", "os.rmdir",
    "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.kill", "subprocess.Popen",
    "pty.spawn", "socket.connect", "socket.bind", "socket.getaddrinfo", "urllib.Request", "webbrowser.open",
    "ctypes.dlopen", "pickle.find_class", "shutil.rmtree", "shutil.copyfile", "tempfile.mkstemp", "mmap.__new__",
    "code.__new__", "function.__new__",
)  # fmt: skip


def main(family: str, folder: str, word: str = "") -> None:
    """Runs the cases of a family in `folder`."""
    marker = os.path.join(folder, "marker")
    everything_imported = [cli, measuring, statistics, arrays]
    assert all(everything_imported)
    for case in corpus(family, marker):
        if word in case.name:
            with tempfile.TemporaryDirectory(dir=folder) as home:
                print(json.dumps(_watched(case, Path(home), Path(marker))), flush=True)


def _watched(case: Case, home: Path, marker: Path) -> dict[str, Any]:
    path = home / "model.pth"
    case.write(path)
    before = sorted(os.listdir(home))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(path, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    _, status, usage = os.wait4(child, 0)
    found: dict[str, Any] = {
        "case": case.name,
        "outcome": f"ended with status {status}",
        "sentence": "",
        "seconds": 0,
        "did": [],
    }
    with contextlib.suppress(ValueError):
        found |= json.loads(said)
    found["kilobytes"] = usage.ru_maxrss
    if marker.exists():
        found["did"].append("created the marker")
        marker.unlink()
    if sorted(os.listdir(home)) != before:
        found["did"].append("wrote a file")
    return found


def _child(path: Path, writing: int) -> None:
    """The process that opens the file. Never returns."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_OF_PROCESSOR, SECONDS_OF_PROCESSOR))
    did: list[str] = []
    found: dict[str, Any] = {"did": did}
    sys.addaudithook(lambda event, arguments: _audit(event, arguments, did))
    try:
        found |= _opened(str(path))
    except BaseException as error:  # whatever it is: it must not have come out
        found |= {"outcome": f"{type(error).__name__} came out", "sentence": safe(str(error), 300)}
    os.write(writing, json.dumps(found).encode())
    os._exit(0)


def _audit(event: str, arguments: tuple[Any, ...], did: list[str]) -> None:
    if event in _FORBIDDEN:
        did.append(f"{event} {str(arguments)[:80]}")
    elif event == "open" and arguments[0] != os.devnull:
        if isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
            did.append(f"opened {arguments[0]!r} for writing")


def _opened(path: str) -> dict[str, Any]:
    start = time.process_time()
    try:
        checkpoint = open_checkpoint(path)
    except FileError as error:
        seconds = time.process_time() - start
        return {"outcome": "refused", "sentence": _sentence(error), "seconds": [seconds, _shown(path, 3)]}
    seconds = time.process_time() - start
    _look_at(checkpoint)
    sentence = safe(" ".join(checkpoint.damage), 300)
    del checkpoint
    return {"outcome": "opened", "sentence": sentence, "seconds": [seconds, _shown(path, 0)]}


def _sentence(error: InspectorError) -> str:
    assert error.message, "a refusal without a sentence"
    assert str(error).isprintable(), f"not fit for a screen: {str(error)[:300]!r}"
    return str(error)[:300]


def _look_at(checkpoint: Checkpoint) -> None:
    """What the window does with a tree: names, shapes, sizes, sentences, values of tensors."""
    tensors = 0
    for key, entry in checkpoint.entries():
        safe(key), safe(entry.type if not isinstance(entry, Tensor) else entry.dtype)
        damage = getattr(entry, "damage", "")
        assert damage.isprintable(), f"not fit for a screen: {damage[:300]!r}"
        if isinstance(entry, Tensor):
            tensors += 1
            if tensors <= _TENSORS:
                _values_of(entry)
        elif not isinstance(entry, Branch):
            safe(str(entry.value)[:1000])
    for sentence in checkpoint.damage:
        assert sentence.isprintable(), f"not fit for a screen: {sentence[:300]!r}"
    for label, text in checkpoint.facts:
        assert text.isprintable(), f"the fact {label} is not fit for a screen"
    for text_member in checkpoint.texts[:50]:
        with contextlib.suppress(FileError):
            text_member.source.read_up_to(text_member.offset, min(text_member.nbytes, 1 << 20))


def _values_of(tensor: Tensor) -> None:
    assert tensor.numel >= 0
    assert tensor.nbytes >= 0
    for look in _looks(tensor):
        with contextlib.suppress(InspectorError):
            look()


def _looks(tensor: Tensor) -> Iterator[Any]:
    yield lambda: arrays.read(tensor, tuple(slice(0, 3) for _ in tensor.shape))
    if tensor.nbytes <= _VALUES_LIMIT:
        yield lambda: arrays.digest(tensor)
        yield lambda: finish(statistics.measure(tensor))
    else:
        yield lambda: next(arrays.digesting(tensor), None)
        yield lambda: next(statistics.measure(tensor), None)


def _shown(path: str, expected: int) -> float:
    """Shows it in the terminal, as a tree and as JSON; gives the seconds that the JSON took, opening included."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        for arguments in (["show", path], ["show", "--json", path]):
            start = time.process_time()
            code = cli.main(arguments)
            assert code == expected, f"{' '.join(arguments[:-1])} gave {code}, not {expected}"
    return time.process_time() - start


if __name__ == "__main__":
    main(*sys.argv[1:])
