"""What the panel says of a case."""

from __future__ import annotations

from inspector.comparing.causes import CERTAIN, POSSIBLE, Cause
from inspector.comparing.diffing import compare
from inspector.comparing.steps import KeepInitial, StripPrefix
from inspector.gui.fitting.sentences import counted, share_words, step_words, verdict_words
from inspector.workshop.requests import Verdict
from tests.gui.fitting.sides import file_side, model_side

MISFIT = compare(file_side(fc__weight=(10, 4), old=(1,)), model_side(fc__weight=(5, 4), new=(1,)))


def test_what_is_counted() -> None:
    assert counted(MISFIT) == "1 missing, 1 unexpected, 1 size mismatch"


def test_how_much_a_cause_explains() -> None:
    cause = Cause("shape", "It is another.", ("a", "b", "a"), confidence=POSSIBLE)
    assert share_words(cause, {*"abcde"}) == "explains 2 of 5 lines   ·   possible"
    assert share_words(cause, {*"acde"}) == "explains 1 of 4 lines   ·   possible"
    told = cause._replace(sentence="It explains 2 of 5 mismatches.", tells_share=True)
    assert share_words(told, {*"abcde"}) == "possible"
    assert share_words(Cause("shape", "It is another.", (), confidence=CERTAIN), {*"abcde"}) == "certain"


def test_a_step_counts_the_keys_of_the_file() -> None:
    prefix = Cause("prefix", "", ("module.a", "module.b", "a", "b"), step=StripPrefix("module."))
    assert step_words(prefix, {"module.a", "module.b"}) == "Take `module.` off 2 keys"
    left = Cause("missing", "", ("a", "b"), step=KeepInitial(("{rest}",)))
    assert step_words(left, {"c"}).endswith("(2 keys)")


def test_torch_agrees() -> None:
    verdict = Verdict(("new",), ("old",), (("fc.weight", (10, 4), (5, 4)),))
    assert verdict_words(MISFIT, verdict) == ("torch agrees: load_state_dict names the same 3 keys.", True)
    fits = compare(file_side(a=(1,)), model_side(a=(1,)))
    assert verdict_words(fits, Verdict((), (), ())) == ("torch agrees: it loads with strict=True.", True)


def test_torch_passes_over_what_is_harmless() -> None:
    comparison = compare(file_side(bn__weight=(4,)), model_side(bn__weight=(4,), bn__num_batches_tracked=()))
    words, agrees = verdict_words(comparison, Verdict((), (), ()))
    assert agrees
    assert words == "torch agrees: it loads with strict=True. It passes over 1 harmless key."


def test_a_disagreement_is_said_plainly() -> None:
    words, agrees = verdict_words(MISFIT, Verdict(("new", "more"), (), (), other=("It refuses\x1b[0m.",)))
    assert not agrees
    assert "it also calls more missing" in words
    assert "it does not call old unexpected" in words
    assert "it does not call fc.weight a size mismatch" in words
    assert "\x1b" not in words
    assert words.endswith("What torch says counts.")
