"""How many connections are let through to their handshake."""

from dataclasses import dataclass
from ipaddress import ip_address

import pytest

from cfi.node.consensus.cometbft.knocks import (
    EACH,
    HANDSHAKE_SECONDS,
    OF_STRANGERS,
    PLACES,
    Knocks,
)

VALIDATOR, AUDITOR = ip_address("10.1.0.2"), ip_address("fd00::3")
STRANGERS = [ip_address(f"10.1.1.{number}") for number in range(200)]


@dataclass(slots=True)
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def knocks(clock: Clock) -> Knocks:
    return Knocks([VALIDATOR], clock)


def let_through(knocks: Knocks, rounds: int = 2 * EACH) -> int:
    """How many of the strangers' connections are, from all their addresses in turn."""
    return sum(knocks.admits(each) for _ in range(rounds) for each in STRANGERS)


class TestOneAddress:
    @pytest.mark.parametrize("address", [VALIDATOR, STRANGERS[0]])
    def test_has_so_many_until_their_handshake_is_over(
        self, knocks: Knocks, clock: Clock, address: object
    ) -> None:
        told = [knocks.admits(address) for _ in range(EACH + 1)]  # type: ignore[arg-type]
        assert told == [True] * EACH + [False]
        clock.now = HANDSHAKE_SECONDS
        assert not knocks.admits(address)  # type: ignore[arg-type]
        clock.now += 0.1
        assert knocks.admits(address)  # type: ignore[arg-type]

    def test_what_was_refused_is_not_counted(self, knocks: Knocks, clock: Clock) -> None:
        for tenth in range(100):
            clock.now = tenth / 10
            knocks.admits(STRANGERS[0])
        clock.now = HANDSHAKE_SECONDS + 0.1
        assert knocks.admits(STRANGERS[0])


class TestStrangers:
    def test_have_so_many_in_all_which_leaves_places(self, knocks: Knocks) -> None:
        assert let_through(knocks) == OF_STRANGERS < PLACES - EACH

    def test_take_nothing_from_a_known_address(self, knocks: Knocks) -> None:
        let_through(knocks)
        assert knocks.admits(VALIDATOR)
        assert not knocks.admits(AUDITOR)

    def test_take_nothing_from_one_that_becomes_known(self, knocks: Knocks) -> None:
        assert knocks.admits(AUDITOR)
        knocks.know(AUDITOR)
        assert let_through(knocks) == OF_STRANGERS
        assert knocks.admits(AUDITOR)

    def test_have_as_many_again_later(self, knocks: Knocks, clock: Clock) -> None:
        knocks.admits(AUDITOR)
        knocks.know(AUDITOR)
        for _ in range(3):
            assert let_through(knocks) == OF_STRANGERS
            clock.now += HANDSHAKE_SECONDS + 0.1


def test_only_so_many_addresses_become_known(knocks: Knocks) -> None:
    known = [ip_address(f"10.2.{number // 256}.{number % 256}") for number in range(PLACES + 1)]
    for each in known:
        knocks.know(each)
    let_through(knocks)
    assert knocks.admits(known[0])
    assert not knocks.admits(known[-1])
