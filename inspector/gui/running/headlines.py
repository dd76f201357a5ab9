"""How a run stands, in a few words, and in one line below them."""

from __future__ import annotations

from ... import wording
from ...language import tr
from ...runs.telling import duration, loss, stopped_at
from ...workshop.requests import Stopped
from .open_run import OpenRun
from .record import RunRecord
from .run_state import RunState


def headline(page: OpenRun) -> str:
    """`Epoch 5 of 6`, `Paused in epoch 5 of 6`, `Stopped after batch 31 of epoch 5` ..."""
    record = page.record
    if page.state is RunState.WAITING:
        return (
            tr("Waits for the run of {name}", name=wording.safe(page.waits_for, 80))
            if page.waits_for
            else tr("Waits for its turn")
        )
    if record is None:
        return ""
    if record.began is None:
        return _before_the_first_word(page)
    where = tr("epoch {epoch} of {epochs}", epoch=record.epoch, epochs=record.began.epochs)
    said = {
        RunState.RUNNING: tr("Epoch {epoch} of {epochs}", epoch=record.epoch, epochs=record.began.epochs),
        RunState.PAUSED: tr("Paused in {where}", where=where),
        RunState.STOPPING: tr("Stopping after this batch of {where} …", where=where),
    }
    return said.get(page.state, _ended(page))


def subline(page: OpenRun) -> str:
    """`batch 31 of 57   ·   loss 0.1213   ·   12,345 samples/s   ·   8 s left`."""
    record = page.record
    if record is None or record.began is None:
        return wording.safe(record.doing, 200) if record is not None and page.is_training else ""
    if page.is_training:
        return "   ·   ".join(_figures(record, is_paused=page.state is RunState.PAUSED))
    return _what_came_of_it(page)


def facts(page: OpenRun) -> str:
    """`cpu   ·   torch 2.13.0   ·   2 threads   ·   575,050 parameters`: what does not change while it goes."""
    began = page.record.began if page.record is not None else None
    if began is None:
        return ""
    parts = (began.device, f"torch {began.torch}", wording.plural(began.threads, "thread"))
    parameters = wording.plural(began.parameters, "parameter")
    return wording.safe("   ·   ".join((*parts, parameters, began.folder)), 400)


def _figures(record: RunRecord, *, is_paused: bool) -> list[str]:
    assert record.began is not None
    if record.doing and not is_paused:
        parts = [wording.safe(record.doing, 120)]
    else:
        parts = [tr("batch {batch:,} of {batches:,}", batch=record.batch, batches=record.began.batches)]
    if record.loss == record.loss:
        parts.append(tr("loss {loss}", loss=loss(record.loss)))
    if record.speed:
        parts.append(tr("{speed:,.0f} samples/s", speed=record.speed))
    left = record.seconds_left
    if left is not None:
        parts.append(tr("{duration} left", duration=duration(left)))
    return parts


def _before_the_first_word(page: OpenRun) -> str:
    if page.is_training:
        return tr("Getting ready …")
    if isinstance(page.error, Stopped):
        return tr("Stopped before it began")
    return tr("It did not begin") if page.error is not None else ""


def _ended(page: OpenRun) -> str:
    record, trained = page.record, page.trained
    assert record is not None
    if trained is None:
        where = (
            tr("after batch {batch:,} of epoch {epoch}", batch=record.batch, epoch=record.epoch)
            if record.batch
            else tr("in epoch {epoch}", epoch=record.epoch)
        )
        return (
            tr("Stopped at once, {where}", where=where)
            if isinstance(page.error, Stopped)
            else tr("Ended early, {where}", where=where)
        )
    if trained.ended == "finished":
        return tr("Finished: {epochs} done", epochs=wording.plural(trained.epoch - 1, "epoch"))
    return tr("Stopped {where}", where=stopped_at(trained))


def _what_came_of_it(page: OpenRun) -> str:
    record, trained = page.record, page.trained
    assert record is not None
    parts = []
    if trained is not None:
        parts.append(
            tr(
                "{samples} in {duration}",
                samples=wording.plural(trained.samples, "sample"),
                duration=duration(trained.seconds),
            )
        )
        if trained.best is not None and trained.best_epoch:
            parts.append(
                tr(
                    "the best is epoch {epoch}, with a loss of {loss}",
                    epoch=trained.best_epoch,
                    loss=loss(trained.best),
                )
            )
    elif record.latest:
        parts.append(tr("what was saved before is whole, and can be gone on from"))
    return "   ·   ".join(parts)
