"""The arguments of networks are found from the shapes of a checkpoint, exactly, and within few builds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path

import pytest

from inspector.progress import Progress, finish
from inspector.workshop.client import Workshop
from inspector.workshop.requests import ModelSource, Shape, Solution, Solve
from inspector.workshop.serving import Shapes
from inspector.workshop.solving import solving
from tests.workshop import networks_to_solve
from tests.workshop.conftest import build

NETWORKS = Path(networks_to_solve.__file__)
MOST_BUILDS = 200
MOST_SECONDS = 20.0

_BUILDERS: dict[str, Shapes] = {}


def builder_of(name: str) -> Shapes:
    """What builds a network of `networks_to_solve`, or a class or builder of torchvision, in this very process."""
    from inspector.workshop import torchvision_schemas
    from inspector.workshop.building import Constructor, open_constructor

    if name not in _BUILDERS:
        own = getattr(networks_to_solve, name, None)
        source = ModelSource("torchvision", "", name)
        torchvision_schemas.load()
        _BUILDERS[name] = Shapes(
            Constructor(ModelSource("file", str(NETWORKS), name), own) if own else open_constructor(source)
        )
    return _BUILDERS[name]


def solved(
    name: str,
    arguments: Mapping[str, object],
    start: Mapping[str, object] | None = None,
    fixed: tuple[str, ...] = (),
    renamed: Callable[[str], str] = str,
) -> Solution:
    """What is found for a checkpoint of the network with these arguments, beginning with its defaults or `start`."""
    builder = builder_of(name)
    items = [(renamed(key), shape) for key, shape in builder(deepcopy(arguments)).items()]
    solution = finish(solving(builder, builder.signature, start or {}, items, fixed))
    assert solution.builds < MOST_BUILDS
    assert solution.seconds < MOST_SECONDS
    return solution


EXACT = [
    ("Perceptron", {"inputs": 784, "hidden_sizes": [512, 256, 128], "outputs": 10}),
    ("Perceptron", {"inputs": 30, "hidden_sizes": [300, 100, 50, 20], "outputs": 7, "batch_norm": True, "bias": False}),
    ("Perceptron", {"inputs": 4, "hidden_sizes": [8], "outputs": 1}),
    ("UNet", {"in_channels": 1, "out_channels": 4, "features": (32, 64, 128)}),
    ("UNet", {"in_channels": 4, "out_channels": 2, "features": (16, 32, 48, 96, 192), "kernel_size": 5}),
    ("DoublingUNet", {"n_channels": 1, "n_classes": 2, "base": 48, "depth": 3, "bilinear": True}),
    ("DoublingUNet", {"n_channels": 3, "n_classes": 5, "base": 16, "depth": 5, "batch_norm": False}),
    ("TransformerTagger",
     {"vocab_size": 30522, "num_classes": 9, "d_model": 312, "num_layers": 4, "dim_feedforward": 1200, "max_len": 128}),
    ("ViT", {"image_size": 384, "patch_size": 32, "in_chans": 1, "num_classes": 10, "embed_dim": 192, "depth": 5,
             "mlp_ratio": 3.0, "qkv_bias": False}),
    ("ViT", {"image_size": 518, "patch_size": 14, "num_classes": 21, "embed_dim": 1024, "depth": 24}),
    ("GPT", {"vocab_size": 65, "block_size": 256, "n_layer": 6, "n_embd": 384, "bias": False}),
    ("WideResNet", {"depth": 40, "widen_factor": 4, "num_classes": 100}),
    ("ConvNet", {"img_size": (64, 64), "in_channels": 3, "conv_channels": [32, 64, 96], "kernel_size": 3,
                 "fc_sizes": [256, 64], "num_classes": 5, "use_bn": True}),
    ("LSTMTagger", {"vocab_size": 5000, "embedding_dim": 100, "hidden_dim": 128, "tagset_size": 17, "num_layers": 3,
                    "bidirectional": True}),
    ("Mirror", {"inputs": 5, "widths": [40, 30, 20]}),
    ("Mirror", {"inputs": 7}),
    ("Stages", {"width": 24, "depths": (1, 3, 2), "num_heads": (3, 6, 12), "rank": 50, "classes": 4}),
    ("Nested", {"width": 6, "depth": 9}),
    ("VAE", {"image_size": 64, "channels": 1, "latent_dim": 128, "hidden_dims": (32, 64, 128, 256)}),
    ("ResNet", {"block": "Bottleneck", "layers": [3, 4, 6, 3], "num_classes": 10}),
    ("ResNet", {"block": "BasicBlock", "layers": [2, 2, 2, 2], "num_classes": 1000}),
    ("ResNet", {"block": "Bottleneck", "layers": [3, 4, 6, 3], "width_per_group": 128}),
    ("ResNet", {"block": "Bottleneck", "layers": [3, 4, 6, 3], "groups": 32, "width_per_group": 4}),
    ("resnet50", {"num_classes": 7}),
    ("VisionTransformer", {"image_size": 384, "patch_size": 16, "num_layers": 6, "hidden_dim": 384, "mlp_dim": 1536,
                           "num_classes": 100}),
    ("MobileNetV2", {"width_mult": 0.5}),
    ("MobileNetV2", {"width_mult": 1.4, "num_classes": 12}),
    ("MobileNetV2", {"width_mult": 0.35, "num_classes": 12}),
    ("DenseNet", {"growth_rate": 24, "block_config": (4, 8, 12, 6), "num_init_features": 48, "num_classes": 10}),
]  # fmt: skip
HEADS = {"TransformerTagger": "nhead", "ViT": "num_heads", "GPT": "n_head", "VisionTransformer": "num_heads"}
"""What shapes cannot tell of these."""


@pytest.mark.parametrize(("name", "arguments"), EXACT, ids=lambda each: each if isinstance(each, str) else "")
def test_arguments_are_read_off_the_shapes(name: str, arguments: dict[str, object]) -> None:
    wanted = {**arguments, "num_heads": 4} if name == "VisionTransformer" else arguments
    wanted = {**wanted, "num_heads": 8} if arguments.get("embed_dim") == 1024 else wanted
    solution = solved(name, wanted)
    assert solution.fits, solution
    assert solution.left == 0
    defaults = {each.name: each.default for each in builder_of(name).signature.arguments}
    assert {argument: solution.arguments.get(argument, defaults[argument]) for argument in arguments} == arguments
    if name in HEADS:
        assert any(sentence.startswith(f"{HEADS[name]} moves no shape") for sentence in solution.undecided)


def test_the_samples_network_is_read_off_from_another_of_its_kind(samples: Path) -> None:
    sys.path.insert(0, str(samples))
    try:
        from networks import Network
    finally:
        sys.path.remove(str(samples))
    from inspector.workshop.building import Constructor

    builder = Shapes(Constructor(ModelSource("file", "networks.py", "Network"), Network))
    items = builder({"input_size": 784, "output_size": 10, "hidden_layers": [400, 200, 100]}).items()
    start = {"input_size": 784, "output_size": 10, "hidden_layers": [512, 256, 128], "drop_p": 0.5}
    solution = finish(solving(builder, builder.signature, start, list(items)))
    assert solution.fits
    assert solution.arguments == {**start, "hidden_layers": [400, 200, 100]}
    (found,) = solution.found
    assert found == (
        "hidden_layers = [400, 200, 100]: hidden_layers.0.weight is [400, 784], hidden_layers.1.weight is [200, 400], "
        "hidden_layers.2.weight is [100, 200]."
    )
    assert solution.undecided == ("drop_p moves no shape: it is 0.5, and shapes cannot tell whether that is right.",)


def test_what_a_constructor_refuses_does_not_stop_the_search() -> None:
    solution = solved("TransformerTagger", {"vocab_size": 100, "num_classes": 2, "d_model": 100, "nhead": 4})
    assert solution.fits
    assert solution.arguments["d_model"] == 100  # which the default of 8 heads does not divide
    assert 100 % int(str(solution.arguments["nhead"])) == 0


def test_a_product_is_said_to_be_one() -> None:
    solution = solved("CrossAttention", {"dim": 320, "heads": 5, "dim_head": 40})
    assert solution.fits
    assert "Of heads and dim_head shapes only tell the product, 200." in solution.undecided
    assert any(sentence.startswith("stride moves no shape") for sentence in solution.undecided)


def test_a_picture_of_more_than_whole_patches_is_told_only_roughly() -> None:
    solution = solved("ConvNet", {"img_size": (64, 64), "conv_channels": [8, 8]})
    assert solution.arguments["img_size"] == (64, 64)
    assert "all of img_size is told only roughly: 65 makes the same shapes as 64." in solution.undecided


def test_a_dict_of_settings_is_turned_entry_by_entry() -> None:
    wanted = {"config": {"inputs": 13, "hidden": 77, "layers": 4, "outputs": 3}}
    solution = solved("Configured", wanted, start={"config": {"inputs": 8, "hidden": 16, "layers": 1, "outputs": 2}})
    assert solution.arguments == wanted


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.module.", "net.encoder."])
def test_a_prefix_is_seen_through(prefix: str) -> None:
    solution = solved("UNet", {"features": (32, 64)}, renamed=lambda key: prefix + key)
    assert solution.fits
    assert solution.arguments["features"] == (32, 64)


def test_a_prefix_that_only_the_model_has_is_seen_through() -> None:
    solution = solved("LSTMTagger", {"vocab_size": 9, "embedding_dim": 8, "hidden_dim": 7, "tagset_size": 6})
    inside = solved("Wrapped", {"vocab_size": 9, "hidden_dim": 7}, renamed=lambda key: key.partition(".")[2])
    assert solution.fits
    assert inside.fits
    assert inside.arguments == {"vocab_size": 9, "hidden_dim": 7}


def test_fixed_arguments_stay() -> None:
    wanted = {"features": (32, 64), "in_channels": 1}
    solution = solved("UNet", wanted, start={"in_channels": 3}, fixed=("in_channels",))
    assert solution.arguments["in_channels"] == 3
    assert solution.arguments["features"] == (32, 64)
    assert not solution.fits
    assert solution.left == 1


def test_older_checkpoints_need_no_counters() -> None:
    builder = builder_of("UNet")
    items = [(key, shape) for key, shape in builder({"features": (8, 16)}).items() if "num_batches" not in key]
    solution = finish(solving(builder, builder.signature, {}, items))
    assert solution.fits
    assert solution.arguments == {"features": (8, 16)}


def test_what_no_argument_explains_is_left() -> None:
    builder = builder_of("LSTMTagger")
    wanted = {"vocab_size": 50, "embedding_dim": 8, "hidden_dim": 7, "tagset_size": 6, "num_layers": 2}
    items = [*builder(wanted).items(), ("crf.transitions", (6, 6)), ("epoch", None)]
    solution = finish(solving(builder, builder.signature, {}, items))
    assert not solution.fits
    assert solution.left == 1  # what is no tensor has no shape that could be told
    assert {name: solution.arguments[name] for name in wanted} == wanted


def test_of_another_network_nothing_is_tried() -> None:
    builder = builder_of("UNet")
    items = [(f"state.{place}.exp_avg", (768, 768)) for place in range(100)]
    solution = finish(solving(builder, builder.signature, {}, items))
    assert (solution.fits, solution.builds, solution.arguments) == (False, 1, {})


def test_many_layers_of_one_width_take_few_builds() -> None:
    wanted = {"inputs": 9, "hidden_sizes": [32] * 100, "outputs": 3}
    assert solved("Perceptron", wanted).arguments == wanted


def test_a_constructor_that_never_succeeds_says_why() -> None:
    def never(arguments: Mapping[str, object]) -> dict[str, Shape]:
        raise ValueError("weights are not there")

    work = solving(never, builder_of("UNet").signature, {}, [("a", (1,))])
    with pytest.raises(ValueError, match="weights are not there"):
        finish(work)


def test_limits_are_kept_and_the_best_so_far_is_said() -> None:
    builder = builder_of("ViT")
    items = list(builder({"embed_dim": 192, "num_heads": 3, "depth": 2}).items())
    solution = finish(solving(builder, builder.signature, {}, items, most_builds=12))
    assert solution.builds == 12
    assert not solution.fits
    assert 0 < solution.left < 154  # of 152 keys, and those of the two layers that are too many
    slow = finish(solving(builder, builder.signature, {}, items, most_seconds=-1.0))
    assert slow.builds == 1


def test_every_build_is_announced_and_who_does_not_ask_on_has_stopped_it() -> None:
    builds = 0
    builder = builder_of("UNet")

    def counting(arguments: Mapping[str, object]) -> Mapping[str, Shape | None]:
        nonlocal builds
        builds += 1
        shapes: Mapping[str, Shape | None] = builder(arguments)
        return shapes

    work: Iterator[Progress] = solving(counting, builder.signature, {}, [("last.weight", (1, 8, 1, 1))])
    for expected in range(5):
        word = next(work)
        assert (word.done, word.total, word.unit) == (expected, MOST_BUILDS, "builds")
        assert builds == expected
    assert word.text.startswith(("features", "the length of features", "in_channels", "out_channels"))


def test_the_workshop_solves_in_its_child(workshop: Workshop) -> None:
    source = ModelSource("file", str(NETWORKS), "Perceptron")
    wanted = {"inputs": 20, "hidden_sizes": [30, 40], "outputs": 3}
    items = tuple((each.key, each.shape) for each in build(workshop, source, **wanted).parameters)
    work = workshop.ask(Solve(source, {}, items))
    words = []
    solution = None
    while solution is None:
        try:
            words.append(next(work))
        except StopIteration as end:
            solution = end.value
    assert isinstance(solution, Solution)
    assert solution.arguments == wanted
    assert any(isinstance(word, Progress) and word.unit == "builds" for word in words)
