"""Checkpoints tested whole: model, weights, data and criterion together, as the window and the terminal ask for it."""

from __future__ import annotations

import base64
import io
import math
import os
import warnings
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from inspector.progress import Progress, finish
from inspector.runs.driving import Run
from inspector.workshop import run_requests, run_words
from inspector.workshop.failures import Refusal
from inspector.workshop.requests import ModelSource, parse_source
from inspector.workshop.run_requests import DataSource, Start
from inspector.workshop.running.inference import infer

COUNT = 90
NET = """
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(6, 3)
            self.drop = nn.Dropout(0.5)

        def forward(self, x):
            return self.drop(self.fc(x))
"""


class Place:
    """A folder with a class, data and checkpoints."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        dice = torch.Generator().manual_seed(0)
        self.inputs, self.labels = torch.randn(COUNT, 6, generator=dice), torch.arange(COUNT) % 3
        self.inputs[torch.arange(COUNT), self.labels] += 2
        self.data = self.arrays(x_test=self.inputs, y_test=self.labels)

    def arrays(self, **named: Tensor) -> DataSource:
        path = self.folder / "data.pt"
        torch.save(named, path)
        return DataSource("arrays", str(path))

    def net(self, code: str = NET) -> ModelSource:
        path = self.folder / "nets.py"
        path.write_text(dedent(code), "utf-8")
        return ModelSource("file", str(path), "Net")

    def weights(self, strength: float, name: str = "net.pth", **fields: Any) -> Start:
        """The wider the right columns are apart, the better the model."""
        weight = torch.zeros(3, 6)
        weight[:, :3] = torch.eye(3) * strength
        path = self.folder / name
        torch.save({"state_dict": {"fc.weight": weight, "fc.bias": torch.zeros(3)}}, path)
        return Start(str(path), ("state_dict",), **fields)

    def request(self, *starts: Start, **fields: Any) -> run_requests.Test:
        given = {"model": fields.pop("model", None) or self.net(), "arguments": {}, "data": self.data, "device": "cpu"}
        return run_requests.Test(**{**given, "starts": starts, "batch_size": 16, **fields})


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def only(tests: run_words.Tests) -> run_words.Tested:
    assert tests.failures == ()
    (tested,) = tests.tested
    return tested


def test_what_is_told_is_what_a_plain_loop_finds(place: Place) -> None:
    tested = only(finish(infer(place.request(place.weights(1.0, epoch=4)))))
    scores = place.inputs[:, :3].tolist()
    right, loss = 0, 0.0
    confusion = [[0] * 3 for _ in range(3)]
    for row, label in zip(scores, place.labels.tolist()):
        right += row.index(max(row)) == label
        confusion[label][row.index(max(row))] += 1
        loss -= row[label] - math.log(sum(map(math.exp, row)))
    assert (tested.samples, tested.correct, tested.epoch, tested.split) == (COUNT, right, 3, "test")
    assert tested.loss == pytest.approx(loss / COUNT, rel=1e-6)
    assert [list(row) for row in tested.confusion] == confusion
    assert (tested.top, tested.classes, tested.device) == (2, ("0", "1", "2"), "cpu")
    assert tested.path == str(place.folder / "net.pth")
    assert tested.speed > 0
    assert tested.seconds > 0
    assert {each.state for each in tested.proofs} == {"ok"}
    sure = [each.confidence for each in tested.examples]
    assert sure == sorted(sure, reverse=True)
    assert len(tested.examples) == COUNT - right


def test_any_batch_size_and_number_of_threads_gives_the_same(place: Place) -> None:
    threads = torch.get_num_threads()
    start = place.weights(0.7)
    found = [
        only(finish(infer(place.request(start, batch_size=size, threads=1)))) for size in (1, 7, COUNT, 10 * COUNT)
    ]
    assert len({(each.correct, each.top_correct, each.confusion) for each in found}) == 1
    assert len({tuple(example.place for example in each.examples) for each in found}) == 1
    assert torch.get_num_threads() == threads


def test_several_are_tested_in_one_go_and_told_as_they_come(place: Place) -> None:
    starts = [place.weights(strength, f"net{at}.pth", epoch=at) for at, strength in enumerate((1.0, -1.0, 2.0), 2)]
    words = list(infer(place.request(*starts)))
    told = [word for word in words if isinstance(word, run_words.Tested)]
    assert [each.epoch for each in told] == [1, 2, 3]
    assert told[0].correct == told[2].correct != told[1].correct
    steps = [word for word in words if isinstance(word, Progress) and word.text.startswith("Testing")]
    assert [each.text for each in steps[:1]] == ["Testing net2.pth"]
    assert [each.done for each in steps] == sorted(each.done for each in steps)
    assert {each.total for each in steps} == {3 * COUNT}


def test_one_that_cannot_be_tested_does_not_keep_the_others(place: Place) -> None:
    good = place.weights(1.0)
    (place.folder / "torn.pth").write_bytes(b"PK\x03\x04 no zip")
    torch.save({"state_dict": {"fc.weight": torch.zeros(3, 7)}}, place.folder / "other.pth")
    broken = [Start(str(place.folder / name), ("state_dict",)) for name in ("torn.pth", "other.pth", "gone.pth")]
    tests = finish(infer(place.request(broken[0], good, broken[1], broken[2], good, good._replace(weights=("ema",)))))
    assert len(tests.tested) == 2
    assert tests.tested[0].confusion == tests.tested[1].confusion
    sentences = dict(tests.failures)
    assert [os.path.basename(path) for path, _ in tests.failures] == ["torn.pth", "other.pth", "gone.pth", "net.pth"]
    assert "torch.load(weights_only=True) cannot read" in sentences[broken[0].path]
    assert "size mismatch for fc.weight" in sentences[broken[1].path]
    assert all("\n" not in sentence and "\t" not in sentence for sentence in sentences.values())
    assert "There is no file" in sentences[broken[2].path]
    assert "The file has no entry 'ema'" in sentences[good.path]


def test_many_missing_keys_are_no_long_story(place: Place) -> None:
    torch.save({"state_dict": {f"blocks.{at}.weight": torch.zeros(1) for at in range(500)}}, place.folder / "other.pth")
    tests = finish(infer(place.request(Start(str(place.folder / "other.pth"), ("state_dict",)))))
    ((_, sentence),) = tests.failures
    assert len(sentence) < 800
    assert sentence.startswith("Error(s) in loading state_dict for Net: Missing key(s)")
    assert sentence.endswith("Fit shows what differs, and what mends it.")


def test_a_checkpoint_is_called_by_the_name_of_the_persons_file(place: Place) -> None:
    shown = place.weights(1.0)._replace(shown="/home/me/net.safetensors")
    gone = shown._replace(path=str(place.folder / "gone.pth"))
    tests = finish(infer(place.request(shown, gone)))
    assert [each.path for each in tests.tested] == [path for path, _ in tests.failures] == ["/home/me/net.safetensors"]


def test_nothing_of_one_checkpoint_is_left_in_the_next(place: Place) -> None:
    whole, part = place.weights(1.0), Start(str(place.folder / "part.pth"), ("state_dict",), strict=False)
    torch.save({"state_dict": {"fc.bias": torch.zeros(3)}}, part.path)
    alone = finish(infer(place.request(part))).tested[0]
    after = finish(infer(place.request(whole, part))).tested[1]
    assert after.confusion == alone.confusion
    assert "1 key of the model stay as they were made: fc.weight." in after.notes


def test_a_mended_state_dict_of_a_wrong_size_leaves_the_next_as_it_is(place: Place) -> None:
    """load_state_dict copies what fits before it complains of what does not."""
    good = place.weights(1.0)
    torch.save({"state_dict": {"fc.weight": torch.zeros(3, 7), "fc.bias": torch.ones(3) * 9}}, place.folder / "bad.pth")
    bad = Start(str(place.folder / "bad.pth"), ("state_dict",))
    first, second = finish(infer(place.request(good, bad, good))).tested
    assert (first.confusion, first.loss) == (second.confusion, second.loss)


# -- what else a model may come from ------------------------------------------------------------------------------


def test_torchscript_brings_its_weights(place: Place) -> None:
    paths = []
    for strength in (1.0, -1.0):
        model = nn.Sequential(nn.Linear(6, 3, bias=False), nn.Dropout(0.5))
        with torch.no_grad():
            model.get_parameter("0.weight").copy_(torch.eye(3, 6) * strength)
        paths.append(str(place.folder / f"script{strength}.pt"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.jit.script(model).save(paths[-1])  # type: ignore[no-untyped-call]
    source = ModelSource("torchscript", paths[0], "")
    good, bad = finish(infer(place.request(*(Start(path, None) for path in paths), model=source))).tested
    assert good.correct == int((place.inputs[:, :3].argmax(1) == place.labels).sum())
    assert bad.correct == int((place.inputs[:, :3].argmin(1) == place.labels).sum())
    assert {each.state for each in good.proofs} == {"ok"}
    assert good.notes == ()


def test_a_whole_module_brings_its_weights(place: Place) -> None:
    model = nn.Sequential(nn.Linear(6, 3))
    path = str(place.folder / "whole.pth")
    torch.save({"epoch": 3, "net": model}, path)
    request = place.request(Start(path, None), model=ModelSource("module", path, "net"))
    expected = int((model(place.inputs).argmax(1) == place.labels).sum())
    assert only(finish(infer(request))).correct == expected
    other = finish(infer(request._replace(starts=(Start(place.weights(1.0).path, None),))))
    assert "The weights come with the module in" in other.failures[0][1]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_a_model_of_another_precision_gets_its_inputs_so(place: Place, dtype: torch.dtype) -> None:
    model = nn.Sequential(nn.Linear(6, 3), nn.BatchNorm1d(3)).to(dtype)
    path = str(place.folder / "half.pth")
    torch.save(model, path)
    with torch.inference_mode():
        expected = model.eval()(place.inputs.to(dtype)).double()
    tested = only(finish(infer(place.request(Start(path, None), model=ModelSource("module", path, "")))))
    assert tested.correct == int((expected.argmax(1) == place.labels).sum())
    assert tested.loss == pytest.approx(float(nn.functional.cross_entropy(expected, place.labels)), rel=1e-5)
    assert f"The model calculates in {str(dtype)[6:]}, and gets its inputs so." in tested.notes


def test_a_class_without_checkpoint_is_tested_as_it_was_made(place: Place) -> None:
    first, second = (only(finish(infer(place.request()))) for _ in range(2))
    assert first.confusion == second.confusion
    assert first.path == f"{place.folder / 'nets.py'}:Net"
    assert "No checkpoint was given: these are the weights that the constructor made." in first.notes


def test_pictures_are_flattened_for_a_model_that_wants_rows(place: Place) -> None:
    data = place.arrays(x_test=place.inputs.reshape(COUNT, 2, 3), y_test=place.labels)
    start = place.weights(1.0)
    tests = finish(infer(place.request(start, start, data=data)))
    for tested in tests.tested:
        assert tested.correct == int((place.inputs[:, :3].argmax(1) == place.labels).sum())
        assert any("flattened" in note for note in tested.notes)


def test_the_sample_that_a_newcomer_opens(samples: Path) -> None:
    start = Start(str(samples / "fashion_classifier.pt"), ("state_dict",), epoch=4)
    source = parse_source(f"{samples / 'networks.py'}:FashionClassifier")
    tested = only(finish(infer(run_requests.Test(source, {}, (start,), DataSource(size=400), criterion="NLLLoss"))))
    assert tested.correct is not None
    assert tested.correct / tested.samples > 0.9
    assert all(each.picture is not None for each in tested.examples)
    assert {each.state for each in tested.proofs} == {"ok"}


STREAM = """
    import torch
    from torch.utils.data import DataLoader, IterableDataset

    class Stream(IterableDataset):
        def __iter__(self):
            for at in range(50):
                yield torch.full((1, 4, 4), at / 50), at % 3

    def data():
        return [DataLoader(Stream(), batch_size=16) for _ in range(3)]
