"""A key is revoked at once, by its user or an administrator.  (RB 5.3.3)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.people import active_user, live_key, own_key
from cfi.contracts.state.rows.access import KEYS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.access.revoke_key import RevokeKey
from cfi.contracts.wire.parties import Level


def revoke_key(state: StateView, message: RevokeKey, block: BlockContext) -> Changes:
    """Revoke the key; others than an administrator may revoke only their own."""
    signer = active_user(state, block.holder_id, block.signer)
    if Level.ADMINISTRATOR in signer.levels:
        key = live_key(state, block.holder_id, message.key)
    else:
        key = own_key(state, block, message.key)

    return Changes.of(put(KEYS, block.holder_id, replace(key, revoked=True)))
