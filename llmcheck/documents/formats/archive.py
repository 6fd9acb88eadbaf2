"""Zip archives that are documents, read without trusting them."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

_MAX_MEMBERS = 5000
_MAX_UNPACKED = 200_000_000
_MAX_MEMBER = 20_000_000
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Archive:
    """The members of a zip archive. Raises ValueError for one that is damaged or a bomb.

    Sizes are those that the archive declares: unpacking stops there, whatever is packed.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, LookupError, NotImplementedError) as error:
            raise ValueError(
                f"is a damaged archive ({error}): save or download it again"
            ) from error
        members = self._zip.infolist()
        if len(members) > _MAX_MEMBERS:
            raise ValueError(f"packs {len(members):,} files, more than {_MAX_MEMBERS:,}: split it")
        unpacked = sum(member.file_size for member in members)
        if unpacked > _MAX_UNPACKED:
            raise ValueError(
                f"unpacks to {unpacked:,} bytes, more than {_MAX_UNPACKED:,}: split it, or leave "
                "its pictures out"
            )
        self._members = {member.filename: member for member in members}

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def bytes_of(self, name: str) -> bytes:
        """The bytes of a member. Raises ValueError when it is not there or cannot be read."""
        member = self._members.get(name)
        if member is None:
            raise ValueError(f"lacks its part {name[:100]!r}: save or download it again")
        if member.flag_bits & _ENCRYPTED:
            raise ValueError("is encrypted: save it without a password")
        if member.file_size > _MAX_MEMBER:
            raise ValueError(
                f"its part {name[:100]!r} unpacks to more than {_MAX_MEMBER // 1_000_000} MB: "
                "split it"
            )
        if member.compress_type not in _METHODS:  # those of others are unpacked as a whole
            raise ValueError(f"packs its part {name[:100]!r} in a rare way: save it again")
        try:
            with self._zip.open(member) as packed:
                # To read all would unpack all, and only then hold it against the size.
                return packed.read(member.file_size + 1)
        except (
            zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError,
        ) as error:  # fmt: skip
            raise ValueError(
                f"its part {name[:100]!r} is damaged ({error}): save or download it again"
            ) from error

    def xml_of(self, name: str) -> Any:
        """The root element of a member. Raises ValueError when it is no XML, or declares entities.

        Nothing is expanded, and nothing fetched.
        """
        from lxml import etree

        data = self.bytes_of(name)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
            remove_comments=True, remove_pis=True,
        )  # fmt: skip
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise ValueError(
                f"its part {name[:100]!r} is damaged ({error.msg}): save or download it again"
            ) from error
        dtd = root.getroottree().docinfo.internalDTD
        if dtd is not None and next(dtd.iterentities(), None) is not None:
            raise ValueError(f"its part {name[:100]!r} declares entities, which is refused")
        return root


def texts(root: Any, tag: str) -> list[str]:
    """The texts of the elements with a local name, whatever their namespace, in order."""
    return ["".join(element.itertext()) for element in root.iterfind(f".//{{*}}{tag}")]