"""


def test_a_stream_is_tested_and_its_examples_are_pictures_too(place: Place) -> None:
    (place.folder / "stream.py").write_text(dedent(STREAM), "utf-8")
    data = DataSource("function", str(place.folder / "stream.py"), "data")
    net = place.net(NET.replace("nn.Linear(6, 3)", "nn.Linear(16, 3)").replace("self.fc(x)", "self.fc(x.flatten(1))"))
    tested = only(finish(infer(place.request(data=data, model=net))))
    assert tested.samples == 50
    assert tested.examples
    for each in tested.examples:
        assert each.label == each.place % 3
        assert each.picture is not None
        shade = round(each.place / 50 * 255)
        assert set(base64.b64decode(each.picture.pixels)) == {shade}


# -- what is asked for and not there --------------------------------------------------------------------------------


def test_a_split_that_is_not_there_is_refused(place: Place) -> None:
    with pytest.raises(Refusal, match=r"has no samples for train\."):
        finish(infer(place.request(split="train")))
    with pytest.raises(Refusal, match="no split 'dev'"):
        finish(infer(place.request(split="dev")))
    with pytest.raises(Refusal, match="A batch of 0 samples cannot be tested"):
        finish(infer(place.request(batch_size=0)))


def test_a_regression_is_measured_by_its_loss(place: Place) -> None:
    data = place.arrays(x_test=place.inputs, y_test=place.inputs[:, :3] + 0.5)
    tested = only(finish(infer(place.request(place.weights(1.0), data=data, criterion="MSELoss"))))
    assert tested.loss == pytest.approx(0.25, rel=1e-5)
    assert (tested.correct, tested.confusion, tested.classes, tested.examples) == (None, (), (), ())
    assert "The mean absolute error is 0.5." in tested.notes


# -- code that fails ------------------------------------------------------------------------------------------------

RAISING = """
    import sys
    import torch
    from torch import nn

    class Careful(nn.Module):
        def forward(self, x):
            if (x > 4).any():
                {action}
            return x

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(6, 3)
            self.careful = Careful()

        def forward(self, x):
            return self.fc(self.careful(x))
