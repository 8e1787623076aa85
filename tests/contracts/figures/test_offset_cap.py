"""RB 4.11.5: the programme-wide limit on offsets and early action credits."""

from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.figures.offset_cap import Chosen, cut, most_early, pro_rata, usable_kinds
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import BasisPoints, Cfis, Year
from cfi.genesis.programmes.loader import programme

HALF = BasisPoints(5_000)


def chosen(**accounts: tuple[int, int]) -> tuple[Chosen, ...]:
    """Offsets and early action credits by account."""
    return tuple(
        Chosen(account=name, offsets=Cfis(offsets), early=Cfis(early))
        for name, (offsets, early) in accounts.items()
    )


class TestTheCut:
    def test_within_the_limit_nothing_is_cut(self) -> None:
        all_of_it = chosen(a=(3, 2), b=(1, 0))
        assert cut(all_of_it, Cfis(10), HALF) == all_of_it

    def test_early_action_credits_are_first_cut_to_the_offsets(self) -> None:
        assert cut(chosen(a=(1, 3), b=(1, 1)), Cfis(10), HALF) == chosen(a=(1, 2), b=(1, 0))

    def test_then_both_are_cut_pro_rata(self) -> None:
        assert cut(chosen(a=(6, 0), b=(0, 6)), Cfis(6), HALF) == chosen(a=(3, 0), b=(0, 3))

    def test_an_odd_limit_leaves_the_odd_one_to_the_offsets(self) -> None:
        assert cut(chosen(a=(6, 6)), Cfis(5), HALF) == chosen(a=(3, 2))

    def test_without_a_share_no_early_action_credit_is_used(self) -> None:
        assert cut(chosen(a=(2, 2)), Cfis(9), BasisPoints(0)) == chosen(a=(2, 0))

    def test_nothing_chosen(self) -> None:
        assert cut((), Cfis(5), HALF) == ()

    @given(
        st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=6),
        st.integers(0, 300),
    )
    def test_no_one_gets_more_than_it_chose_and_both_limits_hold(
        self, amounts: list[tuple[int, int]], limit: int
    ) -> None:
        before = chosen(**{f"a{number}": amount for number, amount in enumerate(amounts)})
        after = cut(before, Cfis(limit), HALF)
        offsets, early = sum(one.offsets for one in after), sum(one.early for one in after)
        assert offsets + early <= limit
        assert early <= offsets
        for was, now in zip(before, after, strict=True):
            assert 0 <= now.offsets <= was.offsets
            assert 0 <= now.early <= was.early
        wanted = sum(one.offsets for one in before)
        usable = wanted + min(wanted, sum(one.early for one in before))
        assert offsets + early == min(limit, usable)


class TestProRata:
    def test_the_largest_remainder_goes_first(self) -> None:
        amounts = {"a": Cfis(5), "b": Cfis(3), "c": Cfis(2)}
        assert pro_rata(amounts, Cfis(4)) == {"a": 2, "b": 1, "c": 1}

    def test_ties_go_by_account(self) -> None:
        amounts = {"b": Cfis(1), "a": Cfis(1)}
        assert pro_rata(amounts, Cfis(1)) == {"a": 1, "b": 0}

    @given(
        st.dictionaries(st.text("abcdef", min_size=1), st.integers(0, 10**6), max_size=8),
        st.integers(0, 10**6),
    )
    def test_the_parts_sum_to_the_whole_and_are_near_their_share(
        self, amounts: dict[str, int], total: int
    ) -> None:
        parts = pro_rata({name: Cfis(amount) for name, amount in amounts.items()}, Cfis(total))
        whole = sum(amounts.values())
        assert sum(parts.values()) == min(total, whole)
        for name, part in parts.items():
            exact = amounts[name] if total >= whole else amounts[name] * total / whole
            assert abs(part - exact) < 1


class TestWhatIsUsable:
    def test_half_of_both_means_as_many_as_offsets(self) -> None:
        assert most_early(Cfis(7), HALF) == 7

    def test_early_action_credits_from_2004(self) -> None:
        phase_1 = programme("phase-1")
        assert Instrument.XE not in usable_kinds(phase_1, Year(2003))
        assert Instrument.XMO in usable_kinds(phase_1, Year(2003))
        assert Instrument.XE in usable_kinds(phase_1, Year(2004))

    def test_without_a_limit_only_allowances(self) -> None:
        assert usable_kinds(programme("phase-2"), Year(2007)) == (Instrument.XA,)
