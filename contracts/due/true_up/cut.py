"""The programme-wide limit on offsets and early action credits.  (RB 4.11.5, Table 4.4)"""

from collections.abc import Iterator
from dataclasses import replace

from cfi.contracts.due.true_up.limits import fixed_figures
from cfi.contracts.figures.offset_cap import Chosen, cut
from cfi.contracts.figures.schedule import rate_of
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.true_up import (
    OFFSET_CLAIMS,
    OFFSET_USE,
    AccountClaim,
    OffsetClaim,
    OffsetUse,
)
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.quantities import TONNES_PER_CFI, BasisPoints, Cfis, Year
from cfi.contracts.wire.text import HolderId


def cut_offsets(state: StateView, year: Year, block: BlockContext) -> Changes:
    """Write how much of what was counted may be used, and what of the limit that leaves."""
    claims = _claims(state, year)
    figures = fixed_figures(state, block.holder_id, year)
    limit = Cfis(figures.offset_limit_tonnes // TONNES_PER_CFI)
    share_bps = rate_of(terms_of(state).early_action_share, year) or BasisPoints(0)
    chosen = tuple(
        Chosen(account=each.account_id, offsets=each.offsets, early=each.early)
        for claim in claims.values()
        for each in claim.accounts
    )
    allowed = cut(chosen, limit, share_bps)
    use = OffsetUse(
        year=year,
        limit=limit,
        offsets=Cfis(sum(one.offsets for one in allowed)),
        early=Cfis(sum(one.early for one in allowed)),
    )
    following = iter(allowed)
    parts = [
        put(OFFSET_CLAIMS, holder_id, _allowed(claim, following))
        for holder_id, claim in claims.items()
    ]
    return Changes.of(*parts, put(OFFSET_USE, block.holder_id, use))


def _claims(state: StateView, year: Year) -> dict[HolderId, OffsetClaim]:
    """What each Member chose, in the order of the Members."""
    claims = {
        holder_id: state.offset_claims.of(holder_id).get(number_key(year))
        for holder_id in state.holder_ids()
    }
    return {holder_id: claim for holder_id, claim in claims.items() if claim is not None}


def _allowed(claim: OffsetClaim, following: Iterator[Chosen]) -> OffsetClaim:
    """A claim with what is allowed of each of its accounts, which come next."""
    allowed = (
        AccountClaim(account_id=each.account_id, offsets=one.offsets, early=one.early)
        for each, one in zip(claim.accounts, following, strict=False)
    )
    return replace(claim, accounts=tuple(allowed))
