"""Where torch and the user's code run: a process of its own, asked by the client, stopped at any time."""
