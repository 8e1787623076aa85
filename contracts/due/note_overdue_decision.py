"""An application that wasn't decided within thirty business days is overdue.  (RB 2.4.1)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.rows.membership import APPLICATIONS, Application
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext


def note_overdue_decision(_: StateView, application: Application, __: BlockContext) -> Changes:
    """Mark it; it may still be decided."""
    return Changes.of(put(APPLICATIONS, application.exchange, replace(application, overdue=True)))
