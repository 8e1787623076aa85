"""The markets that these tests begin with, each played once a run."""

from functools import partial
from pathlib import Path

import pytest

from tests.faults.network.market import VALIDATORS, Market, play_market, read_market
from tests.once import made_once


@pytest.fixture(scope="session")
def market(shared: Path) -> Market:
    """That of four validators."""
    return read_market(
        made_once(shared / "market", partial(play_market, validators=VALIDATORS))
    )


@pytest.fixture(scope="session")
def market_of_two(shared: Path) -> Market:
    """That of two."""
    return read_market(made_once(shared / "market-of-two", partial(play_market, validators=2)))
