"""What a file is that is no checkpoint, in a sentence that says what to do next.

    raise unrecognised.refuse(source)

Why this way: most files that do not open are not damaged checkpoints but something else that got the name of
one - a pointer of git-LFS, an error page, a file that went through a text mode. Each has its own remedy.
"""

from __future__ import annotations

import bz2
import html
import json
import lzma
import re
import zlib
from collections.abc import Callable

from ..errors import FileError
from ..language import marked, tr
from ..wording import names, plural, row_of, safe, size
from . import foreign_formats, mangling
from .sources import FileSource

_HEAD = 64 * 1024
_PROBES = 64
_Finding = tuple[str, str]
"""What the file is, and what to do next."""


def refuse(source: FileSource) -> FileError:
    """The error that says what the file is, for a file that no reader takes. Reads a few hundred kB of it at most."""
    with source.opened():
        what, hint = _finding(source)
    return FileError(what, path=source.path, offset=0 if source.nbytes else None, hint=hint)


def _finding(source: FileSource) -> _Finding:
    head = source.read_up_to(0, _HEAD)
    for look in _LOOKS:
        found = look(head, source)
        if found:
            return found
    return (
        tr("This is not a file that this program knows: it begins with the bytes {hex}.", hex=head[:8].hex(" ")),
        tr("If it should be a checkpoint, its beginning is damaged: copy or download it again."),
    )


def _empty(head: bytes, source: FileSource) -> _Finding | None:
    if source.nbytes:
        return None
    return tr("The file is empty."), tr(
        "The disk was perhaps full when it was saved, or the download failed: get it again."
    )


