"""Whether a binary file went through something that took it for text, told by what is left of its bytes.

Three things happen to binary files in a text mode, and none can be undone: every byte above 127 becomes `?`
or the replacement character U+FFFD (as UTF-8, EF BF BD), or every LF becomes CR LF.
"""

from __future__ import annotations

from ..language import marked, tr
from ..wording import share
from .sources import Source

HINT = marked("The lost bytes cannot be got back: copy or download the file again, as a binary file.")
_SAMPLE = 1 << 20
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1b")


def sentence(source: Source) -> str:
    """A sentence that says how the file was changed, or nothing when it does not look so."""
    sample = source.read_up_to(0, _SAMPLE)
    if sample[:1] == b"\x80" and sample[2:6] == b"\x8a\r\nl":  # the magic number has a line feed as its fourth byte
        return tr(
            "Before every line feed of this checkpoint a carriage return was put by something that took it for text."
        )
    text = _decoded(sample)
    if not text or len(sample.translate(None, _CONTROLS)) == len(sample):
        return ""
    lost, doubtful = text.count("\ufffd"), text.count("?")
    if lost > len(text) / 50:
        return _replaced(tr("the character U+FFFD"), lost, len(text))
    if doubtful > len(text) / 20 or sample.startswith((b"?\x02?\nl", b"?\x02}", b"?\x03}", b"?\x04?")):
        return _replaced(tr("a question mark"), doubtful, len(text))
    return ""


def _replaced(by: str, lost: int, whole: int) -> str:
    return tr(
        "Bytes above 127 were replaced by {by} by something that took the file for text: {share} of the file are lost.",
        by=by,
        share=share(lost, whole),
    )


def _decoded(sample: bytes) -> str:
    """`sample` as UTF-8, but for a character cut in two at its end; empty when it is not that."""
    text = sample.decode("utf-8", "ignore")
    return text if len(sample) - len(text.encode()) <= 3 else ""
