"""The process that has torch loaded, and forks itself for every piece of work. It runs no code of the user's.

It talks with the client over a socket, in lines of `crossing`:

    -> ("fork", memory), five descriptors    <- ("forked", pid)      a worker: see `serving`
    -> ("kill", pid)                         <- ("ended", pid, status), also when it ends by itself
    -> ("prepare", names)                    imports these modules, so that further workers have them
                                             <- ("ready",) once, when torch is there, or a Failure

When the socket closes, the client is gone: everything that was started here is killed.

Why this way: importing torch takes seconds, a fork 10 ms. So every request gets a process of its own: user code is
imported afresh without anything of its last version left behind, whatever it does to its process harms nobody else,
and stopping it costs nothing. It is POSIX only; CUDA works in the workers, as it is never touched here.
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import sys
import traceback
import warnings
from typing import Any

from ..errors import InspectorError
from ..language import tr
from . import crossing
from .failures import failure_of

DESCRIPTORS = ("stdout", "stderr", "requests", "answers", "faults")
"""What a worker is given, in this order. To `faults` goes the traceback of a crash."""

TRACE_SIGNAL = getattr(signal, "SIGUSR1", 0)  # there is none where nothing can be forked
"""On this signal a worker writes where it is to `faults`, whatever it is doing; the client asks so before killing."""

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
"""From linux/prctl.h: die with the parent; become the parent of all orphans below."""


def run(control: int) -> None:
    """Loads torch, and forks on demand until the socket `control` closes."""
    client = socket.socket(fileno=control)
    client.set_inheritable(False)
    try:
        _load_torch()
    except BaseException as error:
        client.sendall(crossing.line(failure_of(error)))
        return
    gc.collect()
    gc.freeze()  # pages that no collection touches stay shared with the workers
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    client.sendall(crossing.line(("ready",)))
    Forker(client).run()


def _load_torch() -> None:
    """Everything of torch that a first model needs; numpy's or torch's own threads are not begun here."""
    import torch
    import torch.overrides

    from . import torchvision_schemas

    if not hasattr(torch.overrides, "TorchFunctionMode"):
        raise InspectorError(
            tr(
                "torch {version} in {executable} is too old: it must be 1.13 or newer.",
                version=torch.__version__,
                executable=sys.executable,
            )
        )
    torchvision_schemas.load()
    from . import serving

    serving.warm_up()


class Forker:
    """Waits for the client and for the ends of workers."""

    def __init__(self, client: socket.socket) -> None:
        self._client = client
        self._workers: set[int] = set()
        self._descriptors: list[int] = []
        self._wake, wakeup = os.pipe()
        os.set_blocking(wakeup, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        _prctl(PR_SET_CHILD_SUBREAPER, 1)

    def run(self) -> None:
        buffer = b""
        while True:
            ready, _, _ = select.select([self._client.fileno(), self._wake], [], [])
            if self._wake in ready:
                os.read(self._wake, 4096)
                self._reap()
            if self._client.fileno() in ready:
                received = self._receive()
                if not received:
                    break
                *lines, buffer = (buffer + received).split(b"\n")
                for each in lines:
                    self._obey(crossing.value(each))
        self._end_all()

    def _receive(self) -> bytes:
        room = socket.CMSG_LEN(len(DESCRIPTORS) * array.array("i").itemsize)
        try:
            received, ancillary, _, _ = self._client.recvmsg(65536, room)
        except ConnectionError:
            return b""
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                self._descriptors.extend(array.array("i", data))
        return received

    def _obey(self, order: tuple[Any, ...]) -> None:
        if order[0] == "fork":
            self._fork(order[1])
        elif order[0] == "kill" and order[1] in self._workers:
            _kill(order[1])
        elif order[0] == "prepare":
            _import(order[1])
            gc.freeze()

    def _fork(self, memory: int) -> None:
        descriptors, self._descriptors = self._descriptors, []
        parent = os.getpid()
        worker = os.fork()
        if worker == 0:
            self._become_worker(descriptors, memory, parent)
        self._workers.add(worker)
        for each in descriptors:
            os.close(each)
        self._tell("forked", worker)

    def _tell(self, *message: object) -> None:
        with contextlib.suppress(OSError):  # a client that is gone is noticed where it is listened to
            self._client.sendall(crossing.line(message))

    def _become_worker(self, descriptors: list[int], memory: int, parent: int) -> None:
        """The end of the fork that works; it never comes back."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            if dies_with(parent):
                self._client.close()
                os.close(self._wake)
                _limit(memory)
                from . import serving

                serving.serve(*descriptors)
                status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def _reap(self) -> None:
        """Tells of the workers that ended, and ends what they left behind."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                break
            if pid in self._workers:
                self._workers.discard(pid)
                _kill(pid)
                self._tell("ended", pid, status)
        if not self._workers:
            _kill_orphans()

    def _end_all(self) -> None:
        for pid in self._workers:
            _kill(pid)
        with contextlib.suppress(ChildProcessError):
            while True:
                _kill_orphans()
                os.waitpid(-1, 0)


def dies_with(parent: int) -> bool:
    """Lets this process be killed when its parent ends (on Linux). False when it has ended already."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.getppid() == parent


def _kill(worker: int) -> None:
    """Kills a worker with its process group, which is its own as soon as it began."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(worker, signal.SIGKILL)


def _kill_orphans() -> None:
    """Kills processes that fell to this one because whoever started them is gone."""
    with contextlib.suppress(OSError), open(f"/proc/self/task/{os.getpid()}/children") as children:
        for child in children.read().split():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(int(child), signal.SIGKILL)


def _limit(memory: int) -> None:
    """Lets a single large allocation fail at once, with the user's line. (The client watches what is really held.)

    Not where there is a CUDA driver: it takes far more of its address space than it uses.
    """
    if sys.platform == "linux" and not os.path.exists("/dev/nvidiactl"):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (memory, hard))


def _prctl(option: int, argument: int) -> None:
    """Asks Linux for something that Python has no call for; elsewhere does nothing."""
    if sys.platform == "linux":
        with contextlib.suppress(ImportError, OSError, AttributeError):
            import ctypes

            ctypes.CDLL(None).prctl(option, argument, 0, 0, 0)


def _import(names: list[str]) -> None:
    """Loads modules of installed packages; one that cannot be loaded here is left to who wants it."""
    for name in names:
        with contextlib.suppress(BaseException):
            importlib.import_module(name)
