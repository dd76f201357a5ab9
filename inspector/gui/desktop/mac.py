"""macOS: a small application in the person's own folder of applications, which starts the program.

    install(folder, command) -> Done        uninstall(folder) -> Done        state(folder) -> Installed

The Finder knows a program by its bundle: what it opens stands in the bundle's `Info.plist`. What is to be opened comes
as an event to the process, not as words of its command line; Qt makes a QFileOpenEvent of it.
"""

from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ... import __version__
from . import kinds
from .said import Done, Installed
from .writing import put

IDENTIFIER = "org.checkpoint-inspector.desktop"
BUNDLE = f"{kinds.TITLE['']}.app"
_REGISTER = "/System/Library/Frameworks/CoreServices.framework/Frameworks/LaunchServices.framework/Support/lsregister"


def applications() -> Path:
    """The person's own folder of applications."""
    return Path.home() / "Applications"


def state(folder: Path) -> Installed:
    """Whether it is set up, and what a double click starts then."""
    script = folder / BUNDLE / "Contents" / "MacOS" / kinds.NAME
    if not _is_ours(folder / BUNDLE) or not script.is_file():
        return Installed(False)
    words = shlex.split(script.read_text("utf-8").splitlines()[-1])
    return Installed(True, words[1] if len(words) > 1 else "")


def install(folder: Path, command: Sequence[str]) -> Done:
    """Writes the bundle. Raises OSError where it cannot, or where there is another of its name."""
    from . import icon_files

    bundle = folder / BUNDLE
    if bundle.exists() and not _is_ours(bundle):
        raise FileExistsError(17, "there is another application of this name", str(bundle))
    script = bundle / "Contents" / "MacOS" / kinds.NAME
    files = {
        bundle / "Contents" / "Info.plist": plistlib.dumps(properties()),
        bundle / "Contents" / "PkgInfo": b"APPL????",
        bundle / "Contents" / "Resources" / f"{kinds.NAME}.icns": icon_files.icns(),
        script: f'#!/bin/sh\n# {kinds.MARK}\nexec {shlex.join(command)} "$@"\n'.encode(),
    }
    for path, content in files.items():
        put(path, content)
    script.chmod(0o755)
    _register("-f", bundle)
    return Done(written=tuple(map(str, files)))


def uninstall(folder: Path) -> Done:
    """Removes the bundle, if it is ours. Raises OSError where it cannot."""
    bundle = folder / BUNDLE
    if not _is_ours(bundle):
        return Done()
    _register("-u", bundle)
    shutil.rmtree(bundle)
    return Done(removed=(str(bundle),))


def properties() -> dict[str, Any]:
    """What stands in `Info.plist`."""
    return {
        "CFBundleIdentifier": IDENTIFIER,
        "CFBundleName": kinds.TITLE[""],
        "CFBundleDisplayName": kinds.TITLE[""],
        "CFBundleExecutable": kinds.NAME,
        "CFBundleIconFile": f"{kinds.NAME}.icns",
        "CFBundlePackageType": "APPL",
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleShortVersionString": __version__,
        "CFBundleVersion": __version__,
        "NSHighResolutionCapable": True,
        "CFBundleDocumentTypes": [_document(kind) for kind in _KINDS],
        "UTExportedTypeDeclarations": [_exported(kind) for kind in _KINDS],
    }


_KINDS = (kinds.ARCHIVE, kinds.SAFETENSORS)
"""The Finder goes by the ending alone, so the containers of PyTorch are one kind."""


def _type_of(kind: kinds.Kind) -> str:
    return f"{IDENTIFIER}.{kind.type.rpartition('/')[2].removeprefix('x-')}"


def _document(kind: kinds.Kind) -> dict[str, Any]:
    return {
        "CFBundleTypeName": kind.names[""],
        "CFBundleTypeRole": "Viewer",
        "CFBundleTypeIconFile": f"{kinds.NAME}.icns",
        "LSHandlerRank": "Owner",
        "LSItemContentTypes": [_type_of(kind)],
    }


def _exported(kind: kinds.Kind) -> dict[str, Any]:
    endings = [ending for ending in kind.endings if "." not in ending]
    return {
        "UTTypeIdentifier": _type_of(kind),
        "UTTypeDescription": kind.names[""],
        "UTTypeIconFile": f"{kinds.NAME}.icns",
        "UTTypeConformsTo": ["public.data"],
        "UTTypeTagSpecification": {"public.filename-extension": endings, "public.mime-type": [kind.type]},
    }


def _is_ours(bundle: Path) -> bool:
    try:
        said = plistlib.loads((bundle / "Contents" / "Info.plist").read_bytes())
    except (OSError, ValueError, plistlib.InvalidFileException):
        return False
    return isinstance(said, dict) and said.get("CFBundleIdentifier") == IDENTIFIER


def _register(option: str, bundle: Path) -> None:
    """Tells the Finder; without this it notices by itself, later."""
    if sys.platform == "darwin" and os.path.exists(_REGISTER):
        subprocess.run([_REGISTER, option, str(bundle)], stdin=subprocess.DEVNULL, capture_output=True, check=False)
