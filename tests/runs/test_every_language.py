"""What is found in a file is the same in every language; only what is said of it differs."""

from __future__ import annotations

import gettext
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector import language
from inspector.checkpoint.reading import open_checkpoint
from inspector.runs.exporting import as_csv, as_json
from inspector.runs.histories import history_of
from inspector.runs.optimizing import criterion_for, optimizer_of, scheduler_of
from inspector.runs.preflight import preflight
from inspector.runs.resume import resume_of
from inspector.runs.starting import loads_safely
from inspector.workshop import run_words
from inspector.workshop.failures import Refusal, failure_of
from inspector.workshop.handshake import judged
from inspector.workshop.requests import WorkshopError
from inspector.workshop.run_words import Check

NAMES = ("fashion_classifier.pt", "linear_training.pt", "checkpoint_epoch4.pth", "legacy.pth", "whole_module.pth")


class Marked(gettext.NullTranslations):
    """Every text in brackets, with what goes into it."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.fixture
def marked() -> Iterator[Marked]:
    yield Marked()
    language.take(None)


def found_in(path: Path) -> tuple[object, ...]:
    checkpoint = open_checkpoint(path)
    resume = resume_of(checkpoint)
    needs = [(need.role, need.state) for need in preflight(checkpoint, resume)]
    optimizer, scheduler = optimizer_of(checkpoint, resume), scheduler_of(checkpoint, resume)
    numbers = (resume.epoch, resume.batch, resume.best, resume.expected, resume.epoch_is_sure, resume.is_own)
    return (
        needs, optimizer, scheduler, criterion_for(checkpoint, resume).name, numbers, loads_safely(checkpoint),
        history_of(checkpoint, resume).best_epoch, [field.role for field in resume.fields],
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_of_a_file_the_same_is_found(name: str, samples: Path, marked: Marked) -> None:
    before = found_in(samples / name)
    language.take(marked)
    assert found_in(samples / name) == before


def test_what_is_said_of_a_file_is_said_in_the_language(samples: Path, marked: Marked) -> None:
    language.take(marked)
    checkpoint = open_checkpoint(samples / "fashion_classifier.pt")
    for need in preflight(checkpoint, resume_of(checkpoint)):
        assert need.title.startswith("⟦")
        assert "⟦" in need.found + need.assumed


def test_what_is_trained_and_saved_is_named_in_english(samples: Path, marked: Marked) -> None:
    language.take(marked)
    checkpoint = open_checkpoint(samples / "linear_training.pt")
    resume = resume_of(checkpoint)
    optimizer = optimizer_of(checkpoint, resume)
    assert optimizer is not None
    assert optimizer.name.isidentifier()


def test_files_for_machines_are_english(marked: Marked) -> None:
    proof = Check("Evaluation mode", "ok", "All is well.")
    tested = run_words.Tested(
        path="a.pt", epoch=1, split="test", samples=2, loss=0.5, correct=1, top=1, top_correct=1,
        classes=("a", "b"), confusion=((1, 0), (1, 0)), examples=(), seconds=1.0, speed=2.0, proofs=(proof,),
        device="cpu", notes=(),
    )  # fmt: skip
    before = as_csv((tested,)), json.loads(as_json((tested,)))["tests"][0]
    language.take(marked)
    assert as_csv((tested,)) == before[0]
    now = json.loads(as_json((tested,)))["tests"][0]
    assert {**now, "sentence": ""} == {**before[1], "sentence": ""}


def test_an_error_keeps_its_topic_on_its_way_out_of_the_child(marked: Marked) -> None:
    language.take(marked)
    told = failure_of(Refusal("No.", title="The data is empty"))
    error = WorkshopError(**told._asdict())
    assert error.topic == "The data is empty"
    assert error.title == "⟦The data is empty⟧"
    again = WorkshopError(**failure_of(error)._asdict())
    assert (again.topic, again.message) == (error.topic, error.message)
    assert WorkshopError(**failure_of(ValueError("odd"))._asdict()).topic == WorkshopError.title


@pytest.mark.parametrize("batches", [1, 10])
def test_the_handshake_is_one_sentence(batches: int, marked: Marked) -> None:
    language.take(marked)
    shake = judged(batches, 9.0, 0.5)
    assert shake.is_jump
    assert not shake.text.replace("⟦", "").endswith("..")
    language.take(None)
    first = "The first batch has" if batches == 1 else "The first 10 batches have"
    assert (
        judged(batches, 0.5, 0.5).text
        == f"{first} a loss of 0.5; the file's last loss was 0.5: it goes on where it stopped."
    )
