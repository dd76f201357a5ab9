"""What a constructor takes, from signature, annotations and docstring."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from inspector.progress import finish
from inspector.workshop.client import Workshop
from inspector.workshop.docstrings import arguments_in, first_paragraph
from inspector.workshop.requests import Argument, Build, Inspect, ModelSource, Said, Signature, parse_source

Writing = Callable[..., ModelSource]

CODE = '''
    from __future__ import annotations
    import enum
    from typing import TYPE_CHECKING, Any, Callable, Literal, Optional, Sequence
    from torch import nn
    {late}

    class Norm(enum.Enum):
        BATCH = 1
        LAYER = 2

    class Net(nn.Module):
        """A network.

        More of it.

        Args:
            width (int): How wide
                it is.
            norm: Which normalisation.
        """

        def __init__(
            self, width: int, plain, *, depths: Sequence[int] = (2, 2), rate: Optional[float] = None,
            kind: Literal["a", "b"] = "a", norm: Norm = Norm.BATCH, act: Callable[..., nn.Module] = nn.ReLU,
            guessed=[1, 2], flag=True, name="x", limit=float("inf"), anything: Any = None, stages=(1, 2), **more,
        ) -> None:
            super().__init__()
            self.fc = nn.Linear(width, 1)
'''
EXPECTED = (
    Argument("width", "int", True, None, (), "How wide it is."),
    Argument("plain", "", True),
    Argument("depths", "list[int]", False, (2, 2)),
    Argument("rate", "float | None", False, None),
    Argument("kind", "str", False, "a", ("a", "b")),
    Argument("norm", "str", False, "BATCH", ("BATCH", "LAYER"), "Which normalisation."),
    Argument("act", "object", False, "torch.nn.modules.activation.ReLU"),
    Argument("guessed", "list[int]", False, [1, 2]),
    Argument("flag", "bool", False, True),
    Argument("name", "str", False, "x"),
    Argument("limit", "float", False, math.inf),
    Argument("anything", "", False, None),
    Argument("stages", "tuple[int, ...]", False, (1, 2)),
)


def signature(workshop: Workshop, source: ModelSource) -> Signature:
    answer = finish(workshop.ask(Inspect(source)))
    assert isinstance(answer, Signature)
    return answer


def named(workshop: Workshop, text: str) -> dict[str, Argument]:
    return {each.name: each for each in signature(workshop, parse_source(text)).arguments}


def test_annotations_defaults_and_docstrings(workshop: Workshop, written: Writing) -> None:
    assert signature(workshop, written(CODE.format(late=""))) == Signature(EXPECTED, "A network.", True)


def test_annotations_that_only_a_type_checker_can_evaluate(workshop: Workshop, written: Writing) -> None:
    late = "if TYPE_CHECKING:\n        from nowhere import Sequence as Sequence2\n    del Optional"
    found = {each.name: each.type for each in signature(workshop, written(CODE.format(late=late))).arguments}
    assert (found["width"], found["rate"], found["depths"]) == ("int", "Optional[float]", "Sequence[int]")


def test_names_of_members_and_classes_become_what_they_name(workshop: Workshop, written: Writing) -> None:
    source = written(CODE.format(late="") + "            print(repr(norm), act, name)")
    given = {"width": 3, "plain": 0, "norm": "LAYER", "act": "torch.nn.GELU", "name": "torch.nn.GELU"}
    said = "".join(word.text for word in workshop.ask(Build(source, given)) if isinstance(word, Said))
    assert said == "<Norm.LAYER: 2> <class 'torch.nn.modules.activation.GELU'> torch.nn.GELU\n"


@pytest.mark.parametrize(
    ("name", "there", "not_there"),
    [
        ("resnet18", {"num_classes": 1000, "zero_init_residual": False, "width_per_group": 64}, {"block", "layers"}),
        ("wide_resnet50_2", {"num_classes": 1000, "groups": 1}, {"width_per_group", "weights", "progress"}),
        ("vit_b_16", {"image_size": 224, "num_classes": 1000, "dropout": 0.0}, {"patch_size", "num_layers"}),
        ("mobilenet_v2", {"width_mult": 1.0, "num_classes": 1000}, {"weights"}),
        ("densenet121", {"bn_size": 4, "num_classes": 1000}, {"growth_rate"}),
        ("vgg11_bn", {"num_classes": 1000, "dropout": 0.5}, {"features"}),
        ("fasterrcnn_resnet50_fpn", {"num_classes": None, "box_nms_thresh": 0.5}, {"backbone", "weights_backbone"}),
        ("deeplabv3_resnet50", {"num_classes": None, "aux_loss": None}, {"weights_backbone", "backbone"}),
        ("torch.nn:LSTM", {"num_layers": 1, "bidirectional": False}, {"mode"}),
    ],
)
def test_what_kwargs_lead_to(workshop: Workshop, name: str, there: dict[str, object], not_there: set[str]) -> None:
    found = named(workshop, name)
    assert {each: found[each].default for each in there} == there
    assert not_there.isdisjoint(found)


def test_a_class_that_hands_keywords_on_to_its_base(workshop: Workshop, written: Writing) -> None:
    source = written("""
        from torch import nn
        class Base(nn.Module):
            def __init__(self, depth, width=8, bias=True):
                super().__init__()
        class Net(Base):
            def __init__(self, classes: int, **kwargs):
                super().__init__(3, **kwargs)
        def make(**kwargs) -> Net:
            return Net(5, **kwargs)
    """)
    assert [each.name for each in signature(workshop, source).arguments] == ["classes", "width", "bias"]
    made = signature(workshop, source._replace(name="make"))
    assert [each.name for each in made.arguments] == []
    assert made.takes_any


GOOGLE = """Does it.

    Args:
        width (int): How
            wide, in :attr:`units`.
        *depths: How ``deep``.

    Returns:
        nothing: at all
"""
NUMPY = """Does it.

    Parameters
    ----------
    width : int, optional
        How
        wide, in `units <https://example.org>`_.
    depths, unused
        How deep.

    Returns
    -------
    nothing : int
        At all.
"""
SPHINX = """Does it.

    :param int width: How
        wide, in units.
    :param depths: How deep.
    :type depths: int
    :returns: nothing
"""


@pytest.mark.parametrize("doc", [GOOGLE, NUMPY, SPHINX])
def test_docstrings_of_three_styles(doc: str) -> None:
    found = arguments_in(doc)
    assert found.pop("unused", "How deep.") == "How deep."
    assert found == {"width": "How wide, in units.", "depths": "How deep."}
    assert first_paragraph(doc) == "Does it."


def test_docstrings_that_say_nothing() -> None:
    assert arguments_in("") == arguments_in("Args:") == arguments_in("----\n----") == {}
