"""An applicant withdraws.  (ours)"""

from cfi.contracts.state.applications import pending_application
from cfi.contracts.state.changes import Changes, drop
from cfi.contracts.state.rows.membership import APPLICATIONS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.membership.withdraw_application import WithdrawApplication


def withdraw_application(
    state: StateView, message: WithdrawApplication, block: BlockContext
) -> Changes:
    """Take the application off the table."""
    application = pending_application(state, block, message.applicant)

    return Changes.of(drop(APPLICATIONS, block.holder_id, application))
