"""Files that are made to harm whoever reads them: small on disk, or at most as large as is read.

Each is made here from a size, so that a test can make it small and a benchmark large.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple


class Sample(NamedTuple):
    """A hostile file: what it is, its name, and how it is made."""

    about: str
    name: str
    make: Callable[[int], bytes]
    large: int
    """The size that hurt, or would."""
    small: int
    """A size for a test: what takes quadratic time or inflates is still seen."""


_CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book.opf"/></rootfiles></container>'
)
_WORDS = "The lock at Vell was closed on Tuesday. "
_WORD_NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def zipped(members: Mapping[str, str | bytes | Iterable[bytes]]) -> bytes:
    """A zip archive of members; one that is given in pieces is never held as a whole."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            if isinstance(content, str | bytes):
                archive.writestr(name, content)
                continue
            with archive.open(name, "w", force_zip64=True) as member:
                for piece in content:
                    member.write(piece)
    return target.getvalue()


def epub(spine: int, page: str, prologue: str = "") -> bytes:
    """A book with one page, which its spine names so often."""
    reference = '<itemref idref="p"/>'
    package = (
        f'{prologue}<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
        '<item id="p" href="p.xhtml" media-type="application/xhtml+xml"/></manifest>'
        f"<spine>{reference * spine}</spine></package>"
    )
    return zipped({
        "mimetype": "application/epub+zip", "META-INF/container.xml": _CONTAINER,
        "book.opf": package, "p.xhtml": page,
    })  # fmt: skip


def docx(body: str | Iterable[bytes], prologue: str = "") -> bytes:
    """A DOCX with this as the content of its body; given in pieces, as the whole part."""
    if isinstance(body, str):
        body = f'{prologue}<w:document xmlns:w="{_WORD_NS}"><w:body>{body}</w:body></w:document>'
    return zipped({
        "[Content_Types].xml":
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
            '.relationships+xml"/></Types>',
        "_rels/.rels":
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="a" Target="word/document.xml" Type="http://schemas.openxmlformats'
            '.org/officeDocument/2006/relationships/officeDocument"/></Relationships>',
        "word/document.xml": body,
    })  # fmt: skip


def docx_lying(megabytes: int) -> bytes:
    """A DOCX whose text unpacks to so much and is said to have 1,000 bytes."""
    data = bytearray(docx(b" " * 1_000_000 for _ in range(megabytes)))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            if b"word/document.xml" in data[at : at + 80] and signature == b"PK\x01\x02":
                struct.pack_into("<I", data, at + offset, 1000)
    return bytes(data)


def laughs(depth: int) -> str:
    """The declaration of an entity that stands for 10 to the power of ``depth`` words."""
    lines = ['<!ENTITY l0 "lol">']
    for n in range(1, depth + 1):
        tenfold = f"&l{n - 1};" * 10
        lines.append(f'<!ENTITY l{n} "{tenfold}">')
    declared = "".join(lines)
    return f'<?xml version="1.0"?><!DOCTYPE x [{declared}]>'


def mail(text: str, *headers: str, kind: str = "text/plain") -> bytes:
    """A mail with this text and these further headers."""
    lines = ["From: o@log.example", "Subject: lock", *headers, f"Content-Type: {kind}", "", text]
    return "\r\n".join(lines).encode()


def nested_mail(depth: int) -> bytes:
    """A mail whose text lies in so many multiparts."""
    heads = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth)
    )
    return f"From: o@log.example\r\nSubject: lock\r\n{heads}\r\n{_WORDS}\r\n".encode()


def pdf(objects: Iterable[bytes], filler: int = 0) -> bytes:
    """A PDF with these objects (the first its catalogue), and so many empty ones."""
    made = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate([*objects, *([b"<<>>"] * filler)], 1):
        places.append(len(made))
        made += b"%d 0 obj%b endobj\n" % (number, body)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, start)
    return bytes(made)


