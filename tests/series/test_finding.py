"""Which files belong to one training, and in which order they were saved."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from inspector.errors import FileError
from inspector.series.finding import listed
from inspector.series.members import BEST, EPOCH, FILE, FILES, LATEST, STEP, WEIGHTS

from .making import Trained, age, names_of, network, save, training_in, trainings_in


@pytest.fixture(scope="module")
def epochs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four epochs, the third of which is the best, and the last of which is the latest."""
    folder = tmp_path_factory.mktemp("epochs")
    trained = Trained()
    for epoch in range(4):
        trained.epoch()
        save(folder, f"net_epoch{epoch}.pth", trained.holds(epoch, loss=1.0 / (epoch + 1)))
    shutil.copyfile(folder / "net_epoch2.pth", folder / "best.pth")
    save(folder, "latest.pth", {"state_dict": trained.model.state_dict()})
    return folder


def test_a_training_is_in_order_and_its_twins_are_marked(epochs: Path) -> None:
    found = trainings_in(epochs)
    (training,) = found.trainings
    assert found.left_out == ()
    assert training.axis == EPOCH
    assert names_of(training) == [f"net_epoch{epoch}.pth" for epoch in range(4)]
    assert [member.at for member in training.drawn] == [0, 1, 2, 3]
    twins = {member.name: (Path(member.twin_of).name, member.twin_by) for member in training.members if member.twin_of}
    assert twins == {"best.pth": ("net_epoch2.pth", FILES), "latest.pth": ("net_epoch3.pth", WEIGHTS)}
    assert training.roles_of(str(epochs / "net_epoch2.pth")) == (BEST,)
    assert training.roles_of(str(epochs / "net_epoch3.pth")) == (LATEST,)
    assert training.to_test == tuple(str(epochs / f"net_epoch{epoch}.pth") for epoch in range(4))
    assert training.name == "net_epoch*.pth"
    assert [remark.kind for remark in training.remarks] == ["twins", "twins"]


def test_what_the_files_say_is_kept(epochs: Path) -> None:
    first, *_, last = training_in(epochs).drawn
    assert first.measures == {"train_loss": 1.0}
    assert (last.epoch, last.epoch_from, last.rates, last.steps) == (3, "file", (0.1,), 12)


def test_links_are_the_same_file(epochs: Path, tmp_path: Path) -> None:
    shutil.copyfile(epochs / "net_epoch0.pth", tmp_path / "net_epoch0.pth")
    shutil.copyfile(epochs / "net_epoch1.pth", tmp_path / "net_epoch1.pth")
    os.symlink(tmp_path / "net_epoch1.pth", tmp_path / "latest.pth")
    os.symlink(tmp_path / "nowhere.pth", tmp_path / "broken.pth")
    training = training_in(tmp_path)
    assert [(member.name, member.twin_by) for member in training.members] == [
        ("net_epoch0.pth", ""),
        ("net_epoch1.pth", ""),
        ("latest.pth", FILES),
    ]


def test_files_may_be_named_one_by_one_and_twice(epochs: Path) -> None:
    paths = [epochs / f"net_epoch{epoch}.pth" for epoch in (3, 1, 1)]
    assert names_of(training_in(*paths, epochs / "net_epoch3.pth")) == ["net_epoch1.pth", "net_epoch3.pth"]


def test_numbers_in_names_are_numbers(tmp_path: Path) -> None:
    trained = Trained()
    for epoch in (1, 2, 10):
        save(tmp_path, f"model_epoch_{epoch}.pth", trained.epoch().model.state_dict())
    training = training_in(tmp_path)
    assert [(member.at, member.epoch_from) for member in training.drawn] == [(1, "name"), (2, "name"), (10, "name")]


def test_the_epoch_in_the_file_goes_before_that_in_the_name(tmp_path: Path) -> None:
    trained = Trained()
    save(tmp_path, "z_epoch1.pth", trained.epoch().holds(5))
    save(tmp_path, "z_epoch2.pth", trained.epoch().holds(4))
    assert names_of(training_in(tmp_path)) == ["z_epoch2.pth", "z_epoch1.pth"]


