"""What one works in: a panel for each question, and the page the window begins with."""