def pdf_page(content: bytes, filler: int = 0, kids: int = 1) -> bytes:
    """A PDF of one page, which is named ``kids`` times, with this compressed content."""
    stream = b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(content), content)
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count %d/Kids[%b]>>" % (kids, b"3 0 R " * kids),
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources"
            b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
            stream,
        ],
        filler,
    )


def packed(piece: bytes, times: int) -> bytes:
    """A piece so often, compressed by deflate."""
    packer = zlib.compressobj(1)
    return b"".join([*(packer.compress(piece) for _ in range(times)), packer.flush()])


_SHOW = b"BT /F 12 Tf 72 700 Td (The lock at Vell was closed.) Tj ET\n"

SAMPLES = (
    Sample("EPUB: one page of 640 kB, named so often", "a.epub",
           lambda n: epub(n, f"<html><body><p>{_WORDS * 16_000}</p></body></html>"), 5_000, 40),
    Sample("EPUB: billion laughs, to this power", "a.epub",
           lambda n: epub(1, f"<p>{_WORDS}</p>", laughs(n)), 9, 9),
    Sample("DOCX: unpacks to so many MB, says 1 kB", "a.docx", docx_lying, 2_100, 40),
    Sample("DOCX: so many MB of spaces", "a.docx",
           lambda n: docx(b" " * 1_000_000 for _ in range(n)), 190, 21),
    Sample("DOCX: billion laughs, to this power", "a.docx",
           lambda n: docx("<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>", laughs(n)), 9, 9),
    Sample("DOCX: a zip of so many members", "a.docx",
           lambda n: zipped({f"word/{at}.xml": "<a/>" for at in range(n)}), 100_000, 5_001),
    Sample("DOCX: tables in tables", "a.docx",
           lambda n: docx("<w:tbl><w:tr><w:tc>" * n + "</w:tc></w:tr></w:tbl>" * n), 80_000, 900),
    Sample("mail: a header of so many bytes", "a.eml",
           lambda n: mail(_WORDS, f"Content-Disposition: {'(' * n}"), 100_000, 20_000),
    Sample("mail: a type with so many parameters", "a.eml",
           lambda n: mail(_WORDS, kind="text/plain" + "; a=b" * n), 20_000, 4_000),
    Sample("mail: an encoded subject of so many words", "a.eml",
           lambda n: mail(_WORDS, f"Subject: {'=?utf-8?q?a?= ' * n}"), 20_000, 2_000),
    Sample("mail: so many rules above empty lines", "a.eml",
           lambda n: mail("_____________\n" * n + "\n" * n + "end\n" * 20), 64_000, 4_000),
    Sample("mail: so many quoted lines, one by one", "a.eml",
           lambda n: mail("> a\n\nOn 7 Oct at 09:30 wrote:\n" * n), 600_000, 4_000),
    Sample("mail: parts in parts", "a.eml", nested_mail, 100_000, 2_000),
    Sample("mail: so many parts", "a.eml",
           lambda n: mail("--b\n\na\n" * n, kind='multipart/mixed; boundary="b"'),
           1_000_000, 2_000),
    Sample("HTML: so many attributes", "a.html",
           lambda n: b"<p " + b" ".join(b"a%d" % at for at in range(n)) + b">lock</p>",
           300_000, 3_000),
    Sample("HTML: so many elements, nested", "a.html",
           lambda n: b"<html><div>" * n + _WORDS.encode(), 1_500_000, 5_000),
    Sample("HTML: so many open formats", "a.html",
           lambda n: b"<html>" + b"<p><b><i><a>a" * n, 1_000_000, 5_000),
    Sample("HTML: so many characters without a space", "a.html",
           lambda n: b"<html><p>" + b"a" * n, 10_000_000, 100_000),
    Sample("HTML: so many table cells", "a.html",
           lambda n: b"<html><table>" + b"<tr><td>a" * n, 2_000_000, 5_000),
    Sample("HTML: a style sheet of so many rules", "a.html",
           lambda n: b"<style>" + b".x{display:none}" * n + b"</style><p class=x>lock</p>",
           100_000, 3_000),
    Sample("HTML: rules for every one of so many elements", "a.html",
           lambda n: b"<style>" + b"p{color:red}" * min(n, 4_000) + b"</style>" + b"<p>lock" * n,
           20_000, 500),
    Sample("HTML: so many deep selectors", "a.html",
           lambda n: b"<style>" + (b"div " * 40 + b"b p{display:none}") * n + b"</style>"
           + b"<div>" * 200 + b"<p>lock</p>" * 100, 4_000, 50),
    Sample("HTML: so many styles of elements, all different", "a.html",
           lambda n: b"".join(b"<p style='top:%dpx'>lock" % at for at in range(n)),
           100_000, 2_000),
    Sample("MHTML: parts in parts", "a.mhtml",
           lambda n: nested_mail(n).replace(b"text/plain", b"text/html"), 100_000, 2_000),
    Sample("PDF: so many objects", "a.pdf",
           lambda n: pdf_page(packed(_SHOW, 1), n), 400_000, 2_000),
    Sample("PDF: one page, named so often", "a.pdf",
           lambda n: pdf_page(packed(_SHOW * 50, 1), 0, n), 1_000, 20),
    Sample("PDF: a page that inflates to so many kB", "a.pdf",
           lambda n: pdf_page(packed(_SHOW * 16, n)), 2_000_000, 1_000),
    Sample("feed: so many entries", "a.rss",
           lambda n: b"<rss version='2.0'><channel>" + b"<item>a</item>" * n, 1_000_000, 12_000),
    Sample("feed: billion laughs, to this power", "a.rss",
           lambda n: f"{laughs(n)}<rss version='2.0'><channel><item><title>&l9;</title>"
           f"<description>{_WORDS}</description></item></channel></rss>".encode(), 9, 9),
    Sample("JSONL: so many documents", "a.jsonl",
           lambda n: b'{"text": "a"}\n' * n, 1_000_000, 12_000),
    Sample("JSONL: so many broken lines", "a.jsonl", lambda n: b"{\n" * n, 1_000_000, 12_000),
    Sample("JSONL: so many brackets", "a.jsonl",
           lambda n: b'{"text": ' + b"[" * n, 10_000_000, 100_000),
    Sample("CSV: a cell of so many bytes", "a.csv",
           lambda n: b'text\n"' + b"a," * (n // 2) + b'"\n', 10_000_000, 100_000),
    Sample("CSV: so many columns", "a.csv",
           lambda n: b"text" + b",a" * n + b"\n" + b"a," * n, 4_000_000, 100_000),
    Sample("text: so many characters without a space", "a.txt",
           lambda n: b"a" * n, 10_000_000, 100_000),
    Sample("text: so many bytes of figures without a space", "a.txt",
           lambda n: b"1," * (n // 2), 10_000_000, 100_000),
    Sample("text: so many bytes of points without a space", "a.txt",
           lambda n: b"a." * (n // 2), 10_000_000, 100_000),
    Sample("text: so many bytes of words on one line", "a.txt",
           lambda n: b"lock " * (n // 5), 10_000_000, 100_000),
    Sample("text: so many empty lines", "a.txt",
           lambda n: b"a" + b"\n" * n + b"a", 10_000_000, 100_000),
    Sample("text: so many bytes of no encoding", "a.txt",
           lambda n: bytes(range(128, 256)) * (n // 128), 10_000_000, 100_000),
    Sample("Markdown: so many bytes of marks of what is struck", "a.md",
           lambda n: b"~~a " * (n // 4), 10_000_000, 100_000),
    Sample("Markdown: so many bytes of open tags", "a.md",
           lambda n: b"<del>" * (n // 5), 10_000_000, 100_000),
    Sample("Markdown: so many bytes of fences and ticks", "a.md",
           lambda n: b"~~~ a\n`` " * (n // 9), 10_000_000, 100_000),
    Sample("Markdown: so many bytes of front matter", "a.md",
           lambda n: b"---\n" + b"a: b\n" * (n // 5), 10_000_000, 100_000),
)  # fmt: skip
