"""An account's statement, provably complete: opening + movements = closing.  (RB 5.3.2; ours)

The owner's leaf is proved under a verified header, its rows under the leaf, and the first row
vouches for the rest: its totals for the lots, its chain for every movement since the opening.
Whatever doesn't fit is named; nothing is taken on the server's word.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cfi.client.light.json_node import JsonNode
from cfi.client.light.rows import read_shown_row
from cfi.contracts.state.row_tree import (
    Blinder,
    RowProof,
    decode_row_proof,
    owner_leaf_key,
    row_blinding,
    seed_commitment,
    verify_row,
)
from cfi.contracts.state.rows.custody import Account, Lot, Movement, RetiredLot, Summary
from cfi.contracts.state.running import next_link
from cfi.contracts.state.table import OwnerKey, account_owner
from cfi.contracts.state.trees import OWNER_LEAF_TAG
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.headers import Header
from cfi.contracts.wire.proofs import verify_membership
from cfi.contracts.wire.schema import Hash, schema_of
from cfi.contracts.wire.text import AccountId

Totals = Mapping[tuple[int, int], int]
"""Tonnes by number of the instrument and vintage."""
_START: Final = bytes(32)
_SUMMARY_SLOT: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Where a verified statement ended: the next one opens with it."""

    height: int
    movement_count: int
    movement_chain: bytes
    totals: tuple[tuple[int, int, int], ...]
    """Instrument's number, vintage, tonnes."""

    @property
    def by_kind(self) -> Totals:
        """The totals by instrument and vintage."""
        return {(instrument, vintage): tonnes for instrument, vintage, tonnes in self.totals}


OPENED: Final = Closing(height=0, movement_count=0, movement_chain=_START, totals=())
"""An account begins with nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a server shows of an owner; nothing is verified yet."""

    height: int
    key: bytes
    value: bytes
    proof: bytes
    rows: tuple[tuple[RowProof, bytes], ...]
    """Each with its blinding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An account at a height, and everything that doesn't fit."""

    account_id: AccountId
    height: int
    opening: Closing
    closing: Closing
    movements: tuple[Movement, ...]
    lots: tuple[Lot, ...]
    retired: tuple[RetiredLot, ...]
    mismatches: tuple[str, ...]
    seed_checked: bool
    """The owner's own seed was at hand, so its leaf and every blinding were computed here."""

    @property
    def verified(self) -> bool:
        """True if everything fits."""
        return not self.mismatches


def read_shown(node: JsonNode) -> Shown:
    """What a server's JSON says of an owner; raises MalformedError."""
    rows = []
    for each in node.field("rows").items():
        proof = each.field("proof")
        try:
            rows.append(
                (decode_row_proof(proof.hexadecimal()), each.field("blinding").hexadecimal())
            )
        except CodecError as error:
            raise proof.fault(str(error)) from error
    return Shown(
        height=node.field("height").number(0, 2**63 - 1),
        key=node.field("key").hexadecimal(),
        value=node.field("value").hexadecimal(),
        proof=node.field("proof").hexadecimal(),
        rows=tuple(rows),
    )


def read_page(node: JsonNode) -> tuple[Shown, bytes | None]:
    """A page of what a server says of an owner, and the key after which the next page begins; None
    after the last. Raises MalformedError.
    """
    shown = read_shown(node)
    keys = [each.field("key").hexadecimal() for each in node.field("rows").items()]
    if keys != sorted(dict.fromkeys(keys)):
        raise node.field("rows").fault("not in the order of their keys")
    return shown, keys[-1] if keys and node.field("more").value is True else None


def read_movements(node: JsonNode) -> tuple[bytes, ...]:
    """The movements in a server's JSON; raises MalformedError."""
    return tuple(each.hexadecimal() for each in node.field("movements").items())


def proved_rows(
    shown: Shown, owner: OwnerKey, header: Header, seed: bytes | None
) -> tuple[Mapping[int, Any], list[str]]:
    """The typed rows by slot that are proved under a verified header, and what isn't, in sentences.

    State of a height is proved by the header after it.
    """
    faults: list[str] = []
    if header.height != shown.height + 1:
        faults.append(f"the proof is of height {shown.height}, not of {header.height - 1}")
    if shown.key[:1] != bytes((OWNER_LEAF_TAG,)):
        faults.append("the leaf is no owner's")
    if seed is not None and shown.key != owner_leaf_key(OWNER_LEAF_TAG, Blinder(seed), owner):
        faults.append("the leaf is not this owner's under its seed")
    if not verify_membership(header.app_hash, shown.proof, shown.key, shown.value):
        faults.append("the owner's leaf is not under the header's root")
    rows = {each[0].slot: _proved_row(each, shown.value, seed, faults) for each in shown.rows}
    slots = Counter(proof.slot for proof, _ in shown.rows)
    faults += [f"slot {slot} is shown {count} times" for slot, count in slots.items() if count > 1]
    return {slot: row for slot, row in rows.items() if row is not None}, faults


