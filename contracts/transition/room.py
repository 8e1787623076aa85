"""Whether the owners that changes write to have room for them: the last word, whatever the rules
asked before.
"""

from typing import Final

from cfi.contracts.state.changes import Changes, Drop, Put
from cfi.contracts.state.rows.access import KEYS
from cfi.contracts.state.rows.baseline import BASELINES
from cfi.contracts.state.rows.membership import STATUS_CHANGES
from cfi.contracts.state.rows.protections import PROTECTIONS
from cfi.contracts.state.rows.true_up import LATE_TRUE_UPS
from cfi.contracts.state.rows_view import Rows
from cfi.contracts.state.table import ACCOUNT_OWNER, HOLDER_OWNER, OwnerKey, RowKey, holder_owner
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.limits import (
    MAX_ROWS_PER_OWNER,
    ROWS_KEPT_FOR_DUE_WORK,
    ROWS_KEPT_FOR_SAFETY,
)
from cfi.contracts.wire.refusal import Fact, InvariantBroken, Refusal, RefusedError
from cfi.contracts.wire.text import HolderId

_FOR_SAFETY: Final = (
    KEYS.tag,
    STATUS_CHANGES.tag,
    PROTECTIONS.tag,
    BASELINES.tag,
    LATE_TRUE_UPS.tag,
)
"""Tables whose rows may take what is kept for safety: full records make nobody keep a key that may
be stolen, nor keep anybody from being suspended, or from owing what its baseline comes to.
"""


def require_room(state: StateView, changes: Changes, holder_id: HolderId) -> None:
    """Refuse an act that would give an owner more rows than acts may; which owner is told only
    where it is the signer's own.
    """
    most = MAX_ROWS_PER_OWNER - ROWS_KEPT_FOR_DUE_WORK
    owner = _overfull(state.rows, changes, most, ROWS_KEPT_FOR_SAFETY)
    if owner is not None:
        facts = _own(state, owner, holder_id)
        raise RefusedError(Refusal.NO_ROOM_FOR_RECORDS, "ours", facts)


def has_room(rows: Rows, changes: Changes) -> None:
    """Raise InvariantBroken where an owner would have more rows than its tree has slots."""
    if _overfull(rows, changes, MAX_ROWS_PER_OWNER, 0) is not None:
        raise InvariantBroken("an owner would have more rows than it may")


def _overfull(rows: Rows, changes: Changes, most: int, kept: int) -> OwnerKey | None:
    """The first owner that would have more rows than before and more than the most; of which so
    many are kept for safety where it is a holder.
    """
    if not _may_overfill(rows, changes, most - kept):
        return None
    for owner, written in sorted(_written(changes).items()):
        ordinary, for_safety = _added(rows, owner, written)
        added = ordinary + for_safety
        early = ordinary > 0 and owner[:1] == HOLDER_OWNER
        bound = most - kept if early else most
        if added > 0 and rows.row_count(owner) + added > bound:
            return owner
    return None


def _added(rows: Rows, owner: OwnerKey, written: dict[RowKey, bool]) -> tuple[int, int]:
    """How many rows more an owner would have: ordinary ones, and those for safety."""
    added = [0, 0]
    for key, stays in written.items():
        added[key[0] in _FOR_SAFETY] += stays - (rows.owned(owner, key) is not None)
    return added[False], added[True]


def _may_overfill(rows: Rows, changes: Changes, most: int) -> bool:
    """False where every owner has room for as many writes, as with most acts: then nothing has to
    be counted.
    """
    room = most - len(changes.operations)
    for operation in changes.operations:
        if type(operation) is Put and rows.row_count(operation.owner) > room:
            return True
    return False


def _written(changes: Changes) -> dict[OwnerKey, dict[RowKey, bool]]:
    """Each owner's rows that are written last (True) or dropped."""
    written: dict[OwnerKey, dict[RowKey, bool]] = {}
    for operation in [each for each in changes.operations if isinstance(each, Put | Drop)]:
        written.setdefault(operation.owner, {})[operation.key] = isinstance(operation, Put)
    return written


def _own(state: StateView, owner: OwnerKey, holder_id: HolderId) -> dict[str, Fact]:
    if owner == holder_owner(holder_id):
        return {"holder_id": holder_id}
    name = owner[1:].decode()
    account = state.accounts.get(name) if owner[:1] == ACCOUNT_OWNER else None
    own = account is not None and account.holder_id == holder_id
    return {"account_id": name} if own else {}
