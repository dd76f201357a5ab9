"""The checkpoints of one training, side by side over its epochs: found, ordered, measured, followed."""
