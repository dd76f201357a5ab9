"""What the tensors say: statistics, and what looks wrong in them. numpy, and no torch."""
