"""A pickle read without running it.

`Machine` follows the opcodes of all protocols (0 to 5; the meaning of each is documented in Python's
`pickletools`) and builds the stand-ins of `inert`. It calls nothing, imports nothing and hashes nothing
but text, so there is nothing in it to exploit; and it counts what it spends, so that a bomb is a sentence.

Why this way: the C unpickler with stand-ins is as quick, but cannot be bounded from inside - a tuple that
doubles itself, used as a dict key, hangs it for ever - and holds the interpreter lock for as long as it
reads. A machine of our own also keeps what was built when the pickle breaks off, and can recognise in one
step the only shape that comes by the 100,000: a tensor (see `tensor_shortcut`).
"""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from typing import Protocol

from ..language import tr
from ..progress import Progress, finish
from .inert import Blob, Global, Node, Reference, class_of
from .opcodes import HANDLERS, INLINE, STOP, article
from .sources import Source

_FIRST_WINDOW = 128 << 10
_WINDOW = 1 << 20


class PickleError(Exception):
    """The pickle cannot be followed further; `offset` is the byte of its source where it broke off."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


class Budget:
    """What all the pickles of one file may spend together: opcodes, bytes of memory, seconds.

    The bounds leave room for half a million tensors; 10 s and 1 GiB for the whole of opening are the limits
    that they keep.
    """

    def __init__(self, opcodes: int = 7_000_000, nbytes: int = 450_000_000, seconds: float = 4.0) -> None:
        self.opcodes = opcodes
        self.nbytes = nbytes
        self.deadline = time.monotonic() + seconds


def patient() -> Budget:
    """For a file that was read within the usual bounds before, or written here: a busy machine may take longer."""
    return Budget(seconds=60.0)


class Shortcut(Protocol):
    """Recognises a known stretch of opcodes in one step."""

    trigger: str
    """The name of the global after whose BINGET the stretch begins."""

    def match(self, machine: Machine, trigger: bytes) -> object | None:
        """The object that the stretch at `machine.at` builds, having moved `at` behind it; or None.

        `trigger` is the opcode before it, which got the global from the memo.
        """


class ShortcutMiss(Exception):
    """The pickle refers to something that the shortcut did not keep: read it again without."""


class Machine:
    """Reads one pickle that starts at `start` of `source`.

    After `load`, `end` is the offset behind the STOP opcode, `protocol` what PROTO said (0 when nothing),
    and `names` counts the globals. When `load` raises PickleError, `salvage` gives what was built.
    """

    def __init__(self, source: Source, start: int, budget: Budget, shortcut: Shortcut | None = None) -> None:
        self.source = source
        self.budget = budget
        self.shortcut = shortcut
        self.start = self.end = start
        self.stack: list[object] = []
        self._restart()

    def load(self) -> object:
        """The object that the pickle builds, inert. Raises PickleError."""
        return finish(self.loading())

    def loading(self) -> Generator[Progress, None, object]:
        """The same, saying now and then how many bytes it is behind."""
        try:
            with self.source.opened():
                return (yield from self._run())
        except ShortcutMiss:
            self.shortcut = None
            self._restart()
            return (yield from self.loading())

    def salvage(self) -> object:
        """After a PickleError: what was built so far, with what was under construction put in its place."""
        while self.outer:
            pending, self.stack = self.stack, self.outer.pop()
            target = self.stack[-1] if self.stack else None
            if isinstance(target, list):
                target.extend(pending)
            elif isinstance(target, Node):
                _keep(target, pending)
            else:
                self.stack.append(tuple(pending))
        for value in self.stack[1:]:
            if isinstance(self.stack[0], Node):
                _keep(self.stack[0], [value])
        return self.stack[0] if self.stack else None

    # -- the loop ----------------------------------------------------------------------------------

    def _restart(self) -> None:
        self.buffer = b""
        self.base = self.start  # the offset of the buffer in the source
        self.at = 0
        self._window = _FIRST_WINDOW
        self.stack = []
        self.outer: list[list[object]] = []  # the stacks below each open mark
        self.memo: dict[int, object] = {}
        self.names: dict[str, int] = {}
        self.pids: list[object] = []  # every persistent id, once per storage where the shortcut saw it
        self._globals: dict[tuple[str, str], Global] = {}
        self._trigger: Global | None = None
        self.protocol = 0

    def _run(self) -> Generator[Progress, None, object]:
        handlers = HANDLERS
        budget = self.budget
        opcode = 0
        try:
            while True:
                for _ in range(min(4096, budget.opcodes + 1)):
                    if self.at >= len(self.buffer):
                        self._refill(1)
                    opcode = self.buffer[self.at]
                    self.at += 1
                    if opcode == STOP:
                        self.end = self.base + self.at
                        return self.stack.pop()
                    handlers[opcode](self)
                self._account()
                yield Progress(self.base + self.at - self.start, self.source.nbytes - self.start, "bytes", "reading")
        except IndexError:
            raise self.error(tr("opcode {bytes!r} finds nothing to work on", bytes=bytes([opcode]))) from None
        except (ValueError, OverflowError) as error:
            raise self.error(
                tr("an opcode has an argument that cannot be read ({error})", error=str(error)[:80])
            ) from None

    def _account(self) -> None:
        self.budget.opcodes -= 4096
        self.spend(4096 * 32)
        if self.budget.opcodes < 0:
            raise self.error(tr("it is longer than any checkpoint needs (over 7 million steps)"))
        if time.monotonic() > self.budget.deadline:
            raise self.error(tr("it takes too long to read"))

    def _refill(self, nbytes: int) -> None:
        """Moves the window so that it begins at `at` and holds at least `nbytes`."""
        self.base += self.at
        self.at = 0
        self.buffer = self.source.read_up_to(self.base, max(self._window, nbytes))
        self._window = min(8 * self._window, _WINDOW)
        if len(self.buffer) < nbytes:
            raise self.error(tr("it ends in the middle"))

    def error(self, reason: str) -> PickleError:
        """`reason` with the place where the machine stands."""
        return PickleError(reason, self.base + self.at)

    # -- what handlers read with -------------------------------------------------------------------

    def take(self, nbytes: int) -> bytes:
        """The next `nbytes` bytes, at most INLINE of them."""
        end = self.at + nbytes
        if end > len(self.buffer):
            self._refill(nbytes)
            end = nbytes
        piece = self.buffer[self.at : end]
        self.at = end
        return piece

    def line(self) -> bytes:
        """What stands up to the next line feed, which is passed over."""
        end = self.buffer.find(b"\n", self.at)
        if end < 0:
            self._refill(1)
            end = self.buffer.find(b"\n")
        if end < 0 or end - self.at > INLINE:
            raise self.error(tr("a line of text has no end"))
        line = self.buffer[self.at : end]
        self.at = end + 1
        return line

    def spend(self, nbytes: int) -> None:
        """Accounts for memory that is about to be used."""
        self.budget.nbytes -= nbytes
        if self.budget.nbytes < 0:
            raise self.error(tr("it would need more memory than a checkpoint may"))

    def long_one(self, type: str, nbytes: int) -> Blob:
        """A stretch too long to be read along: passed over, and remembered by its place."""
        start = self.base + self.at
        if start + nbytes > self.source.nbytes:
            raise self.error(
                tr("{nbytes:,} bytes of {type} are promised, more than there are", nbytes=nbytes, type=type)
            )
        self.at += nbytes
        self.spend(200)
        return Blob(type, self.source, start, nbytes)

    def named(self, module: str, name: str) -> Global:
        found = self._globals.get((module, name))
        if found is None:
            self.spend(300 + 2 * len(module) + 2 * len(name))
            found = self._globals[module, name] = Global(module, name)
            if self.shortcut is not None and found.full == self.shortcut.trigger:
                self._trigger = found
        self.names[found.full] = self.names.get(found.full, 0) + 1
        return found

    def pop_mark(self) -> list[object]:
        if not self.outer:
            raise self.error(tr("a mark is missing"))
        items = self.stack
        self.stack = self.outer.pop()
        return items

    def remember(self, index: int, value: object) -> None:
        if index in self.memo and self.shortcut is not None:
            raise ShortcutMiss  # the shortcut relies on every number meaning one thing for ever
        self.memo[index] = value

    def remember_all(self, indices: tuple[int, ...], values: Sequence[object]) -> None:
        """The same for many at once."""
        before = len(self.memo)
        self.memo.update(zip(indices, values, strict=True))
        if len(self.memo) != before + len(values):
            raise ShortcutMiss

    def recall(self, index: int, opcode: bytes = b"") -> None:
        value = self.memo.get(index, self)
        if value is self:
            if self.shortcut is not None:
                raise ShortcutMiss
            raise self.error(tr("it refers to number {index}, which is not there", index=index))
        if value is self._trigger and value is not None and self.shortcut is not None:
            found = self.shortcut.match(self, opcode)
            if found is not None:
                value = found
        self.stack.append(value)

    def grown(self, target: object) -> list[object]:
        """The list that APPEND adds to."""
        if type(target) is list:
            return target
        if type(target) is not Node:
            raise self.error(tr("something is added to {article}", article=article(target)))
        if target.elements is None:
            target.elements = []
        return target.elements

    def filled(self, target: object) -> list[object]:
        """The flat list of items that SETITEM adds to."""
        if type(target) is not Node:
            raise self.error(tr("a key is set in {article}", article=article(target)))
        if target.items is None:
            target.items = []
        return target.items

    def refer(self, pid: object) -> object:
        """What a persistent id stands for: a `Reference`, unless a container knows better."""
        return Reference(pid)

    def put_node(self, type: Global, args: object) -> None:
        self.spend(160)
        self.stack.append(Node(type, args))

    def callee(self, value: object) -> Global:
        """What is called, by name; something else than a plain global gets a name that says what it is."""
        called = class_of(value)
        if called is not None:
            return called
        if isinstance(value, Node):
            return self.named(f"result of {value.type.full[:200]}", "__call__")
        return self.named(type(value).__name__, "__call__")


def _keep(target: Node, pending: list[object]) -> None:
    """Puts what a broken pickle left on the stack where it would have gone: keyed when it begins with text."""
    if pending and target.elements is None and (target.items or isinstance(pending[0], (str, int))):
        target.items = target.items or []
        target.items.extend(pending[: len(pending) // 2 * 2])
    else:
        target.elements = target.elements or []  # grown in place: a million values may be left, one by one
        target.elements.extend(pending)