def _zeros(head: bytes, source: FileSource) -> _Finding | None:
    """A file of zeros, judged by its head, its tail and places between: reading 20 GB would take a minute."""
    if head.strip(b"\0"):
        return None
    places = [step * max(0, source.nbytes - 4096) // _PROBES for step in range(_PROBES + 1)]
    if any(source.read_up_to(place, 4096).strip(b"\0") for place in places):
        return (
            tr(
                "The file begins with at least {count} of zero bytes, so its beginning was never written.",
                count=size(len(head)),
            ),
            tr("A download or a copy was interrupted: get it again."),
        )
    return (
        tr("The file is {nbytes} of zero bytes wherever it was looked at.", nbytes=size(source.nbytes)),
        tr(
            "Its space was set aside, but its contents were never written: an interrupted download or copy. Get it"
            " again."
        ),
    )


def _lfs_pointer(head: bytes, source: FileSource) -> _Finding | None:
    if not head.startswith(b"version https://git-lfs"):
        return None
    oid = re.search(rb"oid sha256:([0-9a-f]{64})", head)
    nbytes = re.search(rb"size (\d{1,18})", head)
    known = [size(int(nbytes[1])) if nbytes else "", f"SHA-256 {oid[1][:12].decode()}…" if oid else ""]
    details = row_of([*filter(None, known)])
    return (
        tr("This is a git-LFS pointer, not the file itself: it stands for a file ({details}).", details=details)
        if details
        else tr("This is a git-LFS pointer, not the file itself."),
        tr("Run `git lfs install` and `git lfs pull` in the repository, or download the file from its web page."),
    )


def _other_pointer(head: bytes, source: FileSource) -> _Finding | None:
    if re.match(rb"[./]*(\.git)?/annex/objects/", head):
        return tr("This is a git-annex pointer, not the file itself."), tr(
            "Run `git annex get` for it in the repository."
        )
    if re.match(rb"outs:\s*\n- (md5|hash|etag)", head):
        return tr("This is a pointer of DVC, not the file itself."), tr("Run `dvc pull` for it in the repository.")
    return None


def _mangled(head: bytes, source: FileSource) -> _Finding | None:
    sentence = mangling.sentence(source)
    return (sentence, tr(mangling.HINT)) if sentence else None


def _foreign(head: bytes, source: FileSource) -> _Finding | None:
    found = foreign_formats.recognise(head)
    if not found:
        return None
    inside = _inside(head)
    what, hint = tr(found[0]), tr(found[1])
    if inside:
        return tr("This is {what}, not a checkpoint itself; in it is {inside}.", what=what, inside=inside), hint
    return tr("This is {what}, not a checkpoint.", what=what), hint


def _inside(head: bytes) -> str:
    """What a packed file seems to hold, by its first bytes."""
    start = _unpacked(head)[:512]
    if start.startswith(b"PK\x03\x04") or start[:2] in (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"):
        return tr("what looks like one")
    return tr("a tar archive") if start[257:262] == b"ustar" else ""


def _unpacked(head: bytes) -> bytes:
    """The first bytes of what is packed by gzip, bzip2 or xz, in bounded memory."""
    try:
        if head.startswith(b"\x1f\x8b"):
            return zlib.decompressobj(31).decompress(head, 512)
        if head.startswith(b"BZh"):
            return bz2.BZ2Decompressor().decompress(head, 512)
        if head.startswith(b"\xfd7zXZ"):
            return lzma.LZMADecompressor(memlimit=1 << 26).decompress(head, 512)
    except (OSError, ValueError, EOFError, zlib.error, lzma.LZMAError):
        pass
    return b""


def _tensorflow(head: bytes, source: FileSource) -> _Finding | None:
    if source.read_up_to(source.nbytes - 8, 8) == b"\x57\xfb\x80\x8b\x24\x75\x47\xdb":
        return tr("This is the index of a TensorFlow checkpoint."), tr("Open it with `tf.train.load_checkpoint`.")
    if head[:1] == b"\x08" and b"serve" in head[:4096] and b"tensorflow" in head:
        return tr("This is a TensorFlow SavedModel."), tr("Open its folder with `tf.saved_model.load`.")
    return None


def _tar(head: bytes, source: FileSource) -> _Finding | None:
    if head[257:262] != b"ustar":
        return None
    members = _tar_names(source)
    hint = tr("Unpack it with `tar -xf`, and open what is in it.")
    if not members:
        return tr("This is a tar archive, but no checkpoint: it is damaged."), hint
    return tr("This is a tar archive, but no checkpoint: it holds {members}.", members=names(members, 4)), hint


def _tar_names(source: FileSource) -> list[str]:
    """The names of the first members of a tar archive, read from its headers alone."""
    found: list[str] = []
    at = 0
    while len(found) < 40 and at + 512 <= source.nbytes:
        block = source.read(at, 512)
        digits = block[124:136].strip(b"\0 ")
        if block[257:262] != b"ustar" or not re.fullmatch(rb"[0-7]{1,11}", digits):
            break
        if block[156:157] in b"0\0":
            found.append(safe(block[:100].split(b"\0")[0].decode("utf-8", "replace"), 60))
        at += 512 + -(-int(digits, 8) // 512) * 512
    return found


def _page(head: bytes, source: FileSource) -> _Finding | None:
    """A web page, or the XML that a cloud store answers with."""
    text = _text(head)
    start = text.lstrip("\ufeff \t\r\n")[:4096].lower()
    if re.match(r"(<!--.*?-->\s*)*<(!doctype html|html|head|body|script|title)\b", start, re.DOTALL):
        title = re.search(r"<title[^>]*>(.*?)</title>", text[:65536], re.IGNORECASE | re.DOTALL)
        if title is None:
            return tr("This is a web page, not the file that was asked for."), tr(_DOWNLOAD)
        called = safe(" ".join(html.unescape(title[1]).split()), 100)
        sentence = tr("This is a web page with the title “{title}”, not the file that was asked for.", title=called)
        return sentence, tr(_DOWNLOAD)
    if start.startswith(("<?xml", "<error")):
        code = re.search(r"<Code>(.*?)</Code>", text)
        if code is None:
            return tr("This is XML text, not a checkpoint."), ""
        return tr("This is XML text that says “{code}”, not a checkpoint.", code=safe(code[1], 100)), tr(_DOWNLOAD)
    return None


_DOWNLOAD = marked(
    "The download needs a login or a confirmation, or its address leads to the page about the file and not to the "
    "file: open the address in a browser, and download from there."
)


def _json_text(head: bytes, source: FileSource) -> _Finding | None:
    text = _text(head)
    if text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        return None
    try:
        found = json.loads(text) if source.nbytes <= _HEAD else None
    except (ValueError, RecursionError):
        return None
    said = _said(found)
    if said:
        return tr("This is what a server answered instead of the file: “{said}”.", said=safe(said, 160)), tr(_DOWNLOAD)
    keys = names([safe(key, 40) for key in found], 5) if isinstance(found, dict) else ""
    hint = tr("It may describe one: look for a larger file beside it.")
    if keys:
        return tr("This is JSON text with the keys {keys}, not a checkpoint.", keys=keys), hint
    return tr("This is JSON text, not a checkpoint."), hint


def _said(found: object) -> str:
    """What an answer in JSON says that went wrong."""
    for key in ("error", "message", "detail", "error_description", "Message", "msg"):
        text = found.get(key) if isinstance(found, dict) else None
        text = text.get("message") if isinstance(text, dict) else text
        if isinstance(text, str) and text:
            return text
    return ""


def _plain_text(head: bytes, source: FileSource) -> _Finding | None:
    text = _text(head)
    if not text:
        return None
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return tr(
            "This is a text file of {bytes} with nothing but blanks in it.", bytes=plural(source.nbytes, "byte")
        ), ""
    hint = tr("Perhaps it was saved under the wrong name: a checkpoint is a binary file.")
    if re.match(r"\s*(import |from \w+ import |def |class |#!.*python)", text):
        hint = tr("It is Python source: the checkpoint is what this code saves or loads.")
    elif len(lines[0]) > 1000 and re.fullmatch(r"[A-Za-z0-9+/=_-]+", lines[0]):
        hint = tr("It looks like base64: decode it with `base64 -d`.")
    return tr(
        "This is a text file that begins with “{lines}”, not a checkpoint.", lines=safe(lines[0].strip(), 80)
    ), hint


def _text(head: bytes) -> str:
    """`head` as text when it is text, else the empty string."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = head.decode("utf-16", "replace")
    else:
        found = head.decode("utf-8", "ignore")
        if len(head) - len(found.encode()) > 3:  # more than a character that was cut in two
            return ""
    strange = sum(character < " " and character not in "\t\n\r\f\x1b" for character in found)
    return found if strange == 0 else ""


_LOOKS: tuple[Callable[[bytes, FileSource], _Finding | None], ...] = (
    _empty, _zeros, _lfs_pointer, _other_pointer, _mangled, _foreign, _tensorflow, _tar, _page, _json_text, _plain_text,
)  # fmt: skip


def refuse_zip(source: FileSource, members: list[str]) -> FileError:
    """The error for a zip archive that is no checkpoint, by the names of its members."""
    for look in (_cut_before_pickle, _known_zip, _zip_of_checkpoints):
        found = look(members)
        if found:
            return FileError(found[0], path=source.path, hint=found[1])
    listed = names([safe(name, 60) for name in members], 4) or "nothing"
    return FileError(
        tr("This is a zip archive, but no checkpoint: it has no data.pkl. It holds {listed}.", listed=listed),
        path=source.path,
        hint=tr("Unpack it, and open what is in it."),
    )


def _cut_before_pickle(members: list[str]) -> _Finding | None:
    storages = [name for name in members if re.search(r"(^|/)data/[0-9]+$|(^|/)\.data/[0-9]+\.storage$", name)]
    if len(storages) < max(1, len(members) // 2):
        return None
    return (
        tr(
            "The archive holds {storages} but no data.pkl: names and shapes of tensors are lost.",
            storages=plural(len(storages), "storage"),
        ),
        tr("The file was perhaps cut off before it: copy or download it again."),
    )


def _known_zip(members: list[str]) -> _Finding | None:
    known = set(members)
    if members and all(name.endswith(".npy") for name in members):
        return tr("These are {arrays} of NumPy (`.npz`).", arrays=plural(len(members), "array")), tr(
            "Open it with `numpy.load`."
        )
    for mark, what, hint in _ZIP_MARKS:
        if mark in known or any(name.startswith(mark) for name in members):
            return tr("This is {what}, not a checkpoint.", what=tr(what)), tr(hint)
    return None


_ZIP_MARKS = (
    ("model.weights.h5", marked("a Keras model (`.keras`)"), marked("Open it with `keras.saving.load_model`.")),
    ("MAR-INF/", marked("a TorchServe archive (`.mar`)"), marked("Unpack it: the checkpoint is a file in it.")),
    ("[Content_Types].xml", marked("a document of an office program"), ""),
    ("META-INF/MANIFEST.MF", marked("a Java archive or an Android app"), ""),
    ("AndroidManifest.xml", marked("an Android app"), ""),
    ("Manifest.json", marked("a Core ML package"), marked("Open it with `coremltools`.")),
    ("mimetype", marked("a document or a book"), ""),
)


def _zip_of_checkpoints(members: list[str]) -> _Finding | None:
    endings = (".pth", ".pt", ".bin", ".ckpt", ".safetensors", ".th")
    inside = [safe(name, 60) for name in members if name.endswith(endings)]
    if not inside:
        return None
    return tr("This is a zip archive with {inside} in it.", inside=names(inside)), tr(
        "Unpack it, and open what is in it."
    )
