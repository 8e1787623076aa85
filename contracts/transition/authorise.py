"""Who signs, for whom, and whether this message is theirs to send.  (RB 2.6.1, 3.8, 5.4.2)"""

from dataclasses import dataclass

from cfi.contracts.state.rows.access import AccessRule, User
from cfi.contracts.state.rows.membership import Holder, HolderStatus
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.refusal import Refusal, RefusedError, require
from cfi.contracts.wire.schema import PublicKey


@dataclass(frozen=True, slots=True)
class Signer:
    """The holder and the user that a live key speaks for."""

    holder: Holder
    user: User


def live_signer(state: StateView, key: PublicKey, now: Instant) -> Signer | None:
    """Whom a key speaks for now, or None: unknown, not yet or no longer valid, revoked, or its user
    or holder is gone.
    """
    found = state.keys.find(key)
    if found is None:
        return None
    owner, user_key = found
    if (
        user_key.revoked
        or now < user_key.valid_from
        or (user_key.valid_to is not None and user_key.valid_to <= now)
    ):
        return None
    holder_id = owner[1:].decode()
    holder = state.holders.get(holder_id)
    user = state.users.of(holder_id).get(user_key.user_id)
    assert holder is not None and user is not None, "a key has its user, a user its holder"
    if not user.active or holder.status is HolderStatus.TERMINATED:
        return None
    return Signer(holder, user)


def access_rule(state: StateView, message_number: int) -> AccessRule:
    """The access table's row for a message; a message without one is nobody's to send."""
    rule = state.access.get(number_key(message_number))
    if rule is None:
        raise RefusedError(Refusal.NOT_AUTHORISED, "RB 2.6.1", {"message_number": message_number})
    return rule


def authorise(rule: AccessRule, signer: Signer) -> None:
    """Refuse unless the access table lets this signer send this message."""
    number = rule.message_number
    holder, user = signer.holder, signer.user
    require(_may_send(rule, signer), Refusal.NOT_AUTHORISED, "RB 2.6.1", message_number=number)
    require(
        holder.status is HolderStatus.ACTIVE or rule.while_suspended,
        Refusal.HOLDER_NOT_ACTIVE,
        "RB 2.8",
        message_number=number,
    )
    require(
        user.officer or not rule.officer, Refusal.NOT_AN_OFFICER, "RB 7.2.3", message_number=number
    )


def may_approve(rule: AccessRule, signer: Signer) -> bool:
    """True if the access table lets this signer be the second person."""
    return signer.holder.holder_class in rule.classes and any(
        role in rule.approver_roles for role in signer.user.roles
    )


def _may_send(rule: AccessRule, signer: Signer) -> bool:
    if signer.holder.holder_class not in rule.classes:
        return False
    if rule.levels and not any(level in rule.levels for level in signer.user.levels):
        return False
    return not rule.roles or any(role in rule.roles for role in signer.user.roles)
