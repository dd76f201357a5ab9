"""What the commands of the terminal do; `inspector.cli` is the door to them."""
