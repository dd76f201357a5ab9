"""The palette (Ctrl+K): whatever can be done or gone to, found by a few of its letters."""
