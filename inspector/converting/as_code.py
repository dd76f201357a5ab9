"""A wish as what can be copied: the command line of `inspector convert`, and Python for torch."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from .stripping import is_anywhere
from .wishes import COPY, DROP, SAFETENSORS, ZEROS, Wish

_SHORT = {"float32": "fp32", "float16": "fp16", "bfloat16": "bf16", "float64": "fp64"}
_COPIED = "{key: value.clone(memory_format=torch.contiguous_format) for key, value in tensors.items()}"
_SAME = "(value.data_ptr(), value.shape, value.stride())"


def as_command(path: str, wish: Wish, target: str, *, overwrite: bool = False) -> str:
    """The line for a shell that does the same."""
    return " ".join(map(shlex.quote, ["inspector", "convert", *_arguments(path, wish, target, overwrite)]))


def _arguments(path: str, wish: Wish, target: str, overwrite: bool) -> Iterator[str]:
    yield from (_positional(path), "-o", _positional(target), f"--section={wish.section}")
    if wish.whole:
        yield "--whole"
    yield from (f"--strip={prefix}" for prefix in wish.prefixes)
    if wish.dtype:
        yield f"--dtype={_SHORT.get(wish.dtype, wish.dtype)}"
    if wish.keep_norms:
        yield "--keep-norms"
    yield f"--format={wish.format}"
    if wish.shards:
        yield f"--shard-size={wish.shards}"
    if wish.format == SAFETENSORS and wish.shared == COPY:
        yield "--shared=copy"
    if not wish.compact:
        yield "--keep-storages"
    if wish.salvage:
        yield "--salvage=zeros" if wish.salvage == ZEROS else "--salvage"
    yield from (f"--drop-metadata={name}" for name in wish.dropped)
    yield from (f"--metadata={name}={text}" for name, text in wish.metadata)
    if overwrite:
        yield "--overwrite"


def _positional(path: str) -> str:
    """A path that is not taken for an option."""
    return f"./{path}" if path.startswith("-") else path


def as_python(
    path: str,
    wish: Wish,
    target: str,
    *,
    source: str = "zip",
    is_module: bool = False,
    is_shared: bool = False,
    is_flat: bool = True,
    metadata: tuple[tuple[str, str], ...] = (),
) -> str:
    """Python that does the same with torch (and safetensors) alone; empty where a few lines cannot say it.

    `source`, `is_module`, `is_flat` and `metadata` are those of the `Offers`; `is_shared` says whether it has any in
    `shared`. The texts that a file of safetensors has go along into another; torch.save knows of none.
    """
    if not is_flat and (wish.dtype or wish.format == SAFETENSORS):
        return ""
    if wish.shards or wish.salvage or wish.keep_norms or not wish.compact:
        return ""
    loading = list(_loading(path, wish, source, is_module))
    if not loading or (wish.metadata and wish.format != SAFETENSORS):
        return ""
    kept = {name: text for name, text in metadata if name not in wish.dropped}
    body = [*loading, *_changing(wish, is_shared), *_saving(wish, target, is_shared, kept)]
    imports = sorted({line for line in body if line.startswith(("from ", "import "))} | {"import torch"}, reverse=True)
    return "\n".join([*imports, "", *(line for line in body if line not in imports)]) + "\n"


def _loading(path: str, wish: Wish, source: str, is_module: bool) -> Iterator[str]:
    if source == "safetensors":
        yield (
            "from safetensors.torch import load_file, save_file"
            if wish.format == SAFETENSORS
            else ("from safetensors.torch import load_file")
        )
        yield f"state_dict = load_file({path!r})"
    elif source == "torchscript" and not wish.section:
        yield f"state_dict = torch.jit.load({path!r}, map_location='cpu').state_dict()"
    elif source in ("zip", "legacy", "pickle"):
        if is_module:
            yield "# weights_only=False runs what the file says: only for files that you trust."
        yield f"checkpoint = torch.load({path!r}, map_location='cpu', weights_only={not is_module})"
        at = "".join(f"[{part!r}]" for part in wish.section.split(".")) if wish.section else ""
        yield f"state_dict = checkpoint{at}{'.state_dict()' if is_module else ''}"


def _changing(wish: Wish, is_shared: bool) -> Iterator[str]:
    for prefix in wish.prefixes:
        bare = f"key.replace({prefix!r}, '')" if is_anywhere(prefix) else f"key.removeprefix({prefix!r})"
        yield f"state_dict = {{{bare}: value for key, value in state_dict.items()}}"
    if wish.dtype:
        yield from ["cast = {}  # tensors that are one stay one"] if is_shared else []
        yield "for key, value in state_dict.items():"
        yield "    if torch.is_tensor(value) and value.is_floating_point():"
        if is_shared:
            yield f"        same = {_SAME}"
            yield f"        state_dict[key] = cast[same] = cast.get(same, value.to(torch.{wish.dtype}))"
        else:
            yield f"        state_dict[key] = value.to(torch.{wish.dtype})"


def _saving(wish: Wish, target: str, is_shared: bool, kept: dict[str, str]) -> Iterator[str]:
    if wish.format != SAFETENSORS:
        if wish.whole:
            yield f"checkpoint{''.join(f'[{part!r}]' for part in wish.section.split('.'))} = state_dict"
        if kept:
            yield "# The texts of the metadata stay behind: torch.save has no place for them."
        yield f"torch.save({'checkpoint' if wish.whole else 'state_dict'}, {target!r})"
        return
    yield "from safetensors.torch import save_file"
    metadata = {"format": "pt", **kept, **dict(wish.metadata)}
    yield "tensors = {key: value for key, value in state_dict.items() if torch.is_tensor(value)}"
    if is_shared and wish.shared == DROP:
        yield f"metadata, first = {metadata!r}, {{}}"
        yield "for key in sorted(tensors):  # a tensor with several names is written once, under the first"
        yield "    value = tensors[key]"
        yield f"    name = first.setdefault({_SAME}, key)"
        yield "    if name != key:"
        yield "        metadata[key] = name"
        yield "        del tensors[key]"
        yield f"save_file({_COPIED}, {target!r}, metadata=metadata)"
    else:
        yield f"save_file({_COPIED}, {target!r}, metadata={metadata!r})"
