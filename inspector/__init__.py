"""Checkpoint Inspector: see what is in a PyTorch checkpoint, without running any of it."""

__version__ = "0.1.0"
