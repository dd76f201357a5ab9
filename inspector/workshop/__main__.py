"""The child's door, in whichever interpreter the user chose:

    python .../inspector/workshop/__main__.py FD             the process that forks (see `forking`)
    python .../inspector/workshop/__main__.py agent ...      starts the processes of one training (see `running.agent`)
    python .../inspector/workshop/__main__.py rank           one of them (see `running.rank`)

Why this way: that interpreter has torch, but nothing of ours, and the user's modules may be called `inspector`,
`requests` or `building` like ours. So our package is loaded from where this file lies under a name that nobody else
has, and neither its folder nor this one is left on `sys.path`. All modules of the workshop import relatively.

Where nobody compiled the package - in the bundle, the folder that starts by double click - nothing compiled is left
beside it either: that folder stays as it was unpacked. The user's modules are kept as their Python keeps them.
"""

import importlib
import importlib.util
import os
import sys
from importlib.machinery import FileFinder, SourceFileLoader

NAME = "_checkpoint_inspector"
"""What our package is called in the child."""


_ROOMS = {"agent": "running.agent", "rank": "running.rank"}


class TracelessLoader(SourceFileLoader):
    """Loads a module, and writes nothing compiled."""

    def set_data(self, path, data, *, _mode=0o666):  # type: ignore[no-untyped-def]
        """Called with what is to be written."""


class TracelessFinder:
    """Finds the modules of our package, and leaves all others to Python."""

    @staticmethod
    def find_spec(name, path=None, target=None):  # type: ignore[no-untyped-def]
        if not name.startswith(NAME + "."):
            return None
        return FileFinder(path[0], (TracelessLoader, [".py"])).find_spec(name)


def main() -> None:
    """Hands over to the module that the first argument means, with what comes after it."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if path and os.path.abspath(path) != here]
    package = os.path.dirname(here)
    init = os.path.join(package, "__init__.py")
    loader = None
    if not os.path.isdir(os.path.join(package, "__pycache__")):
        sys.meta_path.insert(0, TracelessFinder)
        loader = TracelessLoader(NAME, init)
    spec = importlib.util.spec_from_file_location(NAME, init, loader=loader, submodule_search_locations=[package])
    assert spec is not None and spec.loader is not None
    sys.modules[NAME] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[NAME])
    room, arguments = _ROOMS.get(sys.argv[1], "forking"), sys.argv[2:]
    door = importlib.import_module(f"{NAME}.workshop.{room}").run
    door(*arguments) if sys.argv[1] in _ROOMS else door(int(sys.argv[1]))


if __name__ == "__main__":
    main()
