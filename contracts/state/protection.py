"""How a holder's transfers to others are held up now.  (ours)"""

from typing import Final

from cfi.contracts.state.parameters import required_value
from cfi.contracts.state.rows.protections import Protection
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.quantities import SECONDS_PER_DAY, Height, Instant, Seconds
from cfi.contracts.wire.text import AccountId, HolderId

_APPROVAL_SECONDS: Final = 30 * SECONDS_PER_DAY

UNPROTECTED: Final = Protection(delay=Seconds(0), second_approver=False)


def protection_of(state: StateView, holder_id: HolderId, now: Instant) -> Protection:
    """The protection in force."""
    row = state.protections.get(holder_id)
    if row is None:
        return UNPROTECTED
    if row.following is None or row.following_from is None or now < row.following_from:
        return row.current
    return row.following


def delay_to(
    state: StateView, holder_id: HolderId, target: AccountId, protection: Protection, now: Instant
) -> Seconds:
    """How long a transfer to an account waits: not at all if the holder trusts it."""
    trusted = state.trusted.of(holder_id).get(target)
    if trusted is not None and trusted.effective_from <= now:
        return Seconds(0)
    return protection.delay


def loosening_delay(state: StateView, height: Height) -> Seconds:
    """How long it takes at least until what loosens a holder's protections holds: so that who has
    stolen a key can't do both at once.
    """
    return Seconds(required_value(state, "loosening_delay_seconds", height, "ours"))


def lapse_of(now: Instant, delay: Seconds) -> Instant:
    """When a transfer that begins now ends if no second person approves it: 30 days after its
    delay.
    """
    return Instant(now + delay + _APPROVAL_SECONDS)
