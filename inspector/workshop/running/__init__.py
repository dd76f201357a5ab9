"""The runs themselves: data, training, inference. Only imported where torch is."""