"""


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("raise ValueError('too large')", "ValueError: too large"),
        ("sys.exit(3)", "ended the program itself with sys.exit(3)"),
        ("raise MemoryError", "the memory does not suffice"),
        ("torch.zeros(2, 3) @ torch.zeros(2, 3)", "mat1 and mat2 shapes cannot be multiplied"),
    ],
)
def test_what_fails_in_mid_test_names_batch_and_layer(place: Place, action: str, said: str) -> None:
    inputs = place.inputs.clamp(max=3)
    inputs[40] = 5.0
    data = place.arrays(x_test=inputs, y_test=place.labels)
    request = place.request(place.weights(1.0), data=data, model=place.net(RAISING.format(action=action)))
    ((path, sentence),) = finish(infer(request)).failures
    assert path == request.starts[0].path
    assert sentence.startswith("Batch 3, layer careful (Careful): ")
    assert said in sentence


def test_labels_that_do_not_fit_name_the_batch(place: Place) -> None:
    labels = place.labels.clone()
    labels[70] = 3
    data = place.arrays(x_test=place.inputs, y_test=labels)
    ((_, sentence),) = finish(infer(place.request(place.weights(1.0), data=data))).failures
    assert sentence.startswith("Batch 1: The model gives 3 scores for each sample, the data has 4 classes.")


def test_a_model_that_takes_other_inputs_says_which_layer(place: Place) -> None:
    data = place.arrays(x_test=place.inputs[:, :5], y_test=place.labels)
    ((_, sentence),) = finish(infer(place.request(place.weights(1.0), data=data))).failures
    assert sentence.startswith("Batch 1, layer fc (Linear): ")
    assert "What went in: [16, 5]" in sentence


# -- manners --------------------------------------------------------------------------------------------------------


def test_whoever_listens_has_gradients_and_his_own_dice(place: Place) -> None:
    before = torch.get_rng_state()
    for _ in infer(place.request(place.weights(1.0), place.weights(2.0))):
        assert not torch.is_inference_mode_enabled()
        assert torch.is_grad_enabled()
    assert torch.equal(torch.get_rng_state(), before)


def test_a_test_that_is_closed_lets_go(place: Place) -> None:
    work = infer(place.request(place.weights(1.0), threads=1))
    threads = torch.get_num_threads()
    while not getattr(next(work), "text", "").startswith("Testing"):
        pass
    work.close()
    assert torch.get_num_threads() == threads
    assert not torch.is_inference_mode_enabled()


def test_paths_may_be_relative(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place.folder.parent)
    near = place.folder.name
    start = place.weights(1.0)._replace(path=f"{near}/net.pth")
    place.net()
    request = place.request(start, model=ModelSource("file", f"{near}/nets.py", "Net"))
    (place.folder / "own.py").write_text("def loss(output, target):\n    return output.sum() * 0 + 1\n")
    request = request._replace(data=DataSource("arrays", f"{near}/data.pt"), criterion=f"{near}/own.py:loss")
    assert only(finish(infer(request))).loss == 1


@pytest.mark.parametrize("in_process", [False, True])
def test_a_run_says_the_same_apart_and_in_process(place: Place, in_process: bool) -> None:
    request = place.request(place.weights(1.0), Start(str(place.folder / "gone.pth"), ()))
    run = Run(request, in_process=in_process)
    tests = finish(run.words())
    here = finish(infer(request))
    assert tests.failures == here.failures
    (mine,), (theirs,) = here.tested, tests.tested
    assert theirs._replace(seconds=0.0, speed=0.0) == mine._replace(seconds=0.0, speed=0.0)


def test_a_user_criterion_and_model_may_print(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    code = NET.replace("return self.drop", "print('forward'); return self.drop")
    tested = only(finish(infer(place.request(place.weights(1.0), model=place.net(code)))))
    assert tested.samples == COUNT
    assert "forward" in capsys.readouterr().out


def test_results_can_be_exported(place: Place) -> None:
    from inspector.runs.exporting import as_csv, as_json
    from inspector.runs.results import sentence

    tested = only(finish(infer(place.request(place.weights(1.0)))))
    assert sentence(tested).startswith("Accuracy of the network on 90 test ")
    assert len(list(io.StringIO(as_csv([tested])))) == 4
    assert '"accuracy": ' in as_json([tested])
