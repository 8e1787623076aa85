"""The independent model: double-entry books kept from statements, serials kept from rows, and both
compared with what the ledger says of itself at every height.  (RB 4.3, 5.3)

It shares no code with the rules: it knows the formats, that a tonne which leaves one place arrives
in another, and what two plain instructions must have moved.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cfi.client.audit import records
from cfi.client.audit.records import Entry, FirstRow, Kind, PageRow, Range, SupplyRow
from cfi.client.audit.serial_map import OverlapError, SerialMap

PLACE_BYTES: Final = 12
"""Before each row: its slot and the height at which it was written."""
_NO_CHAIN: Final = bytes(32)
_ROW, _PUBLIC, _MOVEMENT = b"r", b"p", b"m"
Rows = Iterable[tuple[bytes, bytes | None]]


class MismatchError(Exception):
    """The ledger says other than the model counts."""

    def __init__(self, what: str, expected: object, found: object) -> None:
        super().__init__(what)
        self.what, self.expected, self.found = what, str(expected), str(found)


@dataclass(slots=True)
class Book:
    """One account: what its statement adds up to, what its rows hold, what it says of itself."""

    entries: dict[Kind, int] = field(default_factory=lambda: defaultdict(int))
    held: dict[Kind, int] = field(default_factory=lambda: defaultdict(int))
    count: int = 0
    chain: bytes = _NO_CHAIN
    told: FirstRow | None = None


class Model:
    """Takes heights in order."""

    def __init__(self) -> None:
        self._books: dict[str, Book] = defaultdict(Book)
        self._ranges: dict[bytes, Range] = {}
        self._pages: dict[bytes, PageRow] = {}
        self._serials: dict[Kind, SerialMap] = defaultdict(SerialMap)
        self._retired: dict[Kind, int] = defaultdict(int)
        self._ended: dict[tuple[Kind, int], int] = defaultdict(int)
        self._supply: dict[Kind, SupplyRow] = {}
        self._in_accounts: dict[Kind, int] = defaultdict(int)
        self._height = -1

    def take(self, transactions: list[bytes], receipts: list[bytes], rows: Rows) -> None:
        """Take one height in and compare; the first is the genesis. Raises MismatchError."""
        self._height += 1
        entries, touched, kinds = self._take_rows(rows)
        _check_instructions(transactions, receipts, entries, self._height)
        for account in sorted(touched):
            _check_book(account, self._books[account])
        for kind in sorted(kinds):
            self._check_supply(kind)

    def totals(self) -> list[dict[str, int]]:
        """What there is of each type and vintage, in tonnes."""
        return [
            {
                "type": kind[0],
                "vintage": kind[1],
                "issued": row.issued,
                "held": self._in_accounts[kind] - self._retired[kind],
                "retired": self._retired[kind],
                "cancelled": self._ended[kind, records.ENDED_CANCELLED],
                "sold_outside": self._ended[kind, records.ENDED_SOLD],
            }
            for kind, row in sorted(self._supply.items())
        ]

    def _take_rows(self, rows: Rows) -> tuple[list[tuple[str, Entry]], set[str], set[Kind]]:
        entries: list[tuple[str, Entry]] = []
        touched: set[str] = set()
        kinds: set[Kind] = set()
        come: list[tuple[bytes, bytes]] = []
        for key, row in rows:
            where, owner, name = _place(key)
            if where == _MOVEMENT and row is not None:
                entries.append((owner, self._post(owner, name, row)))
                touched.add(owner)
            elif _concerns(where, key):
                touched |= {owner} if where == _ROW else set()
                self._forget(key, owner, kinds)
                if row is not None:
                    come.append((key, row))
        for key, row in come:
            self._remember(key, _place(key)[1], row, kinds)
        return entries, touched, kinds | {entry.kind for _, entry in entries}

    def _post(self, account: str, name: bytes, row: bytes) -> Entry:
        """Write a movement into its account's book."""
        entry, book = records.read_entry(row), self._books[account]
        book.count += 1
        book.chain = sha256(book.chain + row).digest()
        _same(f"number of a movement of {account}", book.count, int.from_bytes(name, "big"))
        signed = entry.tonnes if entry.incoming else -entry.tonnes
        book.entries[entry.kind] += signed
        self._in_accounts[entry.kind] += signed
        return entry

    def _forget(self, key: bytes, owner: str, kinds: set[Kind]) -> None:
        was = self._ranges.pop(key, None)
        if was is not None:
            kinds.add(was[:2])
            self._serials[was[:2]].remove(*was[2:])
            self._count(key, owner, was, -1)
        page = self._pages.pop(key, None)
        if page is not None:
            kinds.add(page.kind)
            self._turn(page, -1)

    def _remember(self, key: bytes, owner: str, row: bytes, kinds: set[Kind]) -> None:
        tag = _tag(key)
        if tag == records.SUMMARY:
            self._books[owner].told = records.read_first_row(row[PLACE_BYTES:])
        elif tag in (records.LOT, records.RETIRED):
            serials = self._ranges[key] = records.read_range(row[PLACE_BYTES:])
            kinds.add(serials[:2])
            self._put(serials[:2], serials[2], serials[3])
            self._count(key, owner, serials, 1)
        elif tag == records.SUPPLY:
            supply = records.read_supply(row)
            kinds.add(supply.kind)
            self._supply[supply.kind] = supply
        else:
            page = self._pages[key] = records.read_page(row)
            kinds.add(page.kind)
            self._turn(page, 1)

    def _count(self, key: bytes, owner: str, serials: Range, sign: int) -> None:
        tonnes = sign * (serials[3] - serials[2] + 1)
        self._books[owner].held[serials[:2]] += tonnes
        if _tag(key) == records.RETIRED:
            self._retired[serials[:2]] += tonnes

    def _turn(self, page: PageRow, sign: int) -> None:
        """Count a page's serials in or out; retired ones rest in an account, the others here."""
        for first, last, how in page.entries:
            self._ended[page.kind, how] += sign * (last - first + 1)
            if how == records.ENDED_RETIRED:
                continue
            if sign > 0:
                self._put(page.kind, first, last)
            else:
                self._serials[page.kind].remove(first, last)

    def _put(self, kind: Kind, first: int, last: int) -> None:
        try:
            self._serials[kind].add(first, last)
        except OverlapError as error:
            raise MismatchError(f"serials of {_name(kind)}", "in one place", error) from error

    def _check_supply(self, kind: Kind) -> None:
        supply = self._supply.get(kind, SupplyRow(kind, 0, 0, 0, 0))
        ended, serials, name = self._ended, self._serials[kind], _name(kind)
        gone = supply.cancelled + supply.sold_outside
        _same(f"tonnes of {name} in accounts", supply.issued - gone, self._in_accounts[kind])
        _same(f"serials of {name}", supply.issued, serials.tonnes)
        _same(f"greatest serial of {name}", supply.issued, serials.greatest)
        _same(f"tonnes of {name} retired", self._retired[kind], supply.retired)
        for what, how, told in (
            ("retired", records.ENDED_RETIRED, supply.retired),
            ("cancelled", records.ENDED_CANCELLED, supply.cancelled),
            ("sold outside", records.ENDED_SOLD, supply.sold_outside),
        ):
            _same(f"tonnes of {name} {what} on pages", ended[kind, how], told)


