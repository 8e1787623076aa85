"""A year's true-up is held at the programme's dates of the next year.  (RB 4.7; ours 0038)"""

from cfi.contracts.figures.dates import start_of_day
from cfi.contracts.figures.schedule import rate_of
from cfi.contracts.state.changes import Changes, put_public
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.true_up import TRUE_UPS, Stage, TrueUp
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.true_up.schedule_true_up import ScheduleTrueUp
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import SECONDS_PER_DAY, Instant, Year
from cfi.contracts.wire.refusal import Refusal, require


def schedule_true_up(state: StateView, message: ScheduleTrueUp, block: BlockContext) -> Changes:
    """Write the year's stages; it then opens, goes on and closes by itself."""
    terms, year = terms_of(state), message.compliance_year
    require(
        rate_of(terms.growth_provision, year) is not None,
        Refusal.YEAR_NOT_IN_PROGRAMME,
        "RB 4.7",
        compliance_year=year,
    )
    require(
        state.true_ups.get(number_key(year)) is None,
        Refusal.TRUE_UP_SCHEDULED_BEFORE,
        "RB 4.7",
        compliance_year=year,
    )

    true_up = _scheduled(terms, year, block.now)
    return Changes.of(
        put_public(TRUE_UPS, true_up), opens_at=true_up.opens_at, closes_at=true_up.closes_at
    )


def _scheduled(terms: ProgrammeTerms, year: Year, now: Instant) -> TrueUp:
    """A year's true-up at the programme's dates; elections without one begin at once.

    After its opening date it opens with the next day, and each stage is as much later: Members
    always have the whole time to elect and to deliver.
    """
    begins: dict[str, Instant] = {
        stage.stage: start_of_day(year + 1, stage.month, stage.day) for stage in terms.true_up
    }
    next_day = (now // SECONDS_PER_DAY + 1) * SECONDS_PER_DAY
    later = max(0, next_day - begins["open"])
    begins = {stage: Instant(begin + later) for stage, begin in begins.items()}
    return TrueUp(
        year=year,
        stage=Stage.SCHEDULED,
        opens_at=begins["open"],
        elections_at=begins.get("elections", begins["open"]),
        settles_at=begins["settle"],
        cure_at=begins["cure"],
        closes_at=begins["close"],
        due_at=begins["open"],
    )
