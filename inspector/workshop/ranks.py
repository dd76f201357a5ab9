"""Which of several processes this one is, as an engine such as torchrun says it in the environment."""

from __future__ import annotations

import os


def is_started_by_torchrun() -> bool:
    """Whether torchrun started this process, be it the only one."""
    return "TORCHELASTIC_RUN_ID" in os.environ and "RANK" in os.environ


def is_one_of_several() -> bool:
    """Whether an engine started this process as one of several."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1 and {"RANK", "LOCAL_RANK"} <= os.environ.keys()


def is_first_of_all() -> bool:
    """Whether it is for this process to tell what all have done."""
    return not is_one_of_several() or os.environ["RANK"] == "0"
