"""Another version of the rules decides from a height to come, by two people.  (RB 3.14)"""

from cfi.contracts.state.changes import Changes, put_public
from cfi.contracts.state.notices import NoticeKind, notify
from cfi.contracts.state.parameters import value_of
from cfi.contracts.state.rows.governance import UPGRADES, Upgrade
from cfi.contracts.state.upgrades import app_version_at, waiting_upgrade
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.governance.schedule_upgrade import ScheduleUpgrade
from cfi.contracts.wire.refusal import Refusal, require


def schedule_upgrade(state: StateView, message: ScheduleUpgrade, block: BlockContext) -> Changes:
    """Set the height, with time enough to install what knows the version; tell everybody.

    Whether this program knows it doesn't matter: one that doesn't stops before that height.
    """
    require(
        waiting_upgrade(state, block.height) is None,
        Refusal.UPGRADE_WAITS,
        "RB 3.14",
        from_height=message.from_height,
    )
    require(
        message.app_version > app_version_at(state, block.height),
        Refusal.VERSION_NOT_LATER,
        "RB 3.14",
        app_version=message.app_version,
    )
    notice = value_of(state, "upgrade_notice_heights", block.height)
    require(
        message.from_height > block.height + notice,
        Refusal.UPGRADE_TOO_SOON,
        "RB 3.14",
        from_height=message.from_height,
    )

    upgrade = Upgrade(from_height=message.from_height, app_version=message.app_version)
    return Changes.of(
        put_public(UPGRADES, upgrade),
        notify(state, block, NoticeKind.UPGRADE_SCHEDULED, str(message.app_version)),
    )
