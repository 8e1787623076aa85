"""Work that is due but raised an error nobody foresaw: it is set aside, under a name that only who
knows the row can work out, and tried again once other rules are in force.  (ours 0036)
"""

from hashlib import sha256

from cfi.contracts.state.changes import NO_CHANGES, Changes, drop_public, put_public
from cfi.contracts.state.index import PUBLIC, DueItem
from cfi.contracts.state.rows.governance import HELD_WORK, HeldWork
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.quantities import Count, Height, Instant
from cfi.contracts.wire.schema import Hash

_HELD_PREFIX = b"cfi/held/v1 "


def next_work(state: StateView, app_version: int) -> DueItem | None:
    """What falls due next of the work that isn't set aside under these rules."""
    for item in state.rows.due_items():
        held = state.held_work.get(held_name(state, item))
        if held is None or held.app_version != app_version:
            return item
    return None


def next_instant(state: StateView, app_version: int) -> Instant | None:
    """When that is."""
    item = next_work(state, app_version)
    return None if item is None else Instant(item[0])


def row_behind(state: StateView, item: DueItem) -> bytes:
    """The stored row that is due."""
    _, owner, key = item
    raw = state.rows.public(key) if owner == PUBLIC else state.rows.owned(owner, key)
    assert raw is not None, "an index leads to a row"
    return raw


def held_name(state: StateView, item: DueItem) -> Hash:
    """SHA-256 of the row and of where it stands: an act that changes the row lets it be tried
    again.
    """
    _, owner, key = item
    return Hash(sha256(_HELD_PREFIX + owner + key + row_behind(state, item)).digest())


def set_aside(name: Hash, height: Height, app_version: int) -> Changes:
    """Hold a piece of work until other rules are in force."""
    row = HeldWork(name=name, height=height, app_version=Count(app_version))
    return Changes.of(put_public(HELD_WORK, row))


def no_longer_held(state: StateView, name: Hash) -> Changes:
    """Take a piece of work that was done off the list."""
    held = state.held_work.get(name)
    return NO_CHANGES if held is None else Changes.of(drop_public(HELD_WORK, held))
