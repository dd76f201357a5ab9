"""How good checkpoints are on a data set, in evaluation mode and proved to be in it.

    Test(model, arguments, starts, data)  ->  yields Progress and a `Tested` for each start; returns `Tests`

The model is made once and given the weights of one checkpoint after the other. One that cannot be tested is told of in
`Tests.failures`, and the others go on.

Why this way: `inference_mode` holds for each batch and not over a yield, because whoever listens may be a program that
trains in the same thread. Sums stay on the device; it is waited for ten times a second, so that what is shown is done.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator
from typing import Any

import torch
from torch import nn

from ...language import marked, sentences, tr
from ...progress import Progress
from ...wording import names, safe
from ..failures import Refusal, failure_of
from ..requests import ModelSource
from ..run_requests import Start, Test
from ..run_words import Check, Tested, Tests
from . import proving, rng
from .adapting import adapt
from .criteria import Criterion, criterion_of
from .data import Data, Order, Pile
from .datasets import open_data
from .devices import described, device_of, moved, threads
from .evaluating import BETWEEN_WORDS, evaluation_mode
from .models import WITH_WEIGHTS, load_file, load_weights, made_model
from .streams import StreamPile
from .tallies import Result, Tally
from .where import placed

TITLE = marked("The test failed")
_LONGEST = 600
"""Characters of what is said of one checkpoint that cannot be tested."""


def infer(request: Test) -> Generator[Any, None, Tests]:
    """Yields Progress in samples and each `Tested` as soon as it is there. Raises Refusal for what concerns all."""
    if request.batch_size < 1:
        raise Refusal(
            tr("A batch of {batch_size} samples cannot be tested.", batch_size=request.batch_size), title=TITLE
        )
    request = absolute(request)
    with threads(request.threads):
        criterion, device = criterion_of(request.criterion), device_of(request.device)
        data = yield from open_data(request.data)
        work = _Testing(request, data, _pile(data, request.split), criterion, device)
        tested: list[Tested] = []
        failures: list[tuple[str, str]] = []
        for start in work.starts:
            try:
                result = yield from work.test(start)
            except (Exception, SystemExit) as error:
                failures.append((_path(start), _sentence(error)))
            else:
                tested.append(result)
                yield result
        return Tests(tuple(tested), tuple(failures))


def absolute(request: Test) -> Test:
    """The request with whole paths: to import user code changes the current folder."""
    model, data = request.model, request.data
    if model.kind != "package" and model.path:
        model = model._replace(path=_whole(model.path))
    if data.path:
        data = data._replace(path=_whole(data.path))
    starts = tuple(start._replace(path=_whole(start.path)) if start.path else start for start in request.starts)
    return request._replace(model=model, data=data, starts=starts)


def _whole(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path))


def _pile(data: Data, split: str) -> Pile:
    piles = {"train": data.train, "validation": data.validation, "test": data.test}
    if split not in piles:
        raise Refusal(
            tr("There is no split {split!r}.", split=split),
            title=TITLE,
            hint=tr("Choose {names}.", names=names(list(piles))),
        )
    pile = piles[split]
    if pile is None or not pile.count:
        there = [name for name, each in piles.items() if each is not None and each.count]
        hint = tr("It has {names}.", names=names(there)) if there else ""
        raise Refusal(
            tr("{name} has no samples for {split}.", name=data.name, split=split),
            title=marked("The data is empty"),
            hint=hint,
        )
    return pile


def _path(start: Start) -> str:
    """The person's file."""
    return start.shown or start.path


def _sentence(error: BaseException) -> str:
    """On one line; torch lists every key that is missing."""
    failure = failure_of(error)
    message = safe(" ".join(failure.message.split()), _LONGEST)
    return sentences(message, failure.hint)


def _dtype_of(model: nn.Module) -> torch.dtype:
    """The precision in which a whole model calculates; float32 where it is mixed."""
    found = {each.dtype for each in model.parameters() if each.is_floating_point()}
    return found.pop() if len(found) == 1 else torch.float32


