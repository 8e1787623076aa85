"""Who may use the trading platform.  (RB 2.3, 2.6.1)"""

from cfi.contracts.state.rows.membership import HolderStatus
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.quantities import Instant


def platform_standing(state: StateView, holder_id: str, now: Instant) -> bool:
    """True if a holder is active and an Eligible Commercial Entity whose review isn't overdue, and
    its board has authorised trading.
    """
    holder = state.holders.get(holder_id)
    eligibility = state.eligibility.get(holder_id)
    return (
        holder is not None
        and holder.status is HolderStatus.ACTIVE
        and eligibility is not None
        and now < eligibility.review_by
        and state.resolutions.get(holder_id) is not None
    )
