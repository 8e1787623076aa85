"""Who may read the whole history: every act and all state.  (ours 0031)"""

from typing import Final

from cfi.contracts.state.rows.access import User
from cfi.contracts.state.rows.membership import Holder, HolderStatus
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.parties import HolderClass, Role
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.text import HolderId

OVERSEERS: Final = (
    Role.PROGRAM_ADMINISTRATOR,
    Role.MARKET_OPERATIONS,
    Role.COMPLIANCE,
    Role.REGULATORY_SERVICES,
)
"""The offices of the Exchange that keep the registry and watch over it."""


def may_read_everything(state: StateView, holder: Holder, user: User, now: Instant) -> bool:
    """True for an auditor whose grant is in force at this time of the programme clock, for whoever
    operates a seated validator, and for the Exchange's overseers; for active holders only.
    """
    if holder.status is not HolderStatus.ACTIVE:
        return False
    if holder.holder_class is HolderClass.EXCHANGE:
        return any(role in OVERSEERS for role in user.roles)
    if holder.holder_class is HolderClass.AUDITOR:
        grant = state.grants.get(holder.holder_id)
        return grant is not None and grant.from_at <= now < grant.to_at
    return _operates_a_validator(state, holder.holder_id)


def _operates_a_validator(state: StateView, holder_id: HolderId) -> bool:
    return any(each.power > 0 and each.operator == holder_id for each in state.validators.all())
