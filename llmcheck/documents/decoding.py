"""Decodes the bytes of a document, or says why they are no text.

A file that is not valid in its own encoding is refused, never repaired by guesswork: a quote
must be the source's words, and "£4" must not become "Ł4".
"""

from __future__ import annotations

import codecs
import re

_MAGIC = (
    (b"%PDF-", "a PDF: read it with --input-format pdf"),
    (b"PK\x03\x04", "a zip archive (or ODT): unpack it, or save it as DOCX or plain text"),
    (b"\xd0\xcf\x11\xe0", "an old Word file: save it as DOCX or plain text"),
    (b"{\\rtf", "an RTF file: save it as DOCX or plain text"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"BZh91AY&SY", "a bzip2 archive: unpack it first"),
    (b"\xfd7zXZ\x00", "an xz archive: unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it first"),
    (b"\x89PNG", "a PNG image: llmcheck reads text"),
    (b"\xff\xd8\xff", "a JPEG image: llmcheck reads text"),
    (b"GIF8", "a GIF image: llmcheck reads text"),
    (b"SQLite format 3\x00", "an SQLite database: export its text first"),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as UTF-16 does, so it comes first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)\b[^>]*?\b(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.I
)
# Only these: Python also has codecs that are no charsets, and slow on hostile input.
_CHARSET = re.compile(
    r"(?:iso-?8859|windows-?(?:125|31j|874|9)|cp|koi8|latin|us-ascii|ascii|gb|big5|euc|shift|sjis"
    r"|mac|tis|ks_c|korean|uhc)",
    re.I,
)
# Their bytes are valid ASCII, or hold NUL bytes: only the label tells them from UTF-8.
_BEFORE_UTF8 = re.compile(r"(?:iso-?2022-|hz(?:-gb|\Z)|utf-?(?:7|16|32))", re.I)
_MORE_OF = {"iso2022_jp": ("iso2022_jp_2004", "iso2022_jp_ext")}
# The web's labels mean their supersets (https://encoding.spec.whatwg.org).
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}
_ALIASES = {
    "iso-8859-8-i": "iso-8859-8", "iso-8859-6-i": "iso-8859-6", "windows-874": "cp874",
    "windows-936": "gbk", "windows-949": "cp949", "windows-950": "big5",
}  # fmt: skip
# Control characters stand in no document: such bytes are quotes and dashes of Windows.
_C1 = re.compile("[\x80-\x84\x86-\x9f]")
_WINDOWS = {
    "iso8859-2": "cp1250", "iso8859-4": "cp1257", "iso8859-7": "cp1253", "iso8859-8": "cp1255",
    "iso8859-13": "cp1257", "iso8859-15": "cp1252", "iso8859-16": "cp1250",
}  # fmt: skip
_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_ASCII = bytes(range(128))
# What central European letters turn into when they are taken for Western ones.
_NOT_WESTERN = re.compile(r"[¹²³ºª¼¾][^\W\d_]|[^\W\d_]¿")
# What the web is written in. Among all of Python's codecs the guess is often a DOS code page.
_GUESSED = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258",
    "iso8859_2", "koi8_r", "koi8_u", "cp866", "cp874", "cp932", "euc_jp", "gb18030", "big5",
    "cp949",
]  # fmt: skip


def decode(data: bytes, *, html: bool = False, charset: str | None = None) -> str:
    """The text of a file's bytes, without its byte order mark; line ends are left as they are.

    Tried in this order: the byte order mark, UTF-8, the ``charset`` that it came with, for HTML
    the one it declares, a guess. A charset that UTF-8 cannot be told from goes before it.
    Bytes that are UTF-8 but for a few are refused: any other encoding would garble the rest.
    Raises ValueError, saying why and what to do, when they are no text.
    """
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise ValueError(f"is {what}")
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise ValueError(
                    f"invalid {encoding.upper()} at byte {len(mark) + error.start}, though it "
                    "begins with that encoding's mark: repair it or save it again"
                ) from error
    told = charset or (_declaration(data) if html else None) or ""
    if _BEFORE_UTF8.match(told) and (text := _before_utf8(data, told)) is not None:
        return text
    if b"\0" in data:
        raise ValueError("is binary (it holds NUL bytes): save it as plain text in UTF-8")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        valid = sum(map(len, _UTF8_SEQUENCE.findall(data)))
        invalid = len(data.translate(None, _ASCII)) - valid
        declared = _labelled(data, charset or "")
        if declared is None and html:
            declared = _labelled(data, _declaration(data) or "")
        text = declared or _guessed(data)
        # A run of kana in Shift JIS or EUC holds many a valid UTF-8 sequence, Western text
        # next to none: what a page declares, or a codec for several bytes, is doubted less.
        trusted = text is not None and (declared is not None or len(text) < len(data))
        if valid >= invalid * (8 if trusted else 1):
            raise ValueError(
                f"invalid UTF-8 at byte {error.start}, in a file that is otherwise UTF-8: "
                "repair it, or drop such bytes with iconv -c -f utf-8 -t utf-8"
            ) from error
        if text is None:
            raise ValueError(
                f"invalid UTF-8 at byte {error.start} and no other encoding fits: convert it "
                "with iconv -f ITS-ENCODING -t utf-8"
            ) from error
        return text


def unix_lines(text: str) -> str:
    """The text with universal newlines, as ``open`` gives it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _before_utf8(data: bytes, label: str) -> str | None:
    """The text by a charset whose bytes may be valid in UTF-8, too; None where they are not its.

    Raises ValueError where the bytes have its escapes and are none of it.
    """
    if label.lower().startswith("utf") and "7" not in label:
        if b"\0" not in data:
            return None  # then it is neither UTF-16 nor UTF-32, whatever it says
        if label[-2:] == "16":
            high_first = data[:200:2].count(0) > data[1:200:2].count(0)
            label += "be" if high_first else "le"
    try:
        encoding = codecs.lookup(label).name
    except LookupError:
        return None
    for name in (encoding, *_MORE_OF.get(encoding, ())):
        try:
            return data.decode(name).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    if b"\x1b" in data:
        raise ValueError(
            f"is no valid {encoding}, which it is labelled: convert it with iconv -t utf-8"
        )
    return None


def _declaration(data: bytes) -> str | None:
    found = _DECLARED.search(data[:4096])
    return found[1].decode("latin-1") if found else None


def _labelled(data: bytes, label: str) -> str | None:
    """The text by the charset of this name; None where it has none or does not fit."""
    label = label.strip().lower().removeprefix("x-")
    if not _CHARSET.match(label):
        return None
    try:
        encoding = codecs.lookup(_ALIASES.get(label, label)).name
        text = data.decode(_SUPERSETS.get(encoding, encoding))
        if not _C1.search(text):
            return text
        return data.decode(_WINDOWS[encoding])
    except (LookupError, UnicodeDecodeError):
        return None


def _guessed(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    matches = from_bytes(data, cp_isolation=_GUESSED, preemptive_behaviour=False)
    best = matches.best()
    if best is None:
        return None
    for match in matches:
        # For English with a pound sign cp1250 often comes out a little ahead: "£" becomes "Ł".
        if "cp1252" in (match.encoding, *match.could_be_from_charset):
            close = match.chaos <= best.chaos and match.coherence > best.coherence - 0.1
            western = data.decode("cp1252", "replace")
            if close and "\ufffd" not in western and not _NOT_WESTERN.search(western):
                return western
    return str(best)
