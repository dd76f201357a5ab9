"""The checkpoints of a training side by side over its epochs: cards, stored losses, layers by epochs."""
