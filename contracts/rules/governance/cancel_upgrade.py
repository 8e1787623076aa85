"""An upgrade that has not taken effect is taken back, by two people.  (RB 3.14)"""

from cfi.contracts.state.changes import Changes, drop_public
from cfi.contracts.state.notices import NoticeKind, notify
from cfi.contracts.state.rows.governance import UPGRADES
from cfi.contracts.state.upgrades import waiting_upgrade
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.governance.cancel_upgrade import CancelUpgrade
from cfi.contracts.wire.refusal import Refusal, RefusedError


def cancel_upgrade(state: StateView, message: CancelUpgrade, block: BlockContext) -> Changes:
    """Forget the upgrade and tell everybody."""
    upgrade = waiting_upgrade(state, block.height)
    if upgrade is None or upgrade.from_height != message.from_height:
        raise RefusedError(Refusal.UNKNOWN_UPGRADE, "RB 3.14", {"from_height": message.from_height})

    return Changes.of(
        drop_public(UPGRADES, upgrade),
        notify(state, block, NoticeKind.UPGRADE_CANCELLED, str(upgrade.app_version)),
    )
