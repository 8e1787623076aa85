"""The run of allocation that all later ones follow.  (RB 4.12)"""

from cfi.contracts.state.rows.allocation import AllocationRun
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.text import HolderId


def first_run_over_all(state: StateView, exchange: HolderId) -> AllocationRun | None:
    """The first run over all Members, which set the percentage withheld; None before it."""
    runs = state.allocation_runs.of(exchange).all()
    return next((run for run in runs if run.only is None), None)
