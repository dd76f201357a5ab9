"""Training and testing in the window."""
