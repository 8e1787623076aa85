"""A Member elects its baseline period where the programme offers several.  (RB file 13)"""

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.baseline import PERIOD_ELECTIONS, PeriodElection
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.baseline.elect_baseline_period import ElectBaselinePeriod
from cfi.contracts.wire.refusal import Refusal, require


def elect_baseline_period(
    state: StateView, message: ElectBaselinePeriod, block: BlockContext
) -> Changes:
    """Keep the election, which is fixed once the baseline stands."""
    require(
        any(period.name == message.period for period in terms_of(state).baseline_periods),
        Refusal.UNKNOWN_PERIOD,
        "RB file 13",
        period=message.period,
    )
    require(state.baselines.get(block.holder_id) is None, Refusal.BASELINE_STANDS, "RB file 13")

    election = PeriodElection(period=message.period, elected_at=block.now)
    return Changes.of(put(PERIOD_ELECTIONS, block.holder_id, election))