def test_two_architectures_are_two_trainings(tmp_path: Path) -> None:
    small, large = Trained(width=4), Trained(width=9)
    for epoch in range(2):
        save(tmp_path, f"a_epoch{epoch}.pth", small.epoch().holds(epoch))
        save(tmp_path, f"b_epoch{epoch}.pth", large.epoch().holds(epoch))
    save(tmp_path, "b_epoch2.pth", large.epoch().holds(2))
    assert [training.name for training in trainings_in(tmp_path).trainings] == ["b_epoch*.pth", "a_epoch*.pth"]


def test_two_trainings_of_one_architecture_are_told_by_their_names(tmp_path: Path) -> None:
    for name in ("sgd", "adam"):
        trained = Trained(seed=len(name))
        for epoch in range(2):
            save(tmp_path, f"{name}_epoch{epoch}.pth", trained.epoch().holds(epoch))
    shutil.copyfile(tmp_path / "adam_epoch1.pth", tmp_path / "best.pth")
    found = {training.name: len(training.members) for training in trainings_in(tmp_path).trainings}
    assert found == {"sgd_epoch*.pth": 2, "adam_epoch*.pth": 3}


def test_two_trainings_of_one_architecture_are_told_by_their_folders(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        trained = Trained(seed=len(name) + ord(name[0]))
        for epoch in range(2):
            save(tmp_path / name, f"epoch{epoch}.pth", trained.epoch().holds(epoch))
    assert len(trainings_in(tmp_path / "one", tmp_path / "two").trainings) == 2


def test_a_stranger_of_the_same_architecture_stays_outside(samples: Path) -> None:
    training = training_in(samples)
    assert names_of(training) == [f"checkpoint_epoch{epoch}.pth" for epoch in (0, 2, 4)]


def test_wrapped_models_belong_to_the_bare_one(tmp_path: Path) -> None:
    trained = Trained()
    save(tmp_path, "epoch0.pth", trained.epoch().model.state_dict())
    save(tmp_path, "epoch1.pth", {f"module.{key}": value for key, value in trained.epoch().model.state_dict().items()})
    training = training_in(tmp_path)
    assert len(training.drawn) == 2
    assert training.keys[0] == "0.weight"


def test_what_is_no_checkpoint_is_left_out_with_a_sentence(tmp_path: Path) -> None:
    trained = Trained().epoch()
    save(tmp_path, "epoch0.pth", trained.holds(0))
    save(tmp_path, "states.pth", trained.optimizer.state_dict())
    save(tmp_path, "numbers.pth", {"epoch": 3})
    (tmp_path / "page.pth").write_text("<html>404</html>")
    (tmp_path / "empty.pt").write_bytes(b"")
    found = trainings_in(tmp_path, tmp_path / "nowhere.pth")
    said = {Path(left.path).name: left.sentence for left in found.left_out}
    assert said.keys() == {"states.pth", "numbers.pth", "page.pth", "empty.pt", "nowhere.pth"}
    assert all(said.values())
    assert "optimizer" in said["states.pth"]
    assert len(found.trainings) == 1


def test_hidden_files_and_those_being_written_are_ignored(tmp_path: Path) -> None:
    for name in (".epoch1.pth", "epoch2.pth.part", ".x.part", "epoch3.pth.tmp", "notes.txt", "epoch4.pth"):
        save(tmp_path, name, {"w": torch.zeros(3)})
    (tmp_path / "deeper").mkdir()
    save(tmp_path / "deeper", "epoch5.pth", {"w": torch.zeros(3)})
    os.mkfifo(tmp_path / "pipe.pth")
    assert [found.name for found in listed(str(tmp_path))] == ["epoch4.pth"]
    with pytest.raises(FileError):
        listed(str(tmp_path / "nowhere"))
    assert [left.path for left in trainings_in(tmp_path / "deeper" / "nothing").left_out] != []


def test_folders_of_a_trainer_are_checkpoints(tmp_path: Path) -> None:
    trained = Trained()
    for step in (500, 1000):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        save_file(trained.epoch().model.state_dict(), folder / "model.safetensors")
        save(folder, "optimizer.pt", trained.optimizer.state_dict())
        rows = [{"epoch": 0.5, "loss": 2.0, "learning_rate": 1e-3, "step": 500}, {"epoch": 0.5, "eval_loss": 3.0}]
        (folder / "trainer_state.json").write_text(json.dumps({"epoch": step / 1000, "global_step": step,
                                                               "log_history": rows}))  # fmt: skip
    save_file(trained.model.state_dict(), tmp_path / "model.safetensors")
    (training,) = trainings_in(tmp_path).trainings
    assert [(member.name, member.at, member.step) for member in training.drawn] == [
        ("checkpoint-500/model.safetensors", 0.5, 500),
        ("checkpoint-1000/model.safetensors", 1.0, 1000),
    ]
    assert [Path(member.path).name for member in training.members if member.twin_of] == ["model.safetensors"]
    assert training.drawn[0].measures == {"train_loss": 2.0, "valid_loss": 3.0, "lr": 1e-3}
    (tmp_path / "checkpoint-500" / "trainer_state.json").write_text("[" * 100_000)
    (tmp_path / "checkpoint-1000" / "trainer_state.json").unlink()
    assert training_in(tmp_path).axis == STEP


def test_folders_of_shards_are_checkpoints(tmp_path: Path) -> None:
    trained = Trained()
    for step in (1, 2):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        items = list(trained.epoch().model.state_dict().items())
        for number, part in enumerate((items[:3], items[3:]), 1):
            save_file(dict(part), folder / f"model-0000{number}-of-00002.safetensors")
    training = training_in(tmp_path)
    assert [(member.name, member.step) for member in training.drawn] == [("checkpoint-1", 1), ("checkpoint-2", 2)]
    assert len(trainings_in(tmp_path / "checkpoint-1").trainings[0].members) == 1


def test_files_that_say_nothing_are_ordered_by_time(tmp_path: Path) -> None:
    for place, name in enumerate(("gamma.pth", "alpha.pth", "beta.pth")):
        age(save(tmp_path, name, network(place).state_dict()), 100 - place)
    training = training_in(tmp_path)
    assert names_of(training) == ["gamma.pth", "alpha.pth", "beta.pth"]
    assert (training.axis, [member.at for member in training.drawn]) == (FILE, [1, 2, 3])


def test_numbers_of_unknown_meaning_make_an_order(tmp_path: Path) -> None:
    for number in (2, 10, 1):
        age(save(tmp_path, f"ckpt_{number}.pt", network(number).state_dict()), number)
    assert names_of(training_in(tmp_path)) == ["ckpt_1.pt", "ckpt_2.pt", "ckpt_10.pt"]


def test_a_best_that_says_no_epoch_stands_where_its_time_says(tmp_path: Path) -> None:
    trained = Trained()
    for epoch in range(3):
        age(save(tmp_path, f"epoch{epoch}.pth", trained.epoch().holds(epoch)), 100 - 10 * epoch)
    age(save(tmp_path, "best.pth", network(5).state_dict()), 85)
    training = training_in(tmp_path)
    assert [(member.name, member.at) for member in training.drawn] == [
        ("epoch0.pth", 0),
        ("epoch1.pth", 1),
        ("best.pth", 1.5),
        ("epoch2.pth", 2),
    ]
    (remark,) = training.remarks
    assert (remark.kind, remark.paths) == ("placed", (str(tmp_path / "best.pth"),))


def test_a_restart_is_told_where_names_go_on_and_epochs_go_back(tmp_path: Path) -> None:
    trained = Trained()
    for number, epoch in enumerate((0, 1, 2, 0, 1)):
        save(tmp_path, f"ckpt_{number}.pth", trained.epoch().holds(epoch))
    training = training_in(tmp_path)
    assert names_of(training) == [f"ckpt_{number}.pth" for number in range(5)]
    assert training.axis == FILE
    (remark,) = training.remarks
    assert remark.kind == "restart"
    assert remark.paths == (str(tmp_path / "ckpt_2.pth"), str(tmp_path / "ckpt_3.pth"))


def test_numbers_that_do_not_count_are_no_restart(tmp_path: Path) -> None:
    trained = Trained()
    for place, (epoch, accuracy) in enumerate(((3, 95), (5, 91), (7, 93))):
        age(save(tmp_path, f"model_acc_{accuracy}.pth", trained.epoch().holds(epoch)), 50 - place)
    training = training_in(tmp_path)
    assert [member.at for member in training.drawn] == [3, 5, 7]
    assert training.remarks == ()


def test_an_epoch_that_is_there_twice_is_told(tmp_path: Path) -> None:
    trained = Trained()
    save(tmp_path, "epoch1.pth", trained.epoch().holds(1))
    save(tmp_path, "latest.pth", trained.epoch().holds(1))
    assert [remark.kind for remark in training_in(tmp_path).remarks] == ["restart"]


def test_files_that_all_say_one_epoch_are_in_the_order_of_their_names(tmp_path: Path) -> None:
    trained = Trained()
    for number in (10, 9, 11):
        save(tmp_path, f"w{number}.pth", trained.epoch().holds(2))
    training = training_in(tmp_path)
    assert names_of(training) == ["w9.pth", "w10.pth", "w11.pth"]
    assert [member.at for member in training.drawn] == [1, 2, 3]
    assert "all say epoch 2" in training.ordered_by
    assert training.remarks == ()


def test_files_that_all_say_one_epoch_and_nothing_else_are_in_the_order_of_their_time(tmp_path: Path) -> None:
    trained = Trained()
    for place, name in enumerate(("model", "weights", "checkpoint")):
        age(save(tmp_path, f"{name}.pth", trained.epoch().holds(2)), 10 * place)
    assert names_of(training_in(tmp_path)) == ["checkpoint.pth", "weights.pth", "model.pth"]


def test_an_epoch_that_is_there_three_times_is_told_once(tmp_path: Path) -> None:
    trained = Trained()
    for name, epoch in (("model1", 1), ("model", 2), ("weights", 2), ("checkpoint", 2)):
        save(tmp_path, f"{name}.pth", trained.epoch().holds(epoch))
    (remark,) = training_in(tmp_path).remarks
    assert "3 times" in remark.sentence
    assert len(remark.paths) == 3


def test_a_model_that_was_changed_half_way_is_two_trainings_with_names_of_their_own(tmp_path: Path) -> None:
    for width in (8, 9):
        trained = Trained(width=width)
        for epoch in range(2):
            number = epoch + 2 * (width == 9)
            save(tmp_path, f"net_{number}.pth", trained.epoch().holds(number))
    assert [each.name for each in trainings_in(tmp_path).trainings] == ["net_0.pth …", "net_2.pth …"]


def test_files_whose_names_have_nothing_in_common_are_called_by_their_folder(tmp_path: Path) -> None:
    trained = Trained()
    for name in ("start", "end"):
        save(tmp_path, f"{name}.pth", trained.epoch().holds(0) | {"epoch": None})
    assert training_in(tmp_path).name == tmp_path.name + os.sep


def test_an_optimizer_that_began_anew_is_told(tmp_path: Path) -> None:
    trained = Trained()
    save(tmp_path, "epoch1.pth", trained.epoch(9).holds(1))
    save(tmp_path, "epoch2.pth", Trained().epoch(2).holds(2))
    assert "optimizer's count of steps" in training_in(tmp_path).remarks[0].sentence


def test_two_epochs_with_the_same_weights_are_both_drawn(tmp_path: Path) -> None:
    trained = Trained().epoch()
    save(tmp_path, "epoch1.pth", trained.holds(1))
    save(tmp_path, "epoch2.pth", trained.holds(2))
    assert len(training_in(tmp_path).drawn) == 2


def test_copies_under_two_numbers_are_one(tmp_path: Path) -> None:
    save(tmp_path, "checkpoint_7.pth", Trained().epoch().holds(7))
    shutil.copyfile(tmp_path / "checkpoint_7.pth", tmp_path / "checkpoint_8.pth")
    training = training_in(tmp_path)
    assert names_of(training) == ["checkpoint_7.pth"]
    assert "is the same file as" in training.remarks[0].sentence


def test_nearly_the_same_is_not_the_same(tmp_path: Path) -> None:
    state = network().state_dict()
    save(tmp_path, "epoch1.pth", {"epoch": 1, "state_dict": state})
    changed = {key: value.clone() for key, value in state.items()}
    changed["2.weight"].view(-1)[-1] += 1e-6
    save(tmp_path, "latest.pth", {"epoch": 1, "state_dict": changed})
    assert len(training_in(tmp_path).drawn) == 2


def test_a_dtype_that_changes_is_told(tmp_path: Path) -> None:
    trained = Trained()
    save(tmp_path, "epoch1.pth", trained.epoch().holds(1))
    save(tmp_path, "epoch2.pth", {"epoch": 2, "state_dict": trained.epoch().model.half().state_dict()})
    assert [remark.kind for remark in training_in(tmp_path).remarks] == ["dtype"]


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    found = trainings_in(tmp_path)
    assert found.trainings == ()
    assert len(found.left_out) == 1
    assert trainings_in() == type(found)()
