"""RB 6.4, 6.7, 7.3: opt-ins are elected at enrolment."""

from operator import itemgetter
from typing import Any

import pytest

from cfi.contracts.wire.emissions import ElectricityOptIn, WarmingSet
from cfi.contracts.wire.text import Identifier
from tests.contracts.filings import A, FilingLedger, day, opt_ins

CANADA = Identifier("CA")
MEXICO = Identifier("MX")


class TestWhatElectingDoes:
    def test_elections_are_kept_and_may_change_until_the_baseline_stands(
        self, filing: FilingLedger
    ) -> None:
        filing.does(opt_ins(steam=True))
        filing.does(opt_ins(electricity=ElectricityOptIn.ALL))
        row = filing.ledger.state.opt_ins.get(A)
        assert row is not None
        assert (row.electricity, row.steam, row.reopened) == (ElectricityOptIn.ALL, False, False)

    def test_countries_may_be_added_until_the_end_of_2003(self, filing: FilingLedger) -> None:
        filing.does(opt_ins(countries=(CANADA,)))
        filing.established()
        filing.ledger.pass_time(to=day("2004-01-01") - 1)
        filing.does(opt_ins(countries=(CANADA, MEXICO)))
        row = filing.ledger.state.opt_ins.get(A)
        assert row is not None
        assert (row.countries, row.reopened) == ((CANADA, MEXICO), True)


REFUSED_ONCE_IT_STANDS: list[tuple[str, dict[str, Any]]] = [
    ("no activity is added", {"small_source_activities": (Identifier("heat"),)}),
    ("no country is taken back", {"countries": ()}),
    ("no other country takes its place", {"countries": (MEXICO,)}),
    ("one set of warming potentials throughout", {"warming_set": WarmingSet.IPCC_2001}),
    ("steam isn't added", {"steam": True}),
]


@pytest.mark.parametrize(
    ("sentence", "change"), REFUSED_ONCE_IT_STANDS, ids=map(itemgetter(0), REFUSED_ONCE_IT_STANDS)
)
def test_refusal_once_the_baseline_stands(
    filing: FilingLedger, sentence: str, change: dict[str, Any]
) -> None:
    filing.does(opt_ins(countries=(CANADA,)))
    filing.established()
    before = filing.ledger.tables()
    filing.ledger.when(opt_ins(**{"countries": (CANADA,)} | change), A)
    filing.ledger.refused("ELECTION_CLOSED", "RB 6.7", {})
    assert filing.ledger.tables() == before, sentence


def test_who_elected_nothing_elects_nothing_later(filing: FilingLedger) -> None:
    filing.established()
    filing.ledger.when(opt_ins(countries=(CANADA,)), A)
    filing.ledger.refused("ELECTION_CLOSED", "RB 6.7", {})


def test_no_country_is_added_after_2003(filing: FilingLedger) -> None:
    filing.does(opt_ins())
    filing.established()
    filing.ledger.pass_time(to=day("2004-01-01"))
    filing.ledger.when(opt_ins(countries=(CANADA,)), A)
    filing.ledger.refused("ELECTION_CLOSED", "RB 6.4", {})


def test_who_makes_power_doesn_t_opt_in_electricity(filing: FilingLedger) -> None:
    filing.ledger.when(opt_ins(primarily_power=True, electricity=ElectricityOptIn.LARGE), A)
    filing.ledger.refused("NOT_FOR_POWER_PRODUCERS", "RB 6.7.3", {})
    filing.does(opt_ins(primarily_power=True))
