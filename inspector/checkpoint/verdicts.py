"""What is to be thought of a class or function that a pickle names.

`torch`      torch's own, and data only
`harmless`   of Python, numpy or another known library; building it runs nothing
`unknown`    somebody's own: loading with `weights_only=False` imports its module and calls it
`dangerous`  runs commands, opens files or reaches the network: no checkpoint needs it

Whether `torch.load` accepts a name in its default mode (`weights_only=True`) is the list in
`torch/_weights_only_unpickler.py` of torch 2.13, after the Python 2 names are mapped to those of Python 3.
"""

from __future__ import annotations

import re

from ..language import tr
from .dtypes import ITEM_SIZES, QSCHEMES, STORAGE_DTYPES
from .entries import Global

_REBUILDS = (
    "device_tensor_from_cpu_tensor", "device_tensor_from_numpy", "meta_tensor_no_storage", "nested_tensor", "parameter",
    "parameter_with_state", "qtensor", "sparse_tensor", "tensor", "tensor_v2", "tensor_v3", "wrapper_subclass",
)  # fmt: skip
_ELEMENTS = {name.removesuffix("Storage") for name in STORAGE_DTYPES if not name.startswith(("_", "Untyped"))}
_CUDA_ELEMENTS = {name for name in _ELEMENTS if not name.startswith("Q")}
_SPARSE_ELEMENTS = _CUDA_ELEMENTS - {"Bool", "ComplexDouble", "ComplexFloat"}
_TENSOR_ELEMENTS = _CUDA_ELEMENTS - {"ComplexDouble", "ComplexFloat"}
_ACCEPTED = frozenset(
    ["collections.OrderedDict", "collections.Counter", "_codecs.encode", "builtins.bytearray", "builtins.set",
     "builtins.complex", "torch.nn.parameter.Parameter", "torch.serialization._get_layout", "torch.Size",
     "torch.Tensor", "torch.device", "torch._tensor._rebuild_from_type_v2", "torch.storage.TypedStorage",
     "torch.storage.UntypedStorage"]
    + [f"torch._utils._rebuild_{name}" for name in _REBUILDS]
    + [f"torch.{name}" for name in (*ITEM_SIZES, *QSCHEMES)]
    + [f"torch.{sign}int{bits}" for sign in ("", "u") for bits in range(1, 8)]
    + [f"torch.{name}Storage" for name in _ELEMENTS]
    + [f"torch.cuda.{name}Storage" for name in _CUDA_ELEMENTS]
    + [f"torch.{place}{name}Tensor" for place in ("", "cuda.") for name in _TENSOR_ELEMENTS]
    + [f"torch.{place}sparse.{name}Tensor" for place in ("", "cuda.") for name in _SPARSE_ELEMENTS]
)  # fmt: skip

_HARMLESS = frozenset(
    ["argparse.Namespace", "types.SimpleNamespace", "copyreg._reconstructor", "copyreg.__newobj__", "collections.deque",
     "collections.defaultdict", "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta",
     "datetime.timezone", "decimal.Decimal", "fractions.Fraction", "uuid.UUID", "uuid.SafeUUID", "enum.Enum",
     "numpy.dtype", "numpy.ndarray", "numpy._core.multiarray._reconstruct", "numpy.core.multiarray._reconstruct",
     "numpy._core.multiarray.scalar", "numpy.core.multiarray.scalar", "numpy._core.numeric._frombuffer",
     "numpy.core.numeric._frombuffer", "numpy.random._pickle.__randomstate_ctor", "numpy.random.__RandomState_ctor",
     "numpy.random._pickle.__generator_ctor", "numpy.random._pickle.__bit_generator_ctor", "__main__.Namespace",
     "random.Random", "re._compile", "torch.storage._load_from_bytes", "easydict.EasyDict", "addict.addict.Dict",
     "omegaconf.dictconfig.DictConfig", "omegaconf.listconfig.ListConfig", "omegaconf.base.ContainerMetadata",
     "omegaconf.base.Metadata", "omegaconf.nodes.AnyNode", "yacs.config.CfgNode"]
    + [f"pathlib.{pure}{kind}" for pure in ("", "Pure") for kind in ("Path", "PosixPath", "WindowsPath")]
    + [f"builtins.{name}" for name in (
        "bool", "bytes", "dict", "float", "frozenset", "int", "list", "object", "range", "slice", "str", "tuple",
        "NoneType", "Ellipsis", "NotImplemented", "BaseException", "Exception", "long", "unicode", "xrange")]
)  # fmt: skip

