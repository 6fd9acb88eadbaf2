"""Files that are nearly sound: real ones with a few of their bytes changed, as chance has it."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from random import Random

_WORDS = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xf0\x9f\x99\x82", b"\xed\xa0\x80", b"\r\n", b"\n\n",
    b"<", b">", b"</", b"<!--", b"]]>", b"<![CDATA[", b"&#0;", b"&#xD800;", b"&lol;", b'"', b"'",
    b"[", b"]", b"{", b"}", b"(", b")", b"\\", b"\\ud800", b"null", b"NaN", b"1e999", b"-1",
    b"4294967296", b"99999999999999999999", b"0", b"=?utf-8?q?=ff?=", b"=?x?b?!?=", b"--", b";",
    b"charset=utf-7", b"multipart/mixed", b"base64", b"> ", b"\t", b"~~", b"```", b"---\n",
    b"endobj", b"stream\n", b" 0 R", b"/Kids", b"\x7f", b"\xe2\x80\xae", b"\xc2\xa0",
)  # fmt: skip
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)
_PACKED = (b"PK\x03\x04", b"%PDF-")


def mutated(data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    """The data with one to eight changes; half of the time what is packed is changed inside."""
    if data.startswith(_PACKED) and chance.random() < 0.7:
        inside = _zip_inside if data.startswith(b"PK") else _pdf_inside
        return inside(data, others, chance)
    for _ in range(chance.randint(1, 8)):
        data = chance.choice(_CHANGES)(data, others, chance)
    return data


def _flip(data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _insert(data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    times = chance.choice((1, 1, 1, 2, 50, 2000))
    return data[:at] + chance.choice(_WORDS) * times + data[at:]


def _drop(data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    start, end = _stretch(data, chance)
    return data[:start] + data[end:]


def _repeat(data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    start, end = _stretch(data, chance)
    times = min(chance.choice((2, 3, 20, 500)), 100_000 // (end - start + 1) + 1)
    return data[:start] + data[start:end] * times + data[end:]


def _move(data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    start, end = _stretch(data, chance)
    rest = data[:start] + data[end:]
    at = chance.randrange(len(rest) + 1)
    return rest[:at] + data[start:end] + rest[at:]


def _splice(data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    other = chance.choice(others)
    start, end = _stretch(other, chance)
    at = chance.randrange(len(data) + 1)
    return data[:at] + other[start:end] + data[at:]


def _cut(data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _number(data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    figures = list(re.finditer(rb"\d+", data[:200_000]))
    if not figures:
        return data
    found = chance.choice(figures)
    new = chance.choice((b"0", b"-1", b"65536", b"2147483648", b"1" * 30, b"9" * 400))
    return data[: found.start()] + new + data[found.end() :]


_CHANGES = (_flip, _flip, _insert, _insert, _drop, _repeat, _move, _splice, _cut, _number)


def _stretch(data: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.choice((1, 4, 16, 64, 256, 4096)))


def _zip_inside(data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    target = io.BytesIO()
    changed = chance.choice(sorted(members))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            part = mutated(content, others, chance) if name == changed else content
            if name == changed and chance.random() < 0.1:
                continue
            made.writestr(name, part)
    return target.getvalue()


def _pdf_inside(data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    streams = list(_STREAM.finditer(data))
    if not streams:
        return _flip(data, others, chance)
    found = chance.choice(streams)
    try:
        content = zlib.decompress(found[1])
    except zlib.error:
        return _flip(data, others, chance)
    packed = zlib.compress(mutated(content, others, chance))
    return data[: found.start(1)] + packed + data[found.end(1) :]