def _check_instructions(
    transactions: list[bytes], receipts: list[bytes], entries: list[tuple[str, Entry]], height: int
) -> None:
    """Every movement has its act, and what plain instructions moved is what they say."""
    moved: dict[bytes, dict[tuple[str, Kind], int]] = defaultdict(lambda: defaultdict(int))
    for account, entry in entries:
        signed = entry.tonnes if entry.incoming else -entry.tonnes
        moved[entry.act_id][account, entry.kind] += signed
        if height > 0:
            _same(f"height of a movement of {account}", height, entry.height)
    _same("number of receipts", len(transactions), len(receipts))
    for index, (transaction, receipt) in enumerate(zip(transactions, receipts, strict=True)):
        instruction = records.read_instruction(transaction)
        act_id, done = records.read_receipt(receipt)
        _same(f"act of receipt {index}", instruction.act_id.hex(), act_id.hex())
        expected = records.called_for(instruction) if done else {}
        if expected is not None:
            _same(f"what act {index} moved", expected, dict(moved.get(act_id, {})))


def _check_book(account: str, book: Book) -> None:
    told = book.told
    if told is None:
        raise MismatchError(f"first row of {account}", "one", "none")
    _same(f"number of movements of {account}", book.count, told.movement_count)
    _same(f"chain of movements of {account}", book.chain.hex(), told.movement_chain.hex())
    _same(f"totals of {account}", _lasting(book.entries), told.totals)
    _same(f"lots of {account}", _lasting(book.entries), _lasting(book.held))


def _lasting(tonnes: dict[Kind, int]) -> dict[Kind, int]:
    return {kind: amount for kind, amount in sorted(tonnes.items()) if amount}


def _place(key: bytes) -> tuple[bytes, str, bytes]:
    """Where a durable key leads: what it is, its account, and the rest."""
    where = key[:1]
    if where in (_ROW, _MOVEMENT):
        owner, _, rest = key[1:].partition(b"\x00")
        return where, owner[1:].decode() if owner[:1] == b"A" else "", rest
    return where, "", key[1:]


def _tag(key: bytes) -> int:
    return _place(key)[2][0]


def _concerns(where: bytes, key: bytes) -> bool:
    """True for the rows that the model follows: accounts' lots and first rows, supply and pages."""
    if where == _PUBLIC:
        return key[1] in (records.SUPPLY, records.PAGE)
    followed = (records.SUMMARY, records.LOT, records.RETIRED)
    return where == _ROW and key[1:2] == b"A" and _tag(key) in followed


def _name(kind: Kind) -> str:
    known = 1 <= kind[0] <= len(records.TYPES)
    return f"{records.TYPES[kind[0] - 1] if known else kind[0]}-{kind[1]}"


def _same(what: str, expected: object, found: object) -> None:
    if expected != found:
        raise MismatchError(what, expected, found)
