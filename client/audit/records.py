"""The ledger's records as the independent model reads them: its own layouts, from the format's
description alone.  (RB 5.3)
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cfi.client.audit.plain_cbor import (
    UnreadableError,
    Value,
    array,
    byte_string,
    number,
    octets,
    read,
    text,
)

Kind = tuple[int, int]
"""Type and vintage."""
Range = tuple[int, int, int, int]
"""Type, vintage, first and last serial."""

SUMMARY: Final = 0x01
LOT: Final = 0x31
RETIRED: Final = 0x32
SUPPLY: Final = 0xB0
PAGE: Final = 0xB1
TRANSFER_LOT: Final = 301
RETIRE: Final = 302
TYPES: Final = ("XA", "XMO", "XSO", "XFO", "XER", "XRE", "XE")
"""Numbered from 1."""
ENDED_RETIRED: Final = 1
ENDED_CANCELLED: Final = 2
ENDED_SOLD: Final = 3
_SIGNED_HEAD: Final = b"\x84\x6aSignature1"
_SIGNED_MIDDLE: Final = byte_string(b"cfi/tx/v1")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an account's statement."""

    act_id: bytes
    height: int
    kind: Kind
    tonnes: int
    incoming: bool


@dataclass(frozen=True, slots=True)
class FirstRow:
    """What an account says of itself."""

    totals: dict[Kind, int]
    movement_count: int
    movement_chain: bytes


@dataclass(frozen=True, slots=True)
class SupplyRow:
    """What was issued of a type and vintage, and what became of it."""

    kind: Kind
    issued: int
    retired: int
    cancelled: int
    sold_outside: int


@dataclass(frozen=True, slots=True)
class PageRow:
    """Serials whose life has ended."""

    kind: Kind
    entries: tuple[tuple[int, int, int], ...]
    """First, last, how it ended."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """A transaction's identity, its message's number, and its body."""

    act_id: bytes
    message_number: int
    body: list[Value]


def read_range(row: bytes) -> Range:
    """A lot's or a retired lot's serials."""
    instrument, vintage, first, tonnes = (number(each) for each in array(read(row))[:4])
    return instrument, vintage, first, first + tonnes - 1


def read_first_row(row: bytes) -> FirstRow:
    """An owner's first row."""
    _, _, totals, count, chain = array(read(row), 5)
    held: dict[Kind, int] = {}
    for total in array(totals):
        instrument, vintage, tonnes = (number(each) for each in array(total, 3))
        held[instrument, vintage] = tonnes
    return FirstRow(held, number(count), octets(chain))


def read_supply(row: bytes) -> SupplyRow:
    """A row of the public supply."""
    numbers = [number(each) for each in array(read(row), 6)]
    return SupplyRow((numbers[0], numbers[1]), *numbers[2:])


def read_page(row: bytes) -> PageRow:
    """A public page of serials."""
    instrument, vintage, _, entries = array(read(row), 4)
    ended = []
    for entry in array(entries):
        first, last, how = (number(each) for each in array(entry, 5)[:3])
        ended.append((first, last, how))
    return PageRow((number(instrument), number(vintage)), tuple(ended))


def read_entry(row: bytes) -> Entry:
    """A movement."""
    items = array(read(row), 10)
    height, instrument, vintage = number(items[1]), number(items[3]), number(items[4])
    return Entry(
        octets(items[0]), height, (instrument, vintage), number(items[6]), items[7] is True
    )


def read_instruction(transaction: bytes) -> Instruction:
    """A signed transaction."""
    protected, _, payload, _ = array(read(transaction), 4)
    signed = b"".join(
        (
            _SIGNED_HEAD,
            byte_string(octets(protected)),
            _SIGNED_MIDDLE,
            byte_string(octets(payload)),
        )
    )
    items = array(read(octets(payload)), 6)
    return Instruction(sha256(signed).digest(), number(items[2]), array(items[5]))


def read_receipt(receipt: bytes) -> tuple[bytes, bool]:
    """The act that a receipt answers, and whether it was done."""
    items = array(read(receipt), 8)
    return octets(items[1]), number(items[5]) == 0


def kind_of_lot(lot_id: str) -> Kind:
    """The type and vintage in a lot's identifier; raises UnreadableError."""
    name, _, rest = lot_id.partition("-")
    vintage = rest.partition("-")[0]
    if name not in TYPES or not vintage.isdecimal():
        raise UnreadableError("no lot's identifier")
    return TYPES.index(name) + 1, int(vintage)


def called_for(instruction: Instruction) -> dict[tuple[str, Kind], int] | None:
    """What a done instruction must have moved: tonnes by account, type and vintage, those that left
    negative; None for a message whose effect depends on more than itself.
    """
    body = instruction.body
    if instruction.message_number == TRANSFER_LOT:
        source, lot_id, tonnes, target = body
    elif instruction.message_number == RETIRE:
        source, lot_id, tonnes, target = body[:4]
    else:
        return None
    kind = kind_of_lot(text(lot_id))
    return {(text(source), kind): -number(tonnes), (text(target), kind): number(tonnes)}
