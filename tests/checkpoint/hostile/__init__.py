"""Files that try to run code, to use up memory or time, to reach other files, or to fool the screen.

`corpus.corpus(marker)` gives them all; `runner` opens them, each in a process of its own that is watched.
"""
