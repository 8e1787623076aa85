"""An application on its way."""

from cfi.contracts.state.rows.membership import Application
from cfi.contracts.wire.messages.membership.recommend_application import RecommendApplication
from cfi.contracts.wire.messages.membership.register_application import RegisterApplication
from cfi.contracts.wire.messages.membership.review_application import ReviewApplication
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import Cents, Count, Tonnes, Year
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId, Identifier, UserId
from tests.contracts.ledger import EXCHANGE, Ledger, seed_of
from tests.contracts.people import key_named, possession_of

APPLICANT = HolderId("company-c")
DOCUMENT = Hash(bytes(range(32)))

APPLICATION = RegisterApplication(
    applicant=APPLICANT,
    holder_class=HolderClass.MEMBER,
    documents=(DOCUMENT,),
    fee_paid=Cents(100_000),
    country=Identifier("US"),
    not_for_profit=False,
    first_year=Year(2003),
    direct_emissions=Tonnes(250_000),
    user_id=UserId("first"),
    key=key_named("first"),
    possession=possession_of("first", APPLICANT, "first"),
    holder_seed=seed_of("holder"),
    trading_seed=seed_of("trading"),
    retirement_seed=seed_of("retirement"),
)
REVIEW = ReviewApplication(
    applicant=APPLICANT, complete=True, eligible=True, at_risk=False, evidence=DOCUMENT
)
RECOMMENDATION = RecommendApplication(
    applicant=APPLICANT,
    grant=True,
    members=Count(7),
    in_favour=Count(4),
    against=Count(2),
    recused=Count(1),
    minutes=DOCUMENT,
)


def given_application(ledger: Ledger, *steps: object) -> None:
    """An application, filed and taken through some steps."""
    for message in (APPLICATION, *steps):
        ledger.when(message, by=EXCHANGE)
        ledger.done()


def application(ledger: Ledger) -> Application:
    """The application as it stands."""
    found = ledger.state.applications.of(EXCHANGE).get(APPLICANT)
    assert found is not None
    return found
