"""How a Linux desktop tells checkpoints from other files, after the Shared MIME-info Database 0.21.

A name alone does not say it: `.pth` is also a list of folders for Python, which is text, and a checkpoint is one of
three containers. A desktop that finds one type for a name does not look inside the file. So the containers share
their endings, and with them two kinds of text do: then a desktop looks, and what it finds decides - the magic bytes,
or that it is an archive at all (`sub-class-of`), or that it is text. Where nothing helps, the first type in
alphabetical order is taken, which is the archive of today.
"""

from __future__ import annotations

from html import escape  # not `xml.sax`, which loads all that speaks to the network

from .kinds import ARCHIVE, KINDS, LEGACY, MARK, NAME, SAFETENSORS, TAR, Kind

_SURE = 85
"""Above what the database has for the containers themselves (zip 40, documents in zip 60, tar 40); from 80 on a
desktop believes the content rather than the name."""
_PARENTS = {ARCHIVE.type: "application/zip", TAR.type: "application/x-tar"}
_WEIGHTS = {SAFETENSORS.type: 60}
_NAMESAKES = (
    ("text/x-python-path-configuration", ("pth",), "Python path configuration", "Python 路径配置"),
    ("text/x-checkpoint-namesake", ("pt", "ckpt"), "Text that is named like a checkpoint", "名称像检查点的文本"),
)
"""Texts whose names end like those of checkpoints; the type must come last in the alphabet."""

_NUMBER = r"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
"""0x1950a86a20f9469cfc6c, as every pickle protocol writes it that has numbers this long."""
_MAGIC = {
    # The first member is `NAME/data.pkl`, `NAME/version`, ...: any of these names behind the head of the first.
    ARCHIVE.type: "".join(
        f'<match type="string" offset="0" value="PK\\003\\004"><match type="string" offset="{where}" value="{name}"/>'
        "</match>"
        for where, name in (
            ("30:330", "/data.pkl"), ("30:330", "/.data/"), ("30:330", "/data/"), ("30:330", "/constants.pkl"),
            ("30:330", "/archive_format"), ("30:330", "/code/"),
        )
    ),
    LEGACY.type: "".join(
        f'<match type="string" offset="0" value="\\x80"><match type="string" offset="{where}" value="{_NUMBER}"/>'
        "</match>"
        for where in ("2", "11")  # protocols 2 and 3; 4 and 5 say a length before
    )
    + '<match type="string" offset="0" value="L119547037146038801333356L"/>',
    # The length of the head in eight bytes, of which three are nought; then JSON that speaks of a dtype.
    SAFETENSORS.type: (
        '<match type="string" offset="5" value="\\0\\0\\0{"><match type="string" offset="9:4080" value="&quot;dtype'
        '&quot;"/></match><match type="string" offset="5" value="\\0\\0\\0{&quot;__metadata__&quot;"/>'
    ),
}  # fmt: skip


def text() -> str:
    """The package, in XML."""
    types = "".join(map(_type, KINDS)) + "".join(_namesake(*each) for each in _NAMESAKES)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- {MARK} -->\n'
        f'<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">\n{types}</mime-info>\n'
    )


def types() -> tuple[str, ...]:
    """All the types that it tells of."""
    return (*(kind.type for kind in KINDS), *(namesake[0] for namesake in _NAMESAKES))


def _type(kind: Kind) -> str:
    parts = [_comment(code, name) for code, name in kind.names.items()]
    parts += [f"<icon name={_quoted(NAME)}/>"]
    parts += [f'<sub-class-of type="{_PARENTS[kind.type]}"/>'] if kind.type in _PARENTS else []
    parts += [f'<magic priority="{_SURE}">{_MAGIC[kind.type]}</magic>'] if kind.type in _MAGIC else []
    parts += [_glob(ending, _WEIGHTS.get(kind.type, 50)) for ending in kind.endings]
    return _element(kind.type, parts)


def _namesake(type: str, endings: tuple[str, ...], english: str, chinese: str) -> str:
    parts = [_comment("", english), _comment("zh_CN", chinese), '<sub-class-of type="text/plain"/>']
    return _element(type, [*parts, *(_glob(ending, 50) for ending in endings)])


def _element(type: str, parts: list[str]) -> str:
    inside = "\n    ".join(parts)
    return f"  <mime-type type={_quoted(type)}>\n    {inside}\n  </mime-type>\n"


def _comment(code: str, name: str) -> str:
    language = f" xml:lang={_quoted(code)}" if code else ""
    return f"<comment{language}>{escape(name)}</comment>"


def _glob(ending: str, weight: int) -> str:
    return f'<glob pattern="*.{ending}" weight="{weight}"/>'


def _quoted(text: str) -> str:
    return f'"{escape(text)}"'
