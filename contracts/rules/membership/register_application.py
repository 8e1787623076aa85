"""The registrar files an application.  (RB 2.4.1, 11.1)"""

from cfi.contracts.figures.business_days import end_of_business_day
from cfi.contracts.figures.dates import day_of
from cfi.contracts.figures.errors import FigureError
from cfi.contracts.figures.schedule import may_be_first
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.genesis import is_holder_id
from cfi.contracts.state.parameters import value_of
from cfi.contracts.state.people import require_new_key
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.membership import (
    APPLICATIONS,
    Application,
    ApplicationStage,
    FirstAdministrator,
    is_pending,
)
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.membership.register_application import RegisterApplication
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.refusal import Refusal, RefusedError, require


def register_application(
    state: StateView, message: RegisterApplication, block: BlockContext
) -> Changes:
    """Keep the application until it is decided, within thirty business days."""
    _require_new_applicant(state, message, block)
    _require_class(state, message, block)
    if message.holder_class is HolderClass.MEMBER:
        _require_first_year(terms_of(state), message, block)
    require(
        message.documents, Refusal.INCOMPLETE_APPLICATION, "RB 2.4.1", applicant=message.applicant
    )
    require(message.fee_paid >= 0, Refusal.NEGATIVE_FEE, "RB 2.4.1", fee_paid=message.fee_paid)
    require_new_key(
        state, block, message.applicant, message.user_id, message.key, message.possession
    )

    application = _filed(message, block, _decide_by(state, block))
    return Changes.of(
        put(APPLICATIONS, block.holder_id, application), decide_by=application.decide_by
    )


def _decide_by(state: StateView, block: BlockContext) -> Instant:
    days = value_of(state, "decision_business_days", block.height)
    return end_of_business_day(
        block.now, days, lambda day: state.holidays.get(number_key(day)) is not None
    )


def _filed(message: RegisterApplication, block: BlockContext, decide_by: Instant) -> Application:
    return Application(
        applicant=message.applicant,
        exchange=block.holder_id,
        holder_class=message.holder_class,
        stage=ApplicationStage.FILED,
        documents=message.documents,
        fee_paid=message.fee_paid,
        country=message.country,
        not_for_profit=message.not_for_profit,
        first_year=message.first_year,
        direct_emissions=message.direct_emissions,
        administrator=FirstAdministrator(
            user_id=message.user_id,
            key=message.key,
            holder_seed=message.holder_seed,
            trading_seed=message.trading_seed,
            retirement_seed=message.retirement_seed,
        ),
        filed_at=block.now,
        decide_by=decide_by,
        overdue=False,
        review=None,
        vote=None,
        recommended=False,
        reason=None,
    )


def _require_new_applicant(
    state: StateView, message: RegisterApplication, block: BlockContext
) -> None:
    name = message.applicant
    require(is_holder_id(name), Refusal.MALFORMED_HOLDER_ID, "RB 2.4.1", applicant=name)
    require(state.holders.get(name) is None, Refusal.HOLDER_EXISTS, "RB 2.4.1", applicant=name)
    earlier = state.applications.of(block.holder_id).get(name)
    require(
        earlier is None or not is_pending(earlier),
        Refusal.APPLICATION_EXISTS,
        "RB 2.4.1",
        applicant=name,
    )
    require(
        state.holder_has_room(block.holder_id),
        Refusal.TOO_MANY_RECORDS,
        "RB 2.4.1",
        applicant=name,
    )


def _require_class(state: StateView, message: RegisterApplication, block: BlockContext) -> None:
    """Little emitters are Associate Members, and only they."""
    asked = message.holder_class
    require(asked is not HolderClass.EXCHANGE, Refusal.WRONG_CLASS, "RB 2.2", holder_class=asked)
    if asked in (HolderClass.MEMBER, HolderClass.ASSOCIATE_MEMBER):
        little = message.direct_emissions <= value_of(state, "associate_tonnes", block.height)
        require(
            little is (asked is HolderClass.ASSOCIATE_MEMBER),
            Refusal.WRONG_CLASS,
            "RB 11.1",
            holder_class=asked,
            direct_emissions=message.direct_emissions,
        )


def _require_first_year(
    terms: ProgrammeTerms, message: RegisterApplication, block: BlockContext
) -> None:
    """A Member's first year has a schedule, and is the year in which it joins."""
    first_year = message.first_year
    try:
        joins = may_be_first(terms, first_year, day_of(block.now).year)
    except FigureError:
        raise RefusedError(Refusal.NO_SCHEDULE, "RB 4.6", {"first_year": first_year}) from None
    require(joins, Refusal.FIRST_YEAR_DIFFERS, "RB 2.7.1", first_year=first_year)