def make_statement(
    account_id: AccountId,
    shown: Shown,
    header: Header,
    raw_movements: Sequence[bytes],
    opening: Closing = OPENED,
    seed: bytes | None = None,
) -> Statement:
    """The statement since an opening, by a verified header; mismatches are named, never raised."""
    by_slot, faults = proved_rows(shown, account_owner(account_id), header, seed)
    rows = by_slot.values()
    summary = _summary_of(by_slot, account_id, seed, faults)
    lots = tuple(row for row in rows if isinstance(row, Lot))
    retired = tuple(row for row in rows if isinstance(row, RetiredLot))
    if [row.account_id for row in rows if isinstance(row, Account)] != [account_id]:
        faults.append("the account's own row is not shown")
    movements, chain = _chained(raw_movements, opening, faults)
    closing = OPENED if summary is None else _closing(shown.height, summary)
    if summary is not None:
        _check_lots(closing.by_kind, (*lots, *retired), faults)
        _check_movements(opening, closing, movements, chain, faults)
    return Statement(
        account_id=account_id,
        height=shown.height,
        opening=opening,
        closing=closing,
        movements=movements,
        lots=lots,
        retired=retired,
        mismatches=tuple(faults),
        seed_checked=seed is not None,
    )


def _proved_row(
    each: tuple[RowProof, bytes], value: bytes, seed: bytes | None, faults: list[str]
) -> Any:
    proof, blinding = each
    if not verify_row(value, blinding, proof):
        faults.append(f"the row in slot {proof.slot} is not under the owner's leaf")
        return None
    if seed is not None and blinding != row_blinding(Blinder(seed), proof.slot, proof.written_at):
        faults.append(f"the row in slot {proof.slot} is not blinded under the owner's seed")
    try:
        return read_shown_row(proof.row)
    except CodecError as error:
        faults.append(f"the row in slot {proof.slot} can't be read: {error}")
        return None


def _summary_of(
    rows: Mapping[int, Any], account_id: AccountId, seed: bytes | None, faults: list[str]
) -> Summary | None:
    found = rows.get(_SUMMARY_SLOT)
    if not isinstance(found, Summary):
        faults.append("the account's first row is not shown")
        return None
    if found.owner.encode() != account_owner(account_id):
        faults.append("the first row names another owner")
    if seed is not None and found.seed_commitment != seed_commitment(seed):
        faults.append("the first row commits to another seed")
    return found


def _closing(height: int, summary: Summary) -> Closing:
    return Closing(
        height=height,
        movement_count=summary.movement_count,
        movement_chain=summary.movement_chain,
        totals=tuple(
            (int(row.instrument), int(row.vintage), int(row.tonnes)) for row in summary.totals
        ),
    )


def _chained(
    raw_movements: Sequence[bytes], opening: Closing, faults: list[str]
) -> tuple[tuple[Movement, ...], bytes]:
    movements, chain = [], Hash(opening.movement_chain)
    for at, raw in enumerate(raw_movements, start=opening.movement_count + 1):
        chain = next_link(chain, raw)
        try:
            movements.append(schema_of(Movement).decode(raw))
        except CodecError as error:
            faults.append(f"movement {at} can't be read: {error}")
    return tuple(movements), chain


def _check_lots(totals: Totals, held: Sequence[Lot | RetiredLot], faults: list[str]) -> None:
    shown: Counter[tuple[int, int]] = Counter()
    for row in held:
        shown[int(row.instrument), int(row.vintage)] += row.tonnes
    for kind in sorted({*totals, *shown}):
        if totals.get(kind, 0) != shown[kind]:
            told = f"{totals.get(kind, 0)} t, the lots shown have {shown[kind]} t"
            faults.append(f"the total of instrument {kind[0]}, vintage {kind[1]} is {told}")


def _check_movements(
    opening: Closing,
    closing: Closing,
    movements: Sequence[Movement],
    chain: bytes,
    faults: list[str],
) -> None:
    wanted = closing.movement_count - opening.movement_count
    if wanted < 0:
        faults.append("the account has fewer movements than at the opening")
    if len(movements) != wanted:
        faults.append(f"{wanted} movements since the opening, {len(movements)} are shown")
    if chain != closing.movement_chain:
        faults.append("the movements don't lead to the chain in the first row")
    running = Counter(opening.by_kind)
    for each in movements:
        kind = (int(each.instrument), int(each.vintage))
        running[kind] += each.tonnes if each.incoming else -each.tonnes
    if {kind: tonnes for kind, tonnes in running.items() if tonnes} != dict(closing.by_kind):
        faults.append("opening + movements is not closing")
