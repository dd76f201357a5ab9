"""The tour: five steps through the window, offered once."""