_DANGEROUS_MODULES = frozenset(
    "os nt posix posixpath ntpath sys subprocess commands popen2 shutil socket ssl ctypes _ctypes importlib imp runpy "
    "pickle _pickle cPickle dill _dill cloudpickle joblib marshal code codeop codecs pty tty multiprocessing threading "
    "_thread thread webbrowser urllib urllib2 http httplib ftplib smtplib telnetlib requests pip ensurepip inspect "
    "operator _operator timeit cProfile profile pdb bdb doctest asyncio tempfile linecache site venv zipimport pkgutil "
    "signal gc resource trace distutils setuptools xmlrpc nntplib poplib imaplib socketserver SocketServer sqlite3 dbm "
    "shelve antigravity idlelib lib2to3 turtle io _io fileinput glob mmap fcntl platform test unittest pydoc logging "
    "concurrent sysconfig faulthandler atexit selectors".split()
)
_DANGEROUS_BUILTINS = frozenset(
    "eval exec compile open __import__ getattr setattr delattr globals locals vars dir breakpoint input help apply "
    "execfile file raw_input reload memoryview type map filter exit quit print super property classmethod "
    "staticmethod iter next sorted reduce hasattr callable".split()
)
# Text, compiled by `re` when a name comes that the lists above do not settle: most files have none.
_DANGEROUS = (
    r"torch\.(load|hub\b|utils\.(cpp_extension|model_zoo|_zip|file_baton)\b|jit\.(load|script|_script)|serialization\.(load|_load|_legacy_load)$"
    r"|package\b|distributed\.(rpc|elastic|launch)\b|_dynamo\b|_inductor\b|compile$|ops\.load_library|classes\.load_library"
    r"|fx\.graph_module\.|multiprocessing\b|testing\b|library\b|_C\._jit)"
    r"|numpy\.(load|loads|fromfile|memmap|save|savetxt|loadtxt|genfromtxt|testing\b|f2py\b|distutils\b|ctypeslib\b|lib\.npyio|lib\.utils)"
    r"|functools\.(reduce|partialmethod|singledispatch)|types\.(FunctionType|CodeType|LambdaType|MethodType|ModuleType)"
    r"|pandas\.(read_|eval|core\.computation)|tensorflow\.|keras\.|sklearn\.utils\._joblib|yaml\.|jinja2\.|mako\."
)
_CLASS = (
    r"torch\.(nn\.(modules|quantized|qat|intrinsic|parallel|utils\.(parametrize|parametrizations))|ao\.(nn|quantization)|optim"
    r"|quantization|distributions|utils\.data|amp|cuda\.amp|distributed\.(fsdp|tensor|checkpoint)|nn)(\.\w+)*\.[A-Z_]\w*$"
)
_FUNCTION = r"torch\.(nn\.(functional|init|backends\.\w+)|_C\._nn)\.\w+$"
_LIBRARY = (
    r"(torchvision\.(models|ops|transforms)|timm\.(models|layers)|transformers\.models|torchaudio\.models)"
    r"(\.\w+)*\.[A-Z]\w*$"
)
_PYTHON2 = {"__builtin__": "builtins", "copy_reg": "copyreg", "UserDict": "collections", "exceptions": "builtins"}


def verdict(name: str, count: int) -> Global:
    """What is to be thought of the global `name`, which a file names `count` times."""
    modern = _modern(name)
    word, reason = _judged(modern)
    accepted = modern in _ACCEPTED and word != "dangerous"
    return Global(name, word, count, accepted, reason)


def _modern(name: str) -> str:
    module, _, attribute = name.rpartition(".")
    return f"{_PYTHON2.get(module, module)}.{attribute}"


def _judged(name: str) -> tuple[str, str]:
    if name in _ACCEPTED:
        word = "torch" if name.startswith("torch.") else "harmless"
        return word, tr("torch.load accepts it in its default mode")
    if name in _HARMLESS:
        return "harmless", tr("data of a known library")
    danger = _danger(name)
    if danger:
        return "dangerous", danger
    if re.match(_CLASS, name):
        return "torch", tr("a class of torch")
    if name.startswith("torch._utils._rebuild_") or name.startswith("torch.serialization._get_"):
        return "torch", tr("builds a tensor")
    if re.match(_FUNCTION, name):
        return "torch", tr("a function of torch that computes")
    if re.match(_LIBRARY, name):
        return "unknown", tr("a class of a known library: loading imports that library")
    return "unknown", tr("loading with weights_only=False imports its module and calls it")


def _danger(name: str) -> str:
    parts = name.split(".")
    if parts[0] == "builtins":
        return tr("{parts} can run code", parts=parts[-1]) if set(parts[1:]) & _DANGEROUS_BUILTINS else ""
    # A dotted path reaches through one module into another: `torch.serialization.os.system`.
    reached = next((part for part in parts[:-1] if part in _DANGEROUS_MODULES), "")
    if reached:
        return tr("reaches {reached}, which can run commands, read files or use the network", reached=reached)
    if parts[-1] in ("system", "popen", "__import__", "eval", "exec", "__reduce__", "__globals__", "__subclasses__"):
        return tr("{parts} can run code", parts=parts[-1])
    return tr("can run code or load files") if re.match(_DANGEROUS, name) else ""


def safe_globals_line(found: tuple[Global, ...]) -> str:
    """The line that lets `torch.load` accept the file in its default mode; empty when none is needed, or when
    a dangerous name is among them, which no line should allow."""
    refused = [each for each in found if not each.accepted]
    if not refused or any(each.verdict == "dangerous" for each in refused):
        return ""
    return f"torch.serialization.safe_globals([{', '.join(sorted(each.name for each in refused))}])"
