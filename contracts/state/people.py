"""A holder's users and keys: what every change of them keeps.  (RB 2.6.1, 5.3.3)"""

from dataclasses import replace
from typing import Final

from cfi.contracts.state.changes import Put, put
from cfi.contracts.state.rows.access import KEYS, User, UserKey
from cfi.contracts.state.rows.membership import Holder
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_KEYS_PER_USER, MAX_USERS_PER_HOLDER
from cfi.contracts.wire.parties import Level, Role
from cfi.contracts.wire.possession import proves_possession
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.refusal import Refusal, RefusedError, require
from cfi.contracts.wire.schema import PublicKey, Signature
from cfi.contracts.wire.text import HolderId, UserId

_KEYS_PER_WORK_UNIT: Final = 30


def holder_of(state: StateView, holder_id: HolderId) -> Holder:
    """A holder that the Exchange deals with, never itself; refuses UNKNOWN_HOLDER or
    THE_EXCHANGE_ITSELF.
    """
    holder = state.holders.get(holder_id)
    if holder is None:
        raise RefusedError(Refusal.UNKNOWN_HOLDER, "RB 2.2", {"holder_id": holder_id})
    chain = state.chain.get(b"chain")
    assert chain is not None, "genesis writes the chain row"
    require(holder_id != chain.exchange, Refusal.THE_EXCHANGE_ITSELF, "RB 2.2", holder_id=holder_id)
    return holder


def active_user(state: StateView, holder_id: HolderId, user_id: UserId) -> User:
    """A holder's user that was not removed; refuses UNKNOWN_USER, for another holder's too."""
    user = state.users.of(holder_id).get(user_id)
    if user is None or not user.active:
        raise RefusedError(Refusal.UNKNOWN_USER, "RB 5.3.3", {"user_id": user_id})
    return user


def with_levels(
    user: User, levels: tuple[Level, ...], roles: tuple[Role, ...], now: Instant, *, officer: bool
) -> User:
    """A user that may do other things; what it may do more counts from now on."""
    more = (
        (officer and not user.officer)
        or any(level not in user.levels for level in levels)
        or any(role not in user.roles for role in roles)
    )
    raised_at = now if more else user.raised_at
    return replace(user, levels=levels, roles=roles, officer=officer, raised_at=raised_at)


def require_room_for_user(state: StateView, holder_id: HolderId, user_id: UserId) -> None:
    """Refuse a user id that was ever used, or one user too many."""
    users = state.users.of(holder_id)
    require(users.get(user_id) is None, Refusal.USER_EXISTS, "RB 5.3.3", user_id=user_id)
    known = len(users.keys())
    require(known < MAX_USERS_PER_HOLDER, Refusal.TOO_MANY_USERS, "RB 5.3.3", users=known)


def require_administrator_left(state: StateView, holder_id: HolderId, without: UserId) -> None:
    """Refuse to leave a holder without a User Administrator."""
    left = any(
        user.active and Level.ADMINISTRATOR in user.levels and user.user_id != without
        for user in state.users.of(holder_id).all()
    )
    require(left, Refusal.LAST_ADMINISTRATOR, "RB 5.3.3", user_id=without)


def require_new_key(
    state: StateView,
    block: BlockContext,
    holder_id: HolderId,
    user_id: UserId,
    key: PublicKey,
    possession: Signature,
) -> None:
    """Refuse a key that its holder doesn't prove to have, or that ever belonged to anybody."""
    require(
        proves_possession(block.chain_id, holder_id, user_id, key, possession),
        Refusal.NO_PROOF_OF_POSSESSION,
        "RB 5.3.3",
        key=key,
    )
    require(state.keys.place(key) is None, Refusal.KEY_IN_USE, "RB 5.3.3", key=key)


def require_room_for_key(state: StateView, holder_id: HolderId) -> None:
    """Refuse a key more where the holder's records are full."""
    require(
        state.holder_has_room(holder_id, 2),
        Refusal.TOO_MANY_RECORDS,
        "RB 5.3.3",
        holder_id=holder_id,
    )


def require_few_keys(state: StateView, holder_id: HolderId, user_id: UserId) -> int:
    """Refuse one live key too many for a user; the work units of looking through all the keys that
    the holder ever had.
    """
    keys = list(state.keys.of(holder_id).all())
    gas = len(keys) // _KEYS_PER_WORK_UNIT
    live = sum(key.user_id == user_id and not key.revoked for key in keys)
    if live >= MAX_KEYS_PER_USER:
        raise RefusedError(Refusal.TOO_MANY_KEYS, "RB 5.3.3", {"keys": live}, gas)
    return gas


def require_room_for_rotation(state: StateView, holder_id: HolderId) -> None:
    """Refuse a key in another's place only where even what is kept for safety is used up."""
    require(
        state.holder_has_room_for_safety(holder_id),
        Refusal.TOO_MANY_RECORDS,
        "RB 5.3.3",
        holder_id=holder_id,
    )


def live_key(state: StateView, holder_id: HolderId, key: PublicKey) -> UserKey:
    """A holder's key that was not revoked; refuses UNKNOWN_KEY, for another holder's too."""
    found = state.keys.of(holder_id).get(key)
    if found is None:
        raise RefusedError(Refusal.UNKNOWN_KEY, "RB 5.3.3", {"key": key})
    require(not found.revoked, Refusal.KEY_REVOKED, "RB 5.3.3", key=key)
    return found


def own_key(state: StateView, block: BlockContext, key: PublicKey) -> UserKey:
    """The signer's own key that was not revoked; refuses UNKNOWN_KEY for anybody else's."""
    found = state.keys.of(block.holder_id).get(key)
    if found is None or found.user_id != block.signer:
        raise RefusedError(Refusal.UNKNOWN_KEY, "RB 5.3.3", {"key": key})
    require(not found.revoked, Refusal.KEY_REVOKED, "RB 5.3.3", key=key)
    return found


def key_from(holder_id: HolderId, user_id: UserId, key: PublicKey, valid_from: Instant) -> Put:
    """A user's new key, valid for good."""
    row = UserKey(key=key, user_id=user_id, valid_from=valid_from, valid_to=None, revoked=False)
    return put(KEYS, holder_id, row)
