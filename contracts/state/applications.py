"""Applications that wait for a decision: records of the Exchange.  (RB 2.4.1)"""

from cfi.contracts.state.rows.membership import Application, is_pending
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.refusal import Refusal, RefusedError
from cfi.contracts.wire.text import HolderId


def pending_application(state: StateView, block: BlockContext, applicant: HolderId) -> Application:
    """An application not yet decided; refuses UNKNOWN_APPLICATION."""
    application = state.applications.of(block.holder_id).get(applicant)
    if application is None or not is_pending(application):
        raise RefusedError(Refusal.UNKNOWN_APPLICATION, "RB 2.4.1", {"applicant": applicant})
    return application
