"""Parts of the window that do one thing each."""
