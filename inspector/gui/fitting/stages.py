"""Where a model stands on its way from a name to something that a checkpoint can be held against."""

from __future__ import annotations

from enum import Enum

from ...language import marked


class Stage(Enum):
    """Where the model stands."""

    EMPTY = "no model is chosen"
    ASKING_LEAVE = "its code may not be run yet"
    LISTING = "its classes are being listed"
    CLASS = "one of its classes is to be chosen"
    TRYING = "all of its classes are being tried"
    INSPECTING = "what it takes is being found out"
    ARGUMENTS = "a required argument is missing"
    BUILDING = "it is being built"
    SOLVING = "arguments that fit are being looked for"
    READING = "another checkpoint is being read in its place"
    BUILT = "it is there"
    FAILED = "it could not be had"


RUNNING = frozenset((Stage.LISTING, Stage.TRYING, Stage.INSPECTING, Stage.BUILDING, Stage.SOLVING, Stage.READING))
"""The stages that end by themselves, or can be stopped."""

DOING = {
    Stage.LISTING: marked("Looking for its models …"),
    Stage.TRYING: marked("Trying its models …"),
    Stage.INSPECTING: marked("Reading what it takes …"),
    Stage.BUILDING: marked("Building it …"),
    Stage.SOLVING: marked("Looking for arguments that fit …"),
    Stage.READING: marked("Reading the other checkpoint …"),
}
"""What is said while it runs."""
