"""Whether a holder may sell: not while it owes CFIs for a closed year.  (ours)"""

from cfi.contracts.state.rows.true_up import ComplianceStatus
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.text import HolderId


def may_sell(state: StateView, holder_id: HolderId) -> bool:
    """True unless the holder is still short for a year that closed on it."""
    return not any(
        obligation.status is ComplianceStatus.OUT_OF_COMPLIANCE and obligation.short_tonnes > 0
        for obligation in state.obligations.of(holder_id).all()
    )
