"""One warm workshop for all tests of this room: torch is loaded once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from inspector.progress import finish
from inspector.workshop.client import Limits, Workshop
from inspector.workshop.requests import Build, Hello, Model, ModelSource

LIMITS = Limits(seconds=30)


@pytest.fixture(scope="session")
def warm() -> Iterator[Workshop]:
    with Workshop(limits=LIMITS) as workshop:
        finish(workshop.ask(Hello()))
        yield workshop


@pytest.fixture
def workshop(warm: Workshop) -> Iterator[Workshop]:
    """A workshop that is warm, and has built nothing. What a test started in it ends with the test."""
    warm.limits = LIMITS
    yield warm
    warm.forget()


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, str], ModelSource]:
    """Writes a .py file; gives the source of the class `Net` in it."""

    def write(code: str, name: str = "nets.py") -> ModelSource:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(code), "utf-8")
        return ModelSource("file", str(path), "Net")

    return write


def build(workshop: Workshop, source: ModelSource, **arguments: Any) -> Model:
    model = finish(workshop.ask(Build(source, arguments)))
    assert isinstance(model, Model)
    return model
