"""A mended side as the plan of a file: what will be written, and what will not be as it was.

    plan = plan_for(checkpoint, mended)                 the state_dict alone
    plan = plan_for(checkpoint, mended, whole=True)     the training checkpoint, its other parts as they are
    plan.notes                                          sentences to be read before `writing.write(path, plan)`

Why this way: nothing is decided while it is written. What cannot be kept is known and said before the first byte, so
that a person can still say no.
"""

from __future__ import annotations

from collections import OrderedDict

from .. import wording
from ..checkpoint.entries import Checkpoint
from ..checkpoint.planning import Packing, Plan, Wanted, of_entry
from ..checkpoint.rewriting import PICKLED, Rewriter
from ..errors import InspectorError
from ..language import tr
from .making import VALUE_ROLES
from .sides import Item, Side


def plan_for(checkpoint: Checkpoint, side: Side, *, whole: bool = False, format: str = "zip") -> Plan:
    """The plan to write `side`, a side of `checkpoint` that steps were applied to.

    `format` is `zip`, a file as `torch.save` writes it, or `safetensors`. With `whole` all else that the file holds is
    written along, the section of the side replaced. Raises FileError where that cannot be done, InspectorError when
    nothing is left to write.
    """
    if whole and format == "safetensors":
        raise InspectorError(
            tr("A safetensors file holds tensors by name, and nothing else."), hint=tr("Save it as .pth.")
        )
    return _Saving(checkpoint, side, format).plan(whole and bool(side.section))


class _Saving:
    def __init__(self, checkpoint: Checkpoint, side: Side, format: str) -> None:
        self._checkpoint = checkpoint
        self._side = side
        self._format = format
        self._notes: list[str] = []
        self._initial: list[str] = []
        self._rewriter: Rewriter | None = None
        self._packing = Packing()

    def plan(self, whole: bool) -> Plan:
        state = self._state()
        if not state:
            raise InspectorError(tr("Nothing would be left to write."), hint=tr("Untick a step that drops keys."))
        root = self._reader().root({self._side.section: state}) if whole else state
        notes = [*self._notes, *(self._rewriter.notes if self._rewriter else ()), *self._warnings(whole)]
        sources = [path for path, _ in self._checkpoint.stamps]
        return self._packing.plan(root, format=self._format, notes=notes, sources=sources)

    def _reader(self) -> Rewriter:
        """Reads the pickle once more, for what is no tensor."""
        if self._rewriter is None:
            self._rewriter = Rewriter(self._checkpoint, self._packing)
        return self._rewriter

    def _state(self) -> OrderedDict[str, object]:
        state: OrderedDict[str, object] = OrderedDict()
        for item in self._side.items:
            try:
                self._add(state, item)
            except InspectorError as error:
                self._notes.append(
                    tr("{key} is left out: {message}", key=wording.safe(item.key), message=error.message)
                )
        if self._side.metadata and self._format == "zip":
            versions = OrderedDict((path, dict(each)) for path, each in self._side.metadata.items())
            state._metadata = versions  # type: ignore[attr-defined]  # where torch looks for it
        return state

    def _add(self, state: OrderedDict[str, object], item: Item) -> None:
        if item.made is not None and item.made.operation == "initial":
            self._initial.append(wording.safe(item.key))
        elif (item.role in VALUE_ROLES and item.tensor is None) or self._is_made_of_others(item):
            state[item.key] = self._value(item)
        else:
            state[item.key] = self._packing.add(item.key, _wanted(item))

    def _value(self, item: Item) -> object:
        if self._format == "safetensors":
            raise InspectorError(tr("it is no tensor."))
        (origin,) = item.origins or (item.key,)
        return self._reader().value(f"{self._side.section}.{origin}" if self._side.section else origin)

    def _is_made_of_others(self, item: Item) -> bool:
        """Whether it is quantised or sparse: then the pickle says how it is made."""
        extra = item.tensor.extra if item.tensor is not None else None
        if extra is None or item.made is not None or self._format != "zip" or self._checkpoint.format not in PICKLED:
            return False
        return extra.quantization is not None or bool(extra.parts)

    def _warnings(self, whole: bool) -> list[str]:
        made = []
        if self._initial:
            made.append(
                tr(
                    "{keys} stay as the model has them, so they are not in the file: load it with strict=False.",
                    keys=wording.names(self._initial),
                )
            )
        if self._format == "safetensors" and any(item.shared for item in self._side.items):
            made.append(tr("Tensors that were one are written once for each name: safetensors knows no ties."))
        if whole and any(section.role == "optimizer" for section in self._checkpoint.sections) and self._reshaped():
            made.append(tr("The optimizer state is kept as it is; it belongs to the parameters as they were before."))
        return made

    def _reshaped(self) -> bool:
        """Whether the parameters are others, and not only other names."""
        return any(item.made is not None for item in self._side.items)


def _wanted(item: Item) -> Wanted:
    if item.made is None:
        if item.tensor is None:
            raise InspectorError(tr("its values are not known."))
        return of_entry(item.tensor)
    from . import made_values

    if item.shape is None:
        raise InspectorError(tr("its shape is not known."))
    base = _base(item)
    base_wanted = of_entry(base.tensor) if base.tensor is not None else None
    learns = (
        base_wanted is not None and base_wanted.requires_grad and ("float" in item.dtype or "complex" in item.dtype)
    )
    return Wanted(
        item.dtype,
        item.shape,
        lambda: made_values.blocks(item),
        ("made", item.shared) if item.shared else None,
        learns,
        learns and base_wanted is not None and base_wanted.parameter,
    )


def _base(item: Item) -> Item:
    """The first of the tensors that it is made of in the end."""
    while item.made is not None and item.made.parts:
        item = item.made.parts[0]
    return item
