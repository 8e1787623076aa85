"""How far a set may change at once, and the steps to a wanted one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.state.validator_power import (
    NoStepError,
    Powers,
    PowerStep,
    changed_power,
    may_change,
    plan_steps,
)

A, B, C, D = b"a", b"b", b"c", b"d"
CHANGED = [
    #  sentence                                  before            after              replaced   power
    ("nothing",                                  {A: 10},          {A: 10},           {},        0),
    ("added",                                    {A: 10},          {A: 10, B: 4},     {},        4),
    ("removed",                                  {A: 10, B: 4},    {A: 10},           {},        4),
    ("more and less are put together",           {A: 10, B: 4},    {A: 8, B: 5},      {},        3),
    ("another in its place counts twice",        {A: 10},          {B: 10},           {},        20),
    ("its own new key counts once",              {A: 10},          {B: 10},           {B: A},    10),
    ("with less power, what is lost counts too", {A: 10},          {B: 7},            {B: A},    13),
    ("a key replaced long ago counts as any",    {B: 10},          {B: 10, C: 4},     {B: A},    4),
    ("the old key comes back as another's",      {A: 10},          {A: 10, B: 10},    {B: A},    10),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "before", "after", "replaced", "power"), CHANGED, ids=[row[0] for row in CHANGED]
)
def test_what_changes(
    sentence: str, before: Powers, after: Powers, replaced: dict[bytes, bytes], power: int
) -> None:
    assert changed_power(before, after, replaced) == power


def test_a_share_of_the_power_before_and_no_more() -> None:
    assert [may_change(changed, 1_000, 3) for changed in (333, 334)] == [True, False]
    assert may_change(10_000, 1, 0), "0 is no bound"


def applied(current: Powers, step: list[PowerStep]) -> dict[bytes, int]:
    after = dict(current)
    for each in step:
        assert after.get(each.key, 0) == each.before
        after[each.key] = each.after
    return {key: power for key, power in after.items() if power}


class TestSteps:
    def test_a_founder_of_power_1000_is_joined_by_three_equals(self) -> None:
        wanted = {A: 1_000, B: 1_000, C: 1_000, D: 1_000}
        steps = plan_steps({A: 1_000}, wanted, 3)
        assert [[(each.key, each.after) for each in step] for step in steps] == [
            [(B, 333)],
            [(B, 777)],
            [(B, 1_000), (C, 369)],
            [(C, 1_000), (D, 158)],
            [(D, 1_000)],
        ]

    def test_removal_comes_last_and_in_steps(self) -> None:
        steps = plan_steps({A: 1_000}, {B: 500, C: 500}, 3)
        assert [[(each.key, each.after) for each in step] for step in steps] == [
            [(B, 333)],
            [(B, 500), (C, 277)],
            [(C, 500), (A, 631)],
            [(A, 88)],
            [(A, 0)],
        ]

    def test_no_step_where_nothing_is_to_change(self) -> None:
        assert plan_steps({A: 7}, {A: 7}, 3) == []

    def test_no_bound_is_one_step(self) -> None:
        assert plan_steps({A: 1}, {B: 9}, 0) == [[PowerStep(B, 0, 9), PowerStep(A, 1, 0)]]

    @pytest.mark.parametrize(
        ("current", "wanted", "reason"),
        [({A: 2}, {A: 1_000}, "power of 2 is too small"), ({A: 9}, {}, "has no validator")],
    )
    def test_where_none_leads_there_it_says_so(
        self, current: Powers, wanted: Powers, reason: str
    ) -> None:
        with pytest.raises(NoStepError, match=reason):
            plan_steps(current, wanted, 3)

    @given(
        current=st.dictionaries(st.sampled_from([A, B, C, D]), st.integers(30, 10**6), min_size=1),
        wanted=st.dictionaries(st.sampled_from([A, B, C, D]), st.integers(1, 10**6), min_size=1),
        divisor=st.integers(1, 10),
    )
    def test_every_step_is_lawful_and_the_last_arrives(
        self, current: Powers, wanted: Powers, divisor: int
    ) -> None:
        sets = [dict(current)]
        try:
            steps = plan_steps(current, wanted, divisor)
        except NoStepError:
            return
        for step in steps:
            sets.append(applied(sets[-1], step))
        assert sets[-1] == dict(wanted)
        for before, after in pairwise(sets):
            assert may_change(changed_power(before, after, {}), sum(before.values()), divisor)
