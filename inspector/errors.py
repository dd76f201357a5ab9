"""Every way this program says no, as one small family.

    InspectorError          a sentence for a person: what was found, and what to do next
    |-- FileError           a file that cannot be read, or not to its end: says which, and where in it
    `-- QueryError          a search that cannot be understood: says which word, and what was meant perhaps

Nothing else may come out of the rooms `checkpoint` and `analysis`, whatever bytes they are given.

Why this way: the window, the terminal and a script show the same words, because the words live in the
error and not in the place that catches it.
"""

from __future__ import annotations

from .language import marked, sentences, tr


class InspectorError(Exception):
    """Something cannot be done, said so that a person knows what to do next.

    `title` is a few words for the head of a message box, `message` one or more sentences that say what
    was found and where, `hint` what to do about it (may be empty).
    """

    title = marked("This cannot be done")

    def __init__(self, message: str, *, title: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.title = title or tr(type(self).title)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return sentences(self.message, self.hint)


class FileError(InspectorError):
    """A file that cannot be read, or cannot be read further.

    `path` is the file, `offset` the byte in it where reading stopped (None when it is not about a byte).
    """

    title = marked("This file cannot be opened")

    def __init__(
        self, message: str, *, path: str = "", offset: int | None = None, title: str = "", hint: str = ""
    ) -> None:
        super().__init__(message, title=title, hint=hint)
        self.path = path
        self.offset = offset


class QueryError(InspectorError):
    """A search that cannot be understood."""

    title = marked("This search is not understood")
