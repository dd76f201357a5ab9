"""Fit a checkpoint to a model class: what is chosen, what runs, and the parts of the panel that show it."""
