"""What the samples show, as their README.md says it: written here again for who translates.

`resources.samples` reads the README, in English; the start page says it by `tr`. A test holds that both are the same.
"""

from __future__ import annotations

from ..language import marked

SHOWN = (
    marked("The smallest one: a linear layer that learnt y = 10 x + 1"),
    marked("The same layer with everything needed to train on"),
    marked("Constructor arguments saved beside the weights"),
    marked("Its sibling with other widths: one does not fit the other"),
    marked("A classifier after three epochs, with its Adam state"),
    marked("One training run: after its first epoch"),
    marked("The same run two epochs later"),
    marked("The same run at its end"),
    marked("A small ResNet whose first layer learnt colours and edges"),
    marked("The same weights saved through DataParallel"),
    marked("The same network fine-tuned to five classes"),
    marked("The same network, only its last layer trained again"),
    marked("The same weights as safetensors, with metadata"),
    marked("The same file, its download cut off"),
    marked("A model pickled whole, without its class being needed"),
    marked("A small vision transformer with learned positions"),
    marked("The same weights as another library names them"),
    marked("A scripted model: code beside weights"),
    marked("A file as torch wrote them until version 1.5"),
    marked("Half precision with a weight close to overflow"),
    marked("What a diverged training leaves behind"),
    marked("A picture saved as a weight"),
    marked("Runs a command when loaded carelessly; here nothing"),
    marked("Seven tensors differ in size, for three reasons"),
    marked("Every name differs, every weight is the same"),
    marked("Only the last layer was trained again"),
)
"""A line for each sample, and for each pair that is worth comparing."""
