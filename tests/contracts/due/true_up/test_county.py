"""RB file 14 on the ledger: a county with a baseline of 259,900 t that emits 279,753 t a year."""

import pytest

from cfi.contracts.state.rows.true_up import ComplianceStatus, Stage
from cfi.contracts.wire.messages.true_up.deliver_cure import DeliverCure
from cfi.contracts.wire.quantities import Tonnes, Year
from cfi.contracts.wire.text import AccountId
from tests.contracts.ledger import Ledger
from tests.contracts.true_up import PHASE_2, TrueUpLedger

YEARS = [
    #  year  allocation  owed     CFIs to buy
    (2007, 256_000, 267_700, 117),
    (2008, 252_100, 267_700, 156),
    (2009, 248_200, 267_700, 195),
    (2010, 244_300, 267_700, 234),
]


@pytest.mark.parametrize(("year", "allocation", "owed", "to_buy"), YEARS)
def test_the_growth_provision_bounds_what_is_owed(
    ledger: Ledger, year: int, allocation: int, owed: int, to_buy: int
) -> None:
    true_up = TrueUpLedger(ledger, PHASE_2)
    county = true_up.member("company-a", 259_900, first_year=2007)
    true_up.allocated(county, year)
    true_up.emitted(county, year, 279_753)

    true_up.reaches(year, Stage.CURE)

    row = true_up.obligation(county, year)
    assert row.target_tonnes == allocation
    assert row.emissions_tonnes == 279_800
    assert (row.owed_tonnes, row.surrendered_tonnes) == (owed, allocation)
    assert row.short_tonnes == to_buy * 100

    bought = ledger.given_lot("company-a/1", to_buy * 100, year)
    cure = DeliverCure(
        compliance_year=Year(year),
        account_id=AccountId("company-a/1"),
        lot_id=bought,
        tonnes=Tonnes(to_buy * 100),
    )
    ledger.when(cure)
    ledger.done(short_tonnes=0)
    true_up.reaches(year, Stage.CLOSED)
    assert true_up.obligation(county, year).status is ComplianceStatus.IN_COMPLIANCE
    assert ledger.tonnes("company-a/1") == 0
    assert true_up.closing(county, year).unmatched_excess_tonnes == 12_100
