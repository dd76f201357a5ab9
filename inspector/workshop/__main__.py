"""The child's door, in whichever interpreter the user chose:

    python .../inspector/workshop/__main__.py FD             the process that forks (see `forking`)
    python .../inspector/workshop/__main__.py agent ...      starts the processes of one training (see `running.agent`)
    python .../inspector/workshop/__main__.py rank           one of them (see `running.rank`)

Why this way: that interpreter has torch, but nothing of ours, and the user's modules may be called `inspector`,
`requests` or `building` like ours. So our package is loaded from where this file lies under a name that nobody else
has, and neither its folder nor this one is left on `sys.path`. All modules of the workshop import relatively.
"""

import importlib
import importlib.util
import os
import sys

NAME = "_checkpoint_inspector"
"""What our package is called in the child."""


_ROOMS = {"agent": "running.agent", "rank": "running.rank"}


def main() -> None:
    """Hands over to the module that the first argument means, with what comes after it."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if path and os.path.abspath(path) != here]
    package = os.path.dirname(here)
    init = os.path.join(package, "__init__.py")
    spec = importlib.util.spec_from_file_location(NAME, init, submodule_search_locations=[package])
    assert spec is not None and spec.loader is not None
    sys.modules[NAME] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[NAME])
    room, arguments = _ROOMS.get(sys.argv[1], "forking"), sys.argv[2:]
    door = importlib.import_module(f"{NAME}.workshop.{room}").run
    door(*arguments) if sys.argv[1] in _ROOMS else door(int(sys.argv[1]))


if __name__ == "__main__":
    main()
