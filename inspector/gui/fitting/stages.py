"""Where a model stands on its way from a name to something that a checkpoint can be held against."""

from __future__ import annotations

from enum import Enum


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
    Stage.LISTING: "Looking for its models …",
    Stage.TRYING: "Trying its models …",
    Stage.INSPECTING: "Reading what it takes …",
    Stage.BUILDING: "Building it …",
    Stage.SOLVING: "Looking for arguments that fit …",
    Stage.READING: "Reading the other checkpoint …",
}
"""What is said while it runs."""
