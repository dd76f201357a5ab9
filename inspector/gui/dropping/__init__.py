"""Drag and drop: what a drop means, said before it is dropped, and what is dragged out of the window."""
