"""The verdicts on names, with torch's own list as the oracle of what it accepts."""

from __future__ import annotations

import pytest

from inspector.checkpoint.verdicts import safe_globals_line, verdict


def test_what_torch_accepts_is_what_its_list_says() -> None:
    from torch._weights_only_unpickler import _get_allowed_globals

    for name in _get_allowed_globals():
        found = verdict(name, 1)
        assert found.accepted, name
        assert found.verdict in ("torch", "harmless"), name


@pytest.mark.parametrize(
    "name",
    [
        "os.system", "posix.system", "nt.system", "subprocess.Popen", "builtins.eval", "__builtin__.exec",
        "builtins.getattr", "torch.serialization.os.system", "torch.nn.modules.module.os.system", "torch.load",
        "torch.hub.load", "torch.utils.cpp_extension.load_inline", "numpy.load", "runpy._run_code",
        "numpy.testing._private.utils.runstring", "pickle.loads", "_pickle.loads", "types.FunctionType",
        "functools.reduce", "operator.attrgetter",
        "importlib.import_module", "webbrowser.open", "pip.main", "timeit.timeit", "shutil.rmtree", "socket.socket",
        "ctypes.CDLL", "torch.distributed.rpc.rpc_sync", "asyncio.create_subprocess_shell",
    ],
)  # fmt: skip
def test_what_runs_code_is_dangerous_and_never_accepted(name: str) -> None:
    found = verdict(name, 1)
    assert found.verdict == "dangerous"
    assert not found.accepted
    assert found.reason


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("torch.nn.modules.conv.Conv2d", "torch"),
        ("torch.optim.adam.Adam", "torch"),
        ("torch.nn.functional.relu", "torch"),
        ("argparse.Namespace", "harmless"),
        ("numpy.core.multiarray._reconstruct", "harmless"),
        ("copy_reg._reconstructor", "harmless"),
        ("__builtin__.set", "harmless"),
        ("__main__.Net", "unknown"),
        ("my_package.models.Net", "unknown"),
        ("torchvision.models.resnet.ResNet", "unknown"),
        ("torch.something.never_heard_of", "unknown"),
    ],
)
def test_other_names(name: str, word: str) -> None:
    assert verdict(name, 1).verdict == word


def test_the_line_that_would_let_torch_load_it() -> None:
    fine = (verdict("collections.OrderedDict", 1), verdict("argparse.Namespace", 2))
    assert safe_globals_line(fine) == "torch.serialization.safe_globals([argparse.Namespace])"
    assert safe_globals_line(fine[:1]) == ""
    assert safe_globals_line((*fine, verdict("os.system", 1))) == ""
