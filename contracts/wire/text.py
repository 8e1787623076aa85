"""Identifiers and free text: what characters they may hold."""

from typing import Final, NewType

from cfi.contracts.wire.limits import MAX_IDENTIFIER_CHARACTERS, MAX_TEXT_BYTES

HolderId = NewType("HolderId", str)
UserId = NewType("UserId", str)
"""Opaque: no natural person's name."""
AccountId = NewType("AccountId", str)
"""The holder's identifier, '/', and a running number: `company-a/1`."""
LotId = NewType("LotId", str)
"""Type, vintage and first serial: `XA-2003-0000000101`."""
FacilityId = NewType("FacilityId", str)
Identifier = NewType("Identifier", str)
Text = NewType("Text", str)
"""Free text, compared as bytes."""

IDENTIFIERS: Final = (HolderId, UserId, AccountId, LotId, FacilityId, Identifier)

_PRINTABLE: Final = bytes(range(0x21, 0x7F))
_PRINTABLE_OR_SPACE: Final = b" " + _PRINTABLE
_INVISIBLE: Final = (
    (0x00, 0x20),
    (0x7F, 0xA0),
    (0xAD, 0xAE),
    (0x61C, 0x61D),
    (0x180E, 0x180F),
    (0x200B, 0x2010),
    (0x2028, 0x202F),
    (0x2060, 0x2070),
    (0xFEFF, 0xFF00),
    (0xFFF9, 0xFFFC),
    (0xE0000, 0xE0080),
)
_CONTROL: Final = frozenset(chr(code) for first, end in _INVISIBLE for code in range(first, end))
"""Control and invisible formatting characters, a fixed list: Unicode's own tables differ between
Python versions.
"""


def is_identifier(value: str) -> bool:
    """1 to 64 printable ASCII characters without space."""
    if not 0 < len(value) <= MAX_IDENTIFIER_CHARACTERS:
        return False
    try:
        return not value.encode().translate(None, _PRINTABLE)
    except UnicodeEncodeError:
        return False


def is_free_text(value: str) -> bool:
    """At most 1,024 bytes of UTF-8 without control characters."""
    if len(value) > MAX_TEXT_BYTES:
        return False
    try:
        octets = value.encode()
    except UnicodeEncodeError:
        return False
    if len(octets) == len(value):  # ASCII, as most is, takes a glance
        return not octets.translate(None, _PRINTABLE_OR_SPACE)
    return len(octets) <= MAX_TEXT_BYTES and _CONTROL.isdisjoint(value)
