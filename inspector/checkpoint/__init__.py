"""What a file holds: its tree of entries, and the bytes behind each. Neither torch nor Qt; numpy only for values."""
