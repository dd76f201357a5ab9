"""How much memory a worker and everything it started hold, asked from outside.

Why this way: the group is watched by the client, so that nothing the user's code does can switch the watch off.
"""

from __future__ import annotations

import os
import subprocess
import sys

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def machine() -> int:
    """The bytes of memory this machine has."""
    return os.sysconf("SC_PHYS_PAGES") * _PAGE


def resident(pid: int) -> int:
    """Bytes of one process; 0 when it is gone or nothing is known."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as statm:
            return int(statm.read().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0


def of_group(group: int) -> int:
    """Bytes of all processes of a group together; memory that they share counts for each."""
    if sys.platform != "linux":
        return _of_group_by_ps(group)
    return sum(map(resident, _pids(group)))


def without_sharing(group: int) -> int:
    """The same, but every page counts once: forks of one process hold most in common. Takes some milliseconds each."""
    return sum(map(_proportional, _pids(group))) if sys.platform == "linux" else of_group(group)


def _proportional(pid: int) -> int:
    """Bytes of one process, each page divided among those that have it (`Pss` in /proc/PID/smaps_rollup)."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as rollup:
            return next(int(line.split()[1]) * 1024 for line in rollup if line.startswith(b"Pss:"))
    except (OSError, StopIteration):
        return resident(pid)


def _pids(group: int) -> list[int]:
    pids = (int(name) for name in os.listdir("/proc") if name.isdigit())
    return [pid for pid in pids if _group_of(pid) == group]


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except OSError:
        return 0


def _of_group_by_ps(group: int) -> int:
    listing = subprocess.run(["ps", "-A", "-o", "pgid=,rss="], capture_output=True, text=True, check=False).stdout
    rows = (line.split() for line in listing.splitlines())
    return sum(int(rss) * 1024 for pgid, rss in rows if int(pgid) == group)
