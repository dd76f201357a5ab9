"""What one sees of a comparison: the aligned tree of pairs, the causes, the values of a chosen pair."""
