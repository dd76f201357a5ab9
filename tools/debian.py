"""Debian packages that are missing: installed where that is allowed, else the one line to type.

Standard library only, and Python 3.9 or newer: this runs before anything is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence


def advice(packages: Sequence[str]) -> str:
    """What a person types to install `packages`, or what to look for where there is no apt."""
    names = " ".join(packages)
    if shutil.which("apt-get"):
        return f"Type:  sudo apt-get install -y --no-install-recommends {names}"
    return f"Install them with this system's packages; Debian calls them {names}."


def install(packages: Sequence[str]) -> bool:
    """Installs `packages` with apt as root or through a sudo that asks nothing; False where it may not or cannot."""
    prefix = _as_root()
    if prefix is None or not shutil.which("apt-get"):
        return False
    print("Installing with apt:", " ".join(packages), flush=True)
    # A fresh image has no package lists yet; when they cannot be had, the old ones may still do.
    _apt(prefix, ["update", "-qq"])
    return _apt(prefix, ["install", "-y", "-qq", "--no-install-recommends", *packages])


def _as_root() -> list[str] | None:
    """The words before a command that make root run it; None when we may not."""
    if os.name == "posix" and os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _quietly(["sudo", "-n", "true"]) == 0:
        return ["sudo", "-n"]
    return None


def _apt(prefix: list[str], arguments: list[str]) -> bool:
    patience = ["-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=30", "-o", "DPkg::Lock::Timeout=120"]
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *patience, *arguments]
    # What apt says is only of interest when it fails.
    found = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if found.returncode != 0:
        print(found.stdout.strip())
    return found.returncode == 0


def _quietly(command: list[str]) -> int:
    quiet = subprocess.DEVNULL
    return subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet).returncode
