"""A case as a report: the same that the window shows, to be attached where it is talked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import wording
from ...comparing.records import fit_record, plain
from ...language import tr
from . import copying
from .case import Case
from .open_fit import OpenFit
from .sentences import counted, headline

if TYPE_CHECKING:
    from ...comparing.reporting import Story


def story_of(case: Case, a: str, b: str, *, python: str = "", verdict: str = "") -> Story:
    """Why `a` does not load into `b`, and what there is with the ticked steps, which `python` writes out."""
    from ...comparing.reporting import Story

    assert case.outcome is not None
    assert case.before is not None
    receipt = case.outcome.receipt if not case.steps else None  # with steps it is not that of what is listed
    comparison = case.before.comparison
    said = {"torch": verdict, tr("With the steps below"): headline(case) if case.steps else ""}
    return Story(
        wording.safe(a, 500),
        wording.safe(b, 500),
        counted(comparison) or tr("Every key loads."),
        comparison,
        case.causes,
        comparison.complaints,
        against_model=True,
        facts=tuple((label, text) for label, text in said.items() if text),
        receipt=tuple((tr(way.call), wording.safe(way.sentence, 1_000)) for way in receipt.ways) if receipt else (),
        left=receipt.harmless if receipt is not None else (),
        python=python,
        record={
            "checkpoint": plain(a),
            "model": plain(b),
            **fit_record(comparison, case.causes),
            "receipt": plain(receipt),
        },
    )


def told(fit: OpenFit, verdict: str) -> Story:
    """What the panel of a fit tells."""
    python = copying.python(fit) if fit.case.steps else ""
    return story_of(fit.case, fit.path, fit.model_name, python=python, verdict=verdict)