class _Testing:
    """What is the same for all starts, and the model, which is used for one after the other."""

    def __init__(self, request: Test, data: Data, pile: Pile, criterion: Criterion, device: torch.device) -> None:
        self.request, self.data, self.pile = request, data, pile
        self.criterion, self.device = criterion, device
        self.starts = request.starts or (Start(request.model.path, None, shown=str(request.model)),)
        self._is_stream = isinstance(pile, StreamPile)
        self._model: nn.Module | None = None
        self._dtype = torch.float32
        self._adapted = ""
        self._began = 0

    def test(self, start: Start) -> Generator[Progress, None, Tested]:
        """One checkpoint. Raises what loading it or running the model raises, with batch and layer named."""
        self._began += 1
        yield self._progress(start, 0)
        model, notes = self._ready(start)
        before = proving.digests(model)
        checks = self._tried(model)
        begin = time.perf_counter()
        tally = yield from self._added_up(start, model)
        result = tally.result(model)  # waits for the device
        seconds = time.perf_counter() - begin
        told = self._told(start, tally, result, seconds)
        said = filter(None, (*self.data.notes, *notes, self._adapted, *result.notes))
        return told._replace(proofs=(*checks, proving.unchanged(before, model)), notes=tuple(dict.fromkeys(said)))

    # -- the model ---------------------------------------------------------------------------------------------

    def _ready(self, start: Start) -> tuple[nn.Module, tuple[str, ...]]:
        """The model with the weights of `start`, on the device and evaluating; what should be known about it."""
        loaded = None if start.weights is None else load_file(start.path)
        model = self._made(start)
        notes = load_weights(model, start, loaded)
        if start.weights is None and self.request.model.kind not in WITH_WEIGHTS:
            notes = (*notes, tr("No checkpoint was given: these are the weights that the constructor made."))
        self._dtype = _dtype_of(model)
        if self._dtype != torch.float32:
            notes = (*notes, tr("The model calculates in {dtype}, and gets its inputs so.", dtype=str(self._dtype)[6:]))
        return model.to(self.device).eval(), notes

    def _made(self, start: Start) -> nn.Module:
        """Anew where something of the checkpoint before could be left in it."""
        source = self._source(start)
        if self._model is None or start.weights is None or not start.strict:
            with rng.unmoved():
                rng.seed_all(0)
                self._model, self._adapted = made_model(source, self.request.arguments), ""
        return self._model

    def _source(self, start: Start) -> ModelSource:
        """Where the model comes from: TorchScript that brings its weights along is the start itself."""
        source = self.request.model
        if start.weights is not None or source.kind not in WITH_WEIGHTS or start.path in ("", source.path):
            return source
        if source.kind == "torchscript":
            return source._replace(path=start.path)
        raise Refusal(
            tr(
                "The weights come with the module in {path}; {other} is another file.",
                path=source.path,
                other=start.path,
            ),
            title=TITLE,
        )

    def _tried(self, model: nn.Module) -> tuple[Check, ...]:
        """The proofs that a few samples give. Where the model wants them flattened, it gets them so from here on."""
        size = min(proving.SAMPLES, self.request.batch_size)
        try:
            inputs, _ = next(self.pile.batches(size, Order(shuffled=False)))
            inputs = self._given(inputs)
            with rng.unmoved(), evaluation_mode(model):
                self._adapted = adapt(model, inputs) or self._adapted
            return proving.trial_checks(model, inputs)
        except (Exception, SystemExit) as error:
            raise placed(error, model, tr("batch {number}", number=1), TITLE) from error

    # -- the batches -------------------------------------------------------------------------------------------

    def _added_up(self, start: Start, model: nn.Module) -> Generator[Progress, None, Tally]:
        tally = Tally(self.criterion, self.data, self.device, self.request.top, self.request.examples)
        batches, spoke, number = self._batches(), time.monotonic(), 1
        try:
            while (batch := next(batches, None)) is not None:
                inputs, targets = self._given(batch[0]), batch[1]
                with evaluation_mode(model):
                    tally.add(model(inputs), targets, inputs if self._is_stream else None)
                number += 1
                if time.monotonic() - spoke > BETWEEN_WORDS:
                    tally.wait()
                    yield self._progress(start, tally.samples)
                    spoke = time.monotonic()
        except (Exception, SystemExit) as error:
            raise placed(error, model, tr("batch {number}", number=number), TITLE) from error
        return tally

    def _batches(self) -> Iterator[Any]:
        return self.pile.batches(self.request.batch_size, Order(shuffled=False), 0, self.request.workers)

    def _given(self, inputs: Any) -> Any:
        """On the device, and in the precision of the model."""
        inputs = moved(inputs, self.device)
        is_other = isinstance(inputs, torch.Tensor) and inputs.is_floating_point() and inputs.dtype != self._dtype
        return inputs.to(self._dtype) if is_other and self._dtype != torch.float32 else inputs

    def _progress(self, start: Start, done: int) -> Progress:
        """Over all checkpoints together."""
        samples = self.pile.count
        name = safe(_path(start).replace("\\", "/").rpartition("/")[2], 60)
        done = (self._began - 1) * samples + min(done, samples)
        return Progress(
            done, len(self.starts) * samples, "samples", tr("Testing {name}", name=name) if name else tr("Testing")
        )

    # -- what came of it ---------------------------------------------------------------------------------------

    def _told(self, start: Start, tally: Tally, result: Result, seconds: float) -> Tested:
        counts = result.counts
        return Tested(
            path=_path(start),
            epoch=start.epoch - 1 if start.epoch > 1 else None,
            split=self.request.split,
            samples=tally.samples,
            loss=result.loss,
            correct=counts.correct,
            top=counts.top,
            top_correct=counts.top_correct,
            classes=tally.classes,
            confusion=counts.confusion,
            examples=tally.examples(self.pile),
            seconds=seconds,
            speed=tally.samples / seconds if seconds > 0 else 0.0,
            proofs=(),
            device=described(self.device),
        )
