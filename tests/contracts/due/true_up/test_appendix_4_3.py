"""RB 4.11.2, 4.11.4, appendix 4.3: a Member with a baseline of 10,000,000 t that emits 9,500,000 t a
year, in a programme of 250,000,000 t.
"""

import pytest

from cfi.contracts.state.rows.custody import Restriction
from cfi.contracts.state.rows.true_up import ComplianceStatus, Stage
from tests.contracts.true_up import TrueUpLedger

PRINTED = [
    #  year  sold     banked   special reserve  super reductions
    (2003, 100_000, 25_000, 175_000, 100_000),
    (2004, 200_000, 100_000, 0, 0),
    (2005, 160_000, 40_000, 0, 0),
    (2006, 80_000, 20_000, 0, 0),
]


@pytest.mark.parametrize(("year", "sold", "banked", "reserve", "beyond"), PRINTED)
def test_a_year_closes_as_printed(
    true_up: TrueUpLedger, year: int, sold: int, banked: int, reserve: int, beyond: int
) -> None:
    member = true_up.member("company-a", 10_000_000)
    true_up.allocated(member, year, sold=sold)
    true_up.emitted(member, year, 9_500_000)

    true_up.reaches(year, Stage.CLOSED)

    closing = true_up.closing(member, year)
    assert closing.sold_tonnes == sold
    assert closing.banked_tonnes == banked
    assert closing.special_reserve_tonnes == reserve
    assert closing.super_reduction_tonnes == beyond
    assert true_up.marked(member, year, Restriction.NONE) == banked
    assert true_up.marked(member, year, Restriction.SPECIAL_RESERVE) == reserve
    assert true_up.marked(member, year, Restriction.SUPER_REDUCTION) == beyond
    assert true_up.obligation(member, year).status is ComplianceStatus.IN_COMPLIANCE
    assert true_up.obligation(member, year).surrendered_tonnes == 9_500_000


def test_all_four_years_one_after_the_other(true_up: TrueUpLedger) -> None:
    member = true_up.member("company-a", 10_000_000)
    for year, sold, *_ in PRINTED:
        true_up.allocated(member, year, sold=sold)
        true_up.emitted(member, year, 9_500_000)

    for year, *_ in PRINTED:
        true_up.reaches(year, Stage.CLOSED)

    assert [true_up.obligation(member, year).short_tonnes for year, *_ in PRINTED] == [0, 0, 0, 0]
    # Banked allowances of earlier vintages are surrendered first; what stays is the later vintage's.
    assert true_up.ledger.tonnes("company-a/1") == 25_000 + 175_000 + 100_000 + 160_000


class TestVariants:
    def test_unsold_surplus_is_banked_up_to_the_sales_limit(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 10_000_000)
        true_up.allocated(member, 2003)
        true_up.emitted(member, 2003, 9_500_000)
        true_up.reaches(2003, Stage.CLOSED)
        closing = true_up.closing(member, 2003)
        assert (closing.banked_tonnes, closing.special_reserve_tonnes) == (125_000, 175_000)

    def test_net_purchases_are_banked_too(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 10_000_000)
        true_up.allocated(member, 2003)
        true_up.ledger.given_lot("company-a/1", 5_000, 2003)
        true_up.traded(member, 2003, bought=5_000)
        true_up.emitted(member, 2003, 9_500_000)
        true_up.reaches(2003, Stage.CLOSED)
        assert true_up.closing(member, 2003).banked_tonnes == 130_000

    def test_a_sale_beyond_the_limit_changes_nothing_in_what_is_left(
        self, true_up: TrueUpLedger
    ) -> None:
        member = true_up.member("company-a", 10_000_000)
        true_up.allocated(member, 2003, sold=150_000)
        true_up.emitted(member, 2003, 9_500_000)
        true_up.reaches(2003, Stage.CLOSED)
        closing = true_up.closing(member, 2003)
        assert closing.banked_tonnes == 0
        assert (closing.super_reduction_tonnes, closing.special_reserve_tonnes) == (
            100_000,
            150_000,
        )

    def test_a_member_of_at_most_500_000_t_has_no_super_reductions(
        self, true_up: TrueUpLedger
    ) -> None:
        member = true_up.member("company-a", 500_000)
        true_up.allocated(member, 2003)
        true_up.emitted(member, 2003, 400_000)
        true_up.reaches(2003, Stage.CLOSED)
        closing = true_up.closing(member, 2003)
        assert closing.super_reduction_tonnes == 0
        assert (closing.surplus_tonnes, closing.banked_tonnes) == (95_000, 95_000)

    def test_programme_emissions_above_baseline_raise_the_sales_limit(
        self, true_up: TrueUpLedger
    ) -> None:
        true_up.programme_wide(250_000_000, 260_000_000)
        member = true_up.member("company-a", 10_000_000)
        true_up.allocated(member, 2003)
        true_up.emitted(member, 2003, 9_500_000)
        true_up.reaches(2003, Stage.CLOSED)
        closing = true_up.closing(member, 2003)
        assert (closing.banked_tonnes, closing.special_reserve_tonnes) == (130_000, 170_000)

    def test_earlier_excess_over_the_growth_provision_comes_off_super_reductions(
        self, true_up: TrueUpLedger
    ) -> None:
        member = true_up.member("company-a", 10_000_000)
        true_up.allocated(member, 2003)
        true_up.allocated(member, 2004)
        true_up.ledger.given_lot("company-a/1", 300_000, 2003)
        true_up.emitted(member, 2003, 10_230_000)
        true_up.emitted(member, 2004, 9_300_000)
        true_up.reaches(2003, Stage.CLOSED)
        assert true_up.closing(member, 2003).unmatched_excess_tonnes == 30_000
        true_up.reaches(2004, Stage.CLOSED)
        closing = true_up.closing(member, 2004)
        assert (closing.super_reduction_tonnes, closing.barred_tonnes) == (70_000, 30_000)
        assert closing.unmatched_excess_tonnes == 0

    def test_a_surplus_of_years_before_enrolment_is_not_banked(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 10_000_000, first_year=2005)
        true_up.allocated(member, 2003)
        true_up.emitted(member, 2003, 9_500_000)
        true_up.reaches(2003, Stage.CLOSED)
        closing = true_up.closing(member, 2003)
        assert (closing.banked_tonnes, closing.barred_tonnes) == (0, 400_000)
        barred = Restriction.NO_SALE | Restriction.NO_COMPLIANCE
        assert true_up.marked(member, 2003, barred) == 400_000
