"""The data sets that are offered are torchvision's, and are fetched from where is said."""

from __future__ import annotations

import inspect
import sys

import pytest

from inspector.runs.data_sets import DATA_SETS, DataSet, data_set, fetching


@pytest.mark.parametrize("one", DATA_SETS, ids=lambda one: one.name)
def test_torchvision_has_it_and_fetches_it_from_there(one: DataSet) -> None:
    from inspector.workshop import torchvision_schemas
    from inspector.workshop.running.set_classes import parameters

    torchvision_schemas.load()
    from torchvision import datasets

    kind = getattr(datasets, one.name)
    assert "download" in parameters(kind)
    assert one.host in inspect.getsource(sys.modules[kind.__module__])


def test_what_fetching_means_is_said() -> None:
    assert fetching("MNIST", "/data") == (
        "torchvision would fetch MNIST from ossci-datasets.s3.amazonaws.com, about 12 MB, into /data."
    )
    assert "about 5.0 GB, into this program's own folder." in fetching("Food101", "")
    assert fetching("Other", "/data") == "torchvision would fetch Other from the internet, into /data."
    assert data_set("Other") is None
