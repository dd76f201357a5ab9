"""A checkpoint made into another kind of file: what can be wished for, what it would cost, and doing it."""
