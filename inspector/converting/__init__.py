"""A checkpoint made into another kind of file: what can be wished for, what would come of it, and doing it."""
