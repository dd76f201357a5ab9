"""What differs between two checkpoints, or between a checkpoint and a model, why, and what mends it."""
