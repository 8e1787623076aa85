"""A holder's lots in a lasting order, from any place in it: by vintage, type, account and serial.
Work on very many lots is done in pieces, each of which goes on after the place of the one before.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator

from cfi.contracts.state.rows.true_up import Place
from cfi.contracts.state.surrender import Held
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import Count, Year
from cfi.contracts.wire.text import AccountId, HolderId

Wanted = Callable[[Instrument, Year], bool]
Step = tuple[Place, Held]

_Kind = tuple[Year, Instrument]
_Keyed = tuple[AccountId, Count]


def lots_in_order(
    state: StateView, holder_id: HolderId, after: Place | None, wanted: Wanted
) -> Iterator[Step]:
    """The lots of wanted types and vintages that follow a place."""
    accounts = _accounts(state, holder_id)
    holding = {account: _kinds_in(state, account[0]) for account in accounts}
    every = {kind: None for kinds in holding.values() for kind in kinds}
    for kind in sorted(every):
        if not wanted(kind[1], kind[0]):
            continue
        for account in accounts:
            if kind in holding[account] and _reaches(kind, account, after):
                yield from _lots_of(state, account, kind, after)


def lots_backwards(
    state: StateView, holder_id: HolderId, kind: _Kind, before: Place | None
) -> Iterator[Step]:
    """The lots of one vintage and type, the last account's highest serials first, that come before
    a place.
    """
    for account in reversed(_accounts(state, holder_id)):
        if before is not None and account[1] > before.account:
            continue
        keys = _keys_of(state, account[0], kind)
        if before is not None and account[1] == before.account:
            keys = keys[: bisect_left(keys, before.lot_id.encode())]
        yield from _steps(state, account, kind, reversed(keys))


def _accounts(state: StateView, holder_id: HolderId) -> list[_Keyed]:
    ids = state.account_ids(holder_id)
    return [(account_id, Count(number)) for number, account_id in enumerate(ids, start=1)]


def _kinds_in(state: StateView, account_id: AccountId) -> dict[_Kind, None]:
    """What an account's first row says that it holds."""
    summary = state.summaries.get(account_id)
    assert summary is not None, "an account has its first row"
    return {(total.vintage, total.instrument): None for total in summary.totals}


def _reaches(kind: _Kind, account: _Keyed, after: Place | None) -> bool:
    """False for what lies wholly before the place."""
    if after is None:
        return True
    return (*kind, account[1]) >= (after.vintage, after.instrument, after.account)


def _lots_of(state: StateView, account: _Keyed, kind: _Kind, after: Place | None) -> Iterator[Step]:
    keys = _keys_of(state, account[0], kind)
    if after is not None and (*kind, account[1]) == (
        after.vintage,
        after.instrument,
        after.account,
    ):
        keys = keys[bisect_right(keys, after.lot_id.encode()) :]
    yield from _steps(state, account, kind, iter(keys))


def _keys_of(state: StateView, account_id: AccountId, kind: _Kind) -> list[bytes]:
    """The keys of an account's lots of a vintage and type: each begins with both."""
    keys = state.lots.of(account_id).keys()
    name = f"{kind[1].name}-{kind[0]}".encode()
    return keys[bisect_left(keys, name + b"-") : bisect_left(keys, name + b".")]


def _steps(state: StateView, account: _Keyed, kind: _Kind, keys: Iterator[bytes]) -> Iterator[Step]:
    account_id, number = account
    lots = state.lots.of(account_id)
    for key in keys:
        lot = lots.get(key)
        assert lot is not None, "a listed key has a row"
        place = Place(vintage=kind[0], instrument=kind[1], account=number, lot_id=lot.lot_id)
        yield place, Held(account_id=account_id, lot=lot)
