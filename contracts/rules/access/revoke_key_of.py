"""The Exchange revokes a holder's key at once.  (RB 2.6.1)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.people import live_key
from cfi.contracts.state.rows.access import KEYS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.access.revoke_key_of import RevokeKeyOf


def revoke_key_of(state: StateView, message: RevokeKeyOf, block: BlockContext) -> Changes:
    """Revoke the key; one person suffices."""
    key = live_key(state, message.holder_id, message.key)

    return Changes.of(put(KEYS, message.holder_id, replace(key, revoked=True)))
