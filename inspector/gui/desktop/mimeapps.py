"""The person's own list of which program opens which type: our lines go in, and come out again, and no other changes.

The file is `mimeapps.list` (MIME Applications Associations 1.0.1): groups of `type=program;program;`, of which the
first program that is there opens the type. It is kept as bytes, since programs and people write all sorts of things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

GROUP = b"[Default Applications]"


def with_ours(text: bytes, types: Sequence[str], entry: str) -> bytes:
    """The list with `entry` before all others for each of `types`."""
    lines = text.splitlines(keepends=True)
    end = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    begin, stop = _group(lines)
    if not begin:
        lines = _ended(lines, end)
        lines += [end, GROUP + end] if lines else [GROUP + end]
        begin = stop = len(lines)
    places = _places(lines, begin, stop)
    added = []
    for type in types:
        others = [] if type not in places else [each for each in _programs(lines[places[type]]) if each != entry]
        line = _line(type, [entry, *others], end)
        if type in places:
            lines[places[type]] = line
        else:
            added.append(line)
    while stop > begin and not lines[stop - 1].strip():
        stop -= 1  # before the empty lines that part it from the next group
    if added and stop:
        lines[:stop] = _ended(lines[:stop], end)
    return b"".join((*lines[:stop], *added, *lines[stop:]))


def without_ours(text: bytes, types: Sequence[str], entry: str, before: Mapping[str, str]) -> bytes:
    """The list without `entry`, with the programs of `before` where nothing was chosen since; for a list that was
    changed after `with_ours`."""
    lines = text.splitlines(keepends=True)
    places = _places(lines, *_group(lines))
    for type, place in places.items():
        if type in types:
            programs = [each for each in _programs(lines[place]) if each != entry]
            former = [each for each in before.get(type, "").split(";") if each]
            end = lines[place][len(lines[place].rstrip(b"\r\n")) :]
            lines[place] = _line(type, programs or former, end) if programs or former else b""
    return b"".join(lines)


def programs_of(text: bytes, types: Sequence[str]) -> dict[str, str]:
    """What opens each of `types` by this list, for those that it names."""
    lines = text.splitlines(keepends=True)
    places = _places(lines, *_group(lines))
    return {type: ";".join(_programs(lines[places[type]])) for type in types if type in places}


def _group(lines: list[bytes]) -> tuple[int, int]:
    """Where the lines of the group begin and end; 0 where there is no such group."""
    begin = next((number + 1 for number, line in enumerate(lines) if line.strip() == GROUP), 0)
    if not begin:
        return 0, 0
    stop = next((number for number in range(begin, len(lines)) if lines[number].startswith(b"[")), len(lines))
    return begin, stop


def _places(lines: list[bytes], begin: int, stop: int) -> dict[str, int]:
    """The line of each type."""
    found: dict[str, int] = {}
    for number in range(begin, stop):
        type, equals, _rest = lines[number].partition(b"=")
        if equals and not type.lstrip().startswith(b"#"):
            found.setdefault(type.strip().decode("utf-8", "surrogateescape"), number)
    return found


def _programs(line: bytes) -> list[str]:
    value = line.partition(b"=")[2].decode("utf-8", "surrogateescape")
    return [each for each in value.strip().split(";") if each]


def _line(type: str, programs: Sequence[str], end: bytes) -> bytes:
    return f"{type}={';'.join(programs)};".encode("utf-8", "surrogateescape") + end


def _ended(lines: list[bytes], end: bytes) -> list[bytes]:
    """The lines, the last one with its end."""
    return [*lines[:-1], lines[-1] + end] if lines and not lines[-1].endswith((b"\n", b"\r")) else lines
