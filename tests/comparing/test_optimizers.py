"""The optimizer lens on states of torch's own optimizers, whose moments carry marks that say whose they are."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from inspector.checkpoint.entries import Tensor
from inspector.checkpoint.reading import open_checkpoint
from inspector.comparing.causes import CERTAIN, LIKELY, POSSIBLE
from inspector.comparing.diffing import compare
from inspector.comparing.optimizer_kinds import kind_of
from inspector.comparing.optimizer_loading import loads_wrongly
from inspector.comparing.optimizer_states import OptimizerState, Slot
from inspector.comparing.optimizers import Lens, as_side, keys_of_entries, lens, lenses
from inspector.comparing.parameters import Parameter, parameters_of
from inspector.comparing.sides import Item, Side, of_checkpoint
from inspector.comparing.values import by_branch, comparing_values, with_values
from inspector.progress import finish

Groups = Callable[[Any], Iterable[Any]]


def network() -> Any:
    """Convolutions, norms, an embedding and heads; some shapes are there several times."""
    from torch import nn

    blocks = nn.ModuleList(
        nn.ModuleDict(
            {"norm": nn.LayerNorm(8), "attn": nn.Linear(8, 8), "mlp": nn.Linear(8, 16), "out": nn.Linear(16, 8)}
        )
        for _ in range(3)
    )
    down = nn.Sequential(nn.Conv2d(8, 8, 1), nn.BatchNorm2d(8))
    parts = {
        "stem": nn.Conv2d(3, 8, 3),
        "bn1": nn.BatchNorm2d(8),
        "down": down,
        "embed": nn.Embedding(20, 8),
        "blocks": blocks,
    }
    return nn.ModuleDict({**parts, "norm": nn.LayerNorm(8), "head": nn.Linear(8, 10)})


def stepped(model: Any, optimizer: Any) -> Any:
    """The optimizer after one step, in which each parameter had a gradient of its own."""
    import torch

    torch.manual_seed(0)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.grad = torch.randn_like(parameter)
    optimizer.step(lambda: torch.tensor(1.0)) if type(optimizer).__name__ == "LBFGS" else optimizer.step()
    return optimizer


def saved(path: Path, model: Any, optimizer: Any, **more: Any) -> Path:
    import torch

    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), **more}, path)
    return path


def looked_at(path: Path, *weights: Side) -> Lens:
    (found,) = lenses(open_checkpoint(str(path)), *weights)
    return found


def truth(model: Any, optimizer: Any) -> list[str]:
    """The names of the parameters in the order of the groups."""
    names = {parameter: name for name, parameter in model.named_parameters()}
    return [names[parameter] for group in optimizer.param_groups for parameter in group["params"]]


def decayed(model: Any, is_thin: Callable[[str, Any], bool]) -> tuple[list[Any], list[Any]]:
    named = list(model.named_parameters())
    return [p for n, p in named if not is_thin(n, p)], [p for n, p in named if is_thin(n, p)]


def by_dimensions(model: Any) -> list[dict[str, Any]]:
    thick, thin = decayed(model, lambda name, parameter: parameter.ndim < 2)
    return [{"params": thick, "weight_decay": 0.1}, {"params": thin, "weight_decay": 0}]


def by_bias(model: Any) -> list[dict[str, Any]]:
    weights, biases = decayed(model, lambda name, parameter: name.endswith("bias"))
    return [{"params": biases, "weight_decay": 0}, {"params": weights}]


def as_transformers_does(model: Any) -> list[dict[str, Any]]:
    rest, plain = decayed(model, lambda name, parameter: name.endswith("bias") or "norm" in name)
    return [{"params": rest, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0}]


def norms_by_class(model: Any) -> list[dict[str, Any]]:
    from torch import nn

    groups: tuple[list[Any], list[Any]] = ([], [])
    for module in model.modules():
        groups[isinstance(module, (nn.LayerNorm, nn.BatchNorm2d))].extend(module.parameters(recurse=False))
    return [{"params": group} for group in groups]


def as_mingpt_does(model: Any) -> list[dict[str, Any]]:
    named = dict(model.named_parameters())
    thin = {name for name, parameter in named.items() if parameter.ndim < 2 or "embed" in name}
    groups = (sorted(named.keys() - thin), sorted(thin))
    return [{"params": [named[name] for name in group]} for group in groups]


def head_apart(model: Any) -> list[dict[str, Any]]:
    trunk, head = decayed(model, lambda name, parameter: name.startswith("head"))
    return [{"params": trunk, "lr": 1e-4}, {"params": head}]


def head_first_with_decay(model: Any) -> list[dict[str, Any]]:
    trunk, head = decayed(model, lambda name, parameter: name.startswith("head"))
    groups = [[p for p in part if (p.ndim < 2) == thin] for part in (head, trunk) for thin in (False, True)]
    return [{"params": group} for group in groups]


def as_yolo_does(model: Any) -> list[dict[str, Any]]:
    biases = [p for n, p in model.named_parameters() if n.endswith("bias")]
    norms = [p for n, p in model.named_parameters() if n.endswith("weight") and p.ndim == 1]
    rest = [p for p in model.parameters() if not any(p is each for each in biases + norms)]
    return [{"params": group} for group in (norms, rest, biases)]


def one_each(model: Any) -> list[dict[str, Any]]:
    return [{"params": [parameter]} for parameter in model.parameters()]


def all_in_order(model: Any) -> list[Any]:
    return list(model.parameters())


def head_only(model: Any) -> list[Any]:
    return list(model["head"].parameters())


def last_block_and_head(model: Any) -> list[Any]:
    return [parameter for name, parameter in model.named_parameters() if name.startswith(("blocks.2", "norm", "head"))]


def all_but_the_stem(model: Any) -> list[Any]:
    return [parameter for name, parameter in model.named_parameters() if not name.startswith("stem")]


def blocks_apart(model: Any) -> list[dict[str, Any]]:
    groups: dict[object, list[Any]] = {}
    for name, parameter in model.named_parameters():
        block = ".".join(name.split(".")[: 2 if name.startswith("blocks") else 1])
        groups.setdefault((block, parameter.ndim < 2), []).append(parameter)
    return [{"params": group} for group in groups.values()]


def deeper_layers_slower(model: Any) -> list[dict[str, Any]]:
    groups: dict[object, list[Any]] = {}
    for name, parameter in model.named_parameters():
        block = name.split(".")[1] if name.startswith("blocks") else "before" if name.startswith("embed") else "after"
        groups.setdefault((block, parameter.ndim < 2), []).append(parameter)
    return [{"params": group, "lr": 1e-3 / (1 + number)} for number, group in enumerate(groups.values())]


WAYS = [
    all_in_order, by_dimensions, by_bias, as_transformers_does, norms_by_class, as_mingpt_does, head_apart,
    head_first_with_decay, last_block_and_head, as_yolo_does, one_each, head_only, all_but_the_stem, blocks_apart,
    deeper_layers_slower,
]  # fmt: skip


@pytest.mark.parametrize("groups", WAYS)
@pytest.mark.parametrize("kind", ["AdamW", "SGD", "Adafactor"])
def test_states_get_the_names_of_their_parameters(tmp_path: Path, kind: str, groups: Groups) -> None:
    import torch

    model = network()
    settings = {"momentum": 0.9} if kind == "SGD" else {}
    optimizer = stepped(model, getattr(torch.optim, kind)(groups(model), lr=0.01, **settings))
    found = looked_at(saved(tmp_path / "c.pth", model, optimizer))
    assert [slot.name for slot in found.slots] == truth(model, optimizer)
    assert found.confidence in (LIKELY, CERTAIN), found.undecided
    assert found.sentence.startswith(f"The {len(found.slots)} states belong to")


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("Adam", {}, "Adam"),
        ("Adam", {"amsgrad": True}, "Adam with amsgrad"),
        ("AdamW", {}, "AdamW"),
        ("AdamW", {"amsgrad": True}, "AdamW with amsgrad"),
        ("SGD", {"lr": 0.1}, "SGD"),
        ("SGD", {"lr": 0.1, "momentum": 0.9}, "SGD with momentum 0.9"),
        ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}, "SGD with Nesterov momentum 0.9"),
        ("RMSprop", {}, "RMSprop"),
        ("RMSprop", {"momentum": 0.5, "centered": True}, "RMSprop with centered and momentum 0.5"),
        ("Adagrad", {}, "Adagrad"),
        ("Adadelta", {}, "Adadelta"),
        ("Adafactor", {}, "Adafactor"),
        ("Adamax", {}, "Adamax"),
        ("NAdam", {}, "NAdam"),
        ("RAdam", {}, "RAdam"),
        ("Rprop", {}, "Rprop"),
        ("ASGD", {}, "ASGD"),
        ("LBFGS", {}, "LBFGS"),
        ("Muon", {}, "Muon"),
        ("SparseAdam", {}, "SparseAdam"),
    ],
)
def test_every_optimizer_of_torch_is_known(tmp_path: Path, name: str, settings: dict[str, Any], words: str) -> None:
    import torch

    model = torch.nn.ModuleDict({"a": torch.nn.Linear(4, 6, bias=False), "b": torch.nn.Linear(6, 3, bias=False)})
    optimizer = getattr(torch.optim, name)(model.parameters(), **settings)
    fresh = looked_at(saved(tmp_path / "fresh.pth", model, optimizer))
    assert fresh.kind == words
    if name == "SparseAdam":
        return
    found = looked_at(saved(tmp_path / "c.pth", model, stepped(model, optimizer)))
    assert found.kind == words
    if name not in ("LBFGS",) and words != "SGD":
        assert [slot.name for slot in found.slots] == ["a.weight", "b.weight"]
        assert found.confidence == CERTAIN
    assert f"lr {optimizer.param_groups[0]['lr']}" in found.settings[0]


def test_all_optimizers_of_torch_are_tested() -> None:
    import torch

    known = {mark.args[1][at][0] for mark in test_every_optimizer_of_torch_is_known.pytestmark for at in range(20)}
    there = {name for name, each in vars(torch.optim).items() if isinstance(each, type) and name != "Optimizer"}
    assert there - {"lr_scheduler"} <= known


@pytest.mark.parametrize(
    ("settings", "entries", "words"),
    [
        ({"lr": 1e-4, "betas": (0.9, 0.99), "weight_decay": 0.0}, {"exp_avg"}, "Lion"),
        ({"lr": 1, "betas": (0.9, 0.99), "eps": 1e-8, "weight_decay": 0, "amsgrad": False}, set(), "Adam or AdamW"),
        ({"scale_parameter": True, "relative_step": True}, {"exp_avg_sq_row"}, "Adafactor (transformers)"),
        ({"betas": (0.9, 0.99), "eps": 1e-8, "amsgrad": False}, {"state1", "state2"}, "8-bit Adam or AdamW"),
        ({"lr": 0.1}, {"exp_avg", "exp_avg_sq"}, "an optimizer of the Adam family"),
        ({"lr": 0.1}, {"strange"}, ""),
        ({}, set(), ""),
    ],
)
def test_others_are_known_by_what_they_have(settings: dict[str, Any], entries: set[str], words: str) -> None:
    assert kind_of(settings, entries) == words


def test_stored_names_are_certain(tmp_path: Path) -> None:
    import torch

    model = network()
    optimizer = stepped(model, torch.optim.AdamW(reversed(list(model.named_parameters()))))
    found = looked_at(saved(tmp_path / "c.pth", model, optimizer))
    assert [slot.name for slot in found.slots] == truth(model, optimizer)
    assert (found.confidence, found.sentence) == (CERTAIN, "The file itself names the parameters.")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("flat", [False, True])
def test_states_that_go_by_names_are_read(tmp_path: Path, flat: bool) -> None:
    import torch
    import torch.distributed.checkpoint as dcp
    from torch.distributed.checkpoint.state_dict import StateDictOptions, get_state_dict

    model = network()
    optimizer = stepped(model, torch.optim.AdamW(by_dimensions(model)))
    weights, state = get_state_dict(model, optimizer, options=StateDictOptions(flatten_optimizer_state_dict=flat))
    torch.save({"model": weights, "optimizer": state}, tmp_path / "c.pth")
    dcp.save({"model": weights, "optimizer": state}, checkpoint_id=str(tmp_path / "folder"), no_dist=True)
    for path in (tmp_path / "c.pth", tmp_path / "folder"):
        found = looked_at(path)
        assert sorted(slot.name for slot in found.slots) == sorted(truth(model, optimizer))
        assert (found.kind, found.confidence) == ("AdamW", CERTAIN)
        assert found.state.sizes == tuple(len(group["params"]) for group in optimizer.param_groups)
        assert all({entry.name for entry in slot.entries} == {"step", "exp_avg", "exp_avg_sq"} for slot in found.slots)
        entries = dict(open_checkpoint(str(path)).entries())
        assert all(key in entries for key in keys_of_entries(found))
        assert loads_wrongly(found, of_checkpoint(open_checkpoint(str(path)), "model")) == ()


def test_several_optimizers_are_all_found_each_with_its_own_weights(tmp_path: Path) -> None:
    import torch

    nets = {"generator": network(), "discriminator": torch.nn.Linear(7, 5)}
    states = [stepped(net, torch.optim.Adam(net.parameters())).state_dict() for net in nets.values()]
    weights = {name: net.state_dict() for name, net in nets.items()}
    torch.save({**weights, "optimizer_states": states, "epoch": 3}, tmp_path / "lightning.ckpt")
    first, second = lenses(open_checkpoint(str(tmp_path / "lightning.ckpt")))
    assert (first.state.section, second.state.section) == ("optimizer_states.0", "optimizer_states.1")
    assert [slot.name for slot in second.slots] == ["weight", "bias"]
    assert [slot.name for slot in first.slots] == [name for name, _ in nets["generator"].named_parameters()]


def test_an_optimizer_in_a_file_of_its_own_is_named_by_weights_beside_it(tmp_path: Path) -> None:
    import torch

    model = network()
    optimizer = stepped(model, torch.optim.Adam(model.parameters()))
    torch.save(optimizer.state_dict(), tmp_path / "optimizer.pt")
    torch.save(model.state_dict(), tmp_path / "model.pt")
    alone = looked_at(tmp_path / "optimizer.pt")
    assert (alone.named, alone.confidence) == (0, POSSIBLE)
    beside = looked_at(tmp_path / "optimizer.pt", of_checkpoint(open_checkpoint(str(tmp_path / "model.pt"))))
    assert [slot.name for slot in beside.slots] == truth(model, optimizer)


def test_frozen_and_unused_parameters_have_no_state(tmp_path: Path) -> None:
    import torch

    model = network()
    model["stem"].requires_grad_(False)
    optimizer = stepped(model, torch.optim.Adam(model.parameters()))
    found = looked_at(saved(tmp_path / "c.pth", model, optimizer))
    assert [slot.name for slot in found.slots] == truth(model, optimizer)
    assert [slot.name for slot in found.slots if not slot.entries] == ["stem.weight", "stem.bias"]
    assert any("2 of 37 parameters have no state" in sentence for sentence in found.evidence)


def test_tied_parameters_have_one_state(tmp_path: Path) -> None:
    import torch

    model = network()
    model["decoder"] = torch.nn.Linear(8, 20, bias=False)
    model["decoder"].weight = model["embed"].weight
    optimizer = stepped(model, torch.optim.Adam(model.parameters()))
    found = looked_at(saved(tmp_path / "c.pth", model, optimizer))
    assert [slot.name for slot in found.slots] == truth(model, optimizer)


def test_what_two_ways_explain_is_said_to_be_undecided(tmp_path: Path) -> None:
    import torch

    model = torch.nn.Sequential(*(torch.nn.Linear(4, 4, bias=False) for _ in range(4)))
    groups = [{"params": list(model[2:].parameters())}, {"params": list(model[:2].parameters())}]
    found = looked_at(saved(tmp_path / "c.pth", model, stepped(model, torch.optim.Adam(groups))))
    assert found.confidence == POSSIBLE
    assert found.undecided


def test_equal_shapes_are_trusted_to_be_in_order_and_that_is_said(tmp_path: Path) -> None:
    import torch

    model = network()
    found = looked_at(saved(tmp_path / "c.pth", model, stepped(model, torch.optim.Adam(model.parameters()))))
    assert found.confidence == LIKELY
    assert any("share their shape" in sentence for sentence in found.undecided)


def test_states_of_other_weights_keep_their_numbers(tmp_path: Path) -> None:
    import torch

    other = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Linear(8, 10))
    found = looked_at(saved(tmp_path / "c.pth", network(), stepped(other, torch.optim.Adam(other.parameters()))))
    assert found.sentence.startswith("No usual way")
    assert found.confidence == POSSIBLE
    assert [slot.name for slot in found.slots] == ["", "", "head.weight", "head.bias"]


def test_lbfgs_keeps_one_state_for_all(tmp_path: Path) -> None:
    import torch

    model = torch.nn.Linear(4, 3)
    optimizer = torch.optim.LBFGS(model.parameters())

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (model(torch.ones(2, 4)) ** 2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    found = looked_at(saved(tmp_path / "c.pth", model, optimizer))
    keys = {item.key: item.shape for item in as_side(found).items}
    assert keys["all parameters.prev_flat_grad"] == (15,)
    assert all(key.startswith("all parameters.") for key in keys)
    assert loads_wrongly(found, model_side(model)) == ()


@pytest.mark.parametrize("groups", [by_dimensions, head_first_with_decay])
def test_many_parameters_are_named_in_bounded_time(groups: Groups) -> None:
    """The states of a network of 6,000 parameters, without a file."""
    shapes = {f"blocks.{block}.part{part}.{leaf}": (8,) * dims for block in range(300) for part in range(10)
              for leaf, dims in (("weight", 2), ("bias", 1))}  # fmt: skip
    shapes["head.weight"], shapes["head.bias"] = (5, 8), (5,)
    side = Side("model", "model", tuple(Item(key, shape, role="parameter") for key, shape in shapes.items()))
    given = parameters_of(side)
    parts = [each.name.startswith("head") for each in given]
    order = sorted(
        range(len(given)), key=lambda at: ((not parts[at]) if groups is not by_dimensions else 0, _thin(given[at]))
    )
    kinds = [(not parts[at] if groups is not by_dimensions else 0, _thin(given[at])) for at in order]
    numbers = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
    slots = tuple(
        Slot(str(place), numbers[kind], "", (Tensor("exp_avg", "float32", given[at].shape or (), (), 0, None),))
        for place, (at, kind) in enumerate(zip(order, kinds))
    )
    found = lens(OptimizerState("", tuple({"lr": 1.0} for _ in numbers), slots), side)
    assert [slot.name for slot in found.slots] == [given[at].name for at in order]


def _thin(parameter: Parameter) -> bool:
    return len(parameter.shape or ()) < 2


# As a side


def test_two_states_are_compared_under_the_names_of_their_parameters(tmp_path: Path) -> None:
    import torch

    model = network()
    first = stepped(model, torch.optim.Adam([{"params": group["params"]} for group in by_dimensions(model)]))
    path = saved(tmp_path / "a.pth", model, first)
    second = stepped(model, torch.optim.Adam(model.parameters()))
    second.state[model["head"].weight]["exp_avg"] += 1
    sides = [as_side(looked_at(each)) for each in (path, saved(tmp_path / "b.pth", model, second))]
    comparison = compare(*sides)
    assert comparison.fits
    values = finish(comparing_values(comparison))
    changed = [pair.key for pair in with_values(comparison, values.distances).pairs if pair.kind == "values"]
    assert changed == ["head.weight.exp_avg"]
    assert by_branch(comparison, values.distances)["head.bias"].is_same
    assert "blocks.1.norm.weight.step" in sides[0].by_key()


def test_entries_of_the_file_are_found_by_name(tmp_path: Path) -> None:
    import torch

    model = network()
    path = saved(tmp_path / "a.pth", model, stepped(model, torch.optim.Adam(by_bias(model))))
    keys = keys_of_entries(looked_at(path))
    entries = dict(open_checkpoint(str(path)).tensors())
    parameters = dict(model.named_parameters())
    for key, name in keys.items():
        parameter, _, kind = name.rpartition(".")
        if kind == "exp_avg":
            assert entries[key].shape == tuple(parameters[parameter].shape)
    assert len(keys) == 3 * len(parameters)


# Loading onto another model


def model_side(model: Any) -> Side:
    parameters = dict(model.named_parameters())
    items = (
        Item(key, tuple(value.shape), "float32", role="parameter" if key in parameters else "buffer")
        for key, value in model.state_dict().items()
    )
    return Side("model", "model", tuple(items))


def of_linears(**sizes: tuple[int, int]) -> Any:
    import torch

    return torch.nn.ModuleDict({name: torch.nn.Linear(*size) for name, size in sizes.items()})


def test_what_torch_loads_onto_the_wrong_parameters_is_told(tmp_path: Path) -> None:
    """torch itself is asked: it loads, and the step fails or does not, as the sentences say."""
    import torch

    model = of_linears(a=(4, 4), b=(4, 4), c=(4, 6))
    optimizer = stepped(model, torch.optim.Adam(model.parameters()))
    found = looked_at(saved(tmp_path / "c.pth", model, optimizer))
    for other, ends in (
        (of_linears(a=(4, 4), b=(4, 4), c=(4, 6)), None),
        (of_linears(b=(4, 4), a=(4, 4), c=(4, 6)), "nothing ever fails"),
        (of_linears(c=(4, 6), b=(4, 4), a=(4, 4)), "the first step fails"),
    ):
        said = loads_wrongly(found, model_side(other))
        onto = torch.optim.Adam(other.parameters())
        onto.load_state_dict(copy.deepcopy(optimizer.state_dict()))
        if ends == "the first step fails":
            with pytest.raises(RuntimeError):
                stepped(other, onto)
        else:
            stepped(other, onto)
        assert (ends in said[1]) if ends else said == ()
        assert not ends or "`a." in said[0]


def test_a_parameter_that_was_resized_is_not_another(tmp_path: Path) -> None:
    import torch

    model = of_linears(a=(4, 4), b=(4, 6))
    found = looked_at(saved(tmp_path / "c.pth", model, stepped(model, torch.optim.Adam(model.parameters()))))
    (said,) = loads_wrongly(found, model_side(of_linears(a=(4, 4), b=(4, 5))))
    assert "2 of 4 states have another shape than their parameter, such as `b.weight`: [6, 4] in the file" in said
    assert "[5, 4] in the model" in said


def test_what_torch_refuses_is_told(tmp_path: Path) -> None:
    import torch

    model = of_linears(a=(4, 4), b=(4, 4))
    optimizer = stepped(model, torch.optim.Adam(by_dimensions(model)))
    found = looked_at(saved(tmp_path / "c.pth", model, optimizer))
    larger = of_linears(a=(4, 4), b=(4, 4), c=(4, 4))
    with pytest.raises(ValueError, match="doesn't match the size"):
        torch.optim.Adam(by_dimensions(larger)).load_state_dict(optimizer.state_dict())
    assert loads_wrongly(found, model_side(larger)) == (
        "torch refuses the state: its group 0 has 2 parameters, and the model gives 3.",
    )


def test_a_prefix_is_no_other_parameter(tmp_path: Path) -> None:
    import torch

    model = of_linears(a=(4, 4), b=(4, 4))
    found = looked_at(saved(tmp_path / "c.pth", model, stepped(model, torch.optim.Adam(model.parameters()))))
    wrapped = torch.nn.ModuleDict({"module": model})
    assert loads_wrongly(found, model_side(wrapped)) == ()


def test_stored_names_do_not_keep_torch_from_loading_by_place(tmp_path: Path) -> None:
    import torch

    model, other = of_linears(a=(4, 4), b=(4, 4)), of_linears(b=(4, 4), a=(4, 4))
    optimizer = stepped(model, torch.optim.Adam(model.named_parameters()))
    found = looked_at(saved(tmp_path / "c.pth", model, optimizer))
    onto = torch.optim.Adam(other.named_parameters())
    onto.load_state_dict(optimizer.state_dict())
    first = next(iter(other.parameters()))
    assert torch.equal(onto.state[first]["exp_avg"], optimizer.state[model["a"].weight]["exp_avg"])
    assert "nothing ever fails" in loads_wrongly(found, model_side(other))[1]


# Odd files


@pytest.mark.parametrize(
    "state",
    [
        {"state": {}, "param_groups": []},
        {"state": {}, "param_groups": [{}]},
        {"state": {}, "param_groups": [{"params": []}]},
        {"state": {0: 3, "x": {"exp_avg": None}}, "param_groups": [{"params": [0, None, 2.5, "x"], "lr": {}}, 7]},
        {"state": {140212345678: {"step": 3}}, "param_groups": [{"params": [140212345678], "lr": 0.1}]},
        {"state": {0: {"exp_avg": [1, 2]}}, "param_groups": [{"params": [0, 0, 1], "param_names": ["a"]}]},
        {"param_groups.": 1, "param_groups.a": 1, "state.": 2, "state.a.b": 3, "param_groups.a.lr": 0.1},
        {"state": {}, "param_groups": [{"params": [10**5000], "lr": 10**5000, "betas": [[[[[1]]]]], "momentum": {}}]},
        {"state": {"x" * 9000: {"exp_avg": 1}}, "param_groups": [{"params": ["x" * 9000], "betas": list(range(999))}]},
        {"state": {0: {}}, "param_groups": [{"params": list(range(30_000)), "lr": 1}]},
    ],
)
def test_odd_states_are_seen_as_what_they_are(tmp_path: Path, state: dict[Any, Any]) -> None:
    import torch

    torch.save({"model": {"w": torch.ones(2)}, "optimizer": state}, tmp_path / "odd.pth")
    for found in lenses(open_checkpoint(str(tmp_path / "odd.pth"))):
        assert found.sentence
        as_side(found)
        loads_wrongly(found, Side("model", "model", (Item("w", (2,), role="parameter"),)))


def test_a_group_too_long_to_be_listed_says_so(tmp_path: Path) -> None:
    import torch

    state = {"state": {}, "param_groups": [{"params": list(range(30_000)), "lr": 1}]}
    torch.save({"model": {"w": torch.ones(2)}, "optimizer": state}, tmp_path / "long.pth")
    assert looked_at(tmp_path / "long.pth").undecided == (
        "Of the parameters of a group, the first 10,000 of 30,000 were read.",
    )


def test_what_is_no_optimizer_is_none(samples: Path) -> None:
    assert lenses(open_checkpoint(str(samples / "resnet_plain.pth"))) == ()
    (found,) = lenses(open_checkpoint(str(samples / "checkpoint_epoch2.pth")))
    assert found.kind
    assert found.named == len(found.slots)
