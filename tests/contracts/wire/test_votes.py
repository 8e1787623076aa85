"""Whether enough validators signed a block."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from cfi.contracts.wire.commits import Commit
from cfi.contracts.wire.headers import NO_BLOCK
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.validators import ValidatorSet
from cfi.contracts.wire.votes import (
    CommitError,
    NotEnoughPowerError,
    verify_commit,
    verify_commit_light,
    verify_commit_trusting,
)
from tests.chains import CHAIN_ID, block_id, commit_of, header, validator, validator_set

FOUR = {1: 10, 2: 10, 3: 10, 4: 10}
SET = validator_set(FOUR)
HEADER = header(3, FOUR, FOUR)
ID = block_id(HEADER)
GOOD = commit_of(HEADER, FOUR)
HEIGHT = Height(3)


def _spoilt(commit: Commit, place: int) -> Commit:
    votes = list(commit.signatures)
    votes[place] = replace(votes[place], signature=bytes(64))
    return replace(commit, signatures=tuple(votes))


def _swapped(commit: Commit) -> Commit:
    first, second, *rest = commit.signatures
    return replace(commit, signatures=(second, first, *rest))


def _nil(commit: Commit) -> Commit:
    return commit_of(HEADER, FOUR, nil=[2])


REFUSED = [
    #  sentence                                       commit                                  reason                   all, light
    ("the last signature is wrong: all are checked",  _spoilt(GOOD, 3),                       "signature of vote 3",   (False, True)),
    ("the first signature is wrong",                  _spoilt(GOOD, 0),                       "signature of vote 0",   (False, False)),
    ("votes in other places",                         _swapped(GOOD),                         "another validator's",   (False, False)),
    ("another height",                                replace(GOOD, height=Height(4)),        "of height 4, not 3",    (False, False)),
    ("another block",                                 replace(GOOD, block_id=NO_BLOCK),       "for another block",     (False, False)),
    ("fewer votes than validators",                   replace(GOOD, signatures=()),           "0 votes for 4",         (False, False)),
    ("half of the power",                             commit_of(HEADER, FOUR, voters=[1, 2]), "20 of 40",              (False, False)),
    ("a signed vote for nil is checked, not counted", commit_of(HEADER, FOUR, nil=[1, 2]),    "20 of 40",              (False, False)),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "commit", "reason", "verdicts"), REFUSED)
def test_refused(sentence: str, commit: Commit, reason: str, verdicts: tuple[bool, bool]) -> None:
    for check, good in zip((verify_commit, verify_commit_light), verdicts, strict=True):
        if good:
            check(CHAIN_ID, SET, ID, HEIGHT, commit)
        else:
            with pytest.raises(CommitError, match=reason):
                check(CHAIN_ID, SET, ID, HEIGHT, commit)


@pytest.mark.parametrize("commit", [GOOD, _nil(GOOD), commit_of(HEADER, FOUR, voters=[1, 3, 4])])
@pytest.mark.parametrize("check", [verify_commit, verify_commit_light])
def test_more_than_two_thirds_decide(check: Callable[..., None], commit: Commit) -> None:
    check(CHAIN_ID, SET, ID, HEIGHT, commit)


def test_a_wrong_vote_for_nil_spoils_a_commit_that_is_checked_whole() -> None:
    commit = commit_of(HEADER, FOUR, nil=[2])
    place = next(place for place, vote in enumerate(commit.signatures) if vote.flag == 3)
    with pytest.raises(CommitError, match="wrong"):
        verify_commit(CHAIN_ID, SET, ID, HEIGHT, _spoilt(commit, place))
    verify_commit_light(CHAIN_ID, SET, ID, HEIGHT, _spoilt(commit, place))


@pytest.mark.parametrize("check", [verify_commit, verify_commit_light])
def test_exactly_two_thirds_do_not(check: Callable[..., None]) -> None:
    three = {1: 10, 2: 10, 3: 10}
    made = header(3, three, three)
    commit = commit_of(made, three, voters=[1, 2])
    with pytest.raises(NotEnoughPowerError, match="20 of 30"):
        check(CHAIN_ID, validator_set(three), block_id(made), HEIGHT, commit)


class TestTrusting:
    def test_of_two_validators_with_one_address_the_first_counts(self) -> None:
        strong, weak = validator(1, 10), validator(1, 1)
        doubled = ValidatorSet(validators=(strong, weak, validator(9, 10)))
        verify_commit_trusting(CHAIN_ID, doubled, GOOD, Fraction(1, 3))
        assert doubled.by_address()[strong.address] == strong

    def test_strangers_are_passed_over(self) -> None:
        verify_commit_trusting(CHAIN_ID, validator_set({1: 10, 9: 10}), GOOD, Fraction(1, 3))

    def test_exactly_a_third_is_not_enough(self) -> None:
        with pytest.raises(NotEnoughPowerError, match="10 of 30"):
            verify_commit_trusting(CHAIN_ID, validator_set({1: 10, 9: 20}), GOOD, Fraction(1, 3))

    def test_a_double_vote_is_refused(self) -> None:
        twice = replace(GOOD, signatures=(GOOD.signatures[0], *GOOD.signatures))
        with pytest.raises(CommitError, match="second one"):
            verify_commit_trusting(CHAIN_ID, SET, twice, Fraction(1, 1))
