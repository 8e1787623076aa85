"""A ledger of phase 1 with two Members."""

import pytest

from cfi.contracts.state.rows.true_up import Stage
from tests.contracts.due.true_up.late_story import Late
from tests.contracts.ledger import Ledger
from tests.contracts.true_up import TrueUpLedger


@pytest.fixture
def true_up(ledger: Ledger) -> TrueUpLedger:
    """Phase 1 with a programme-wide baseline of 250,000,000 t."""
    return TrueUpLedger(ledger)


@pytest.fixture
def story(true_up: TrueUpLedger) -> Late:
    """Company A goes through 2003."""
    return Late(true_up)


@pytest.fixture
def enrolled(story: Late) -> Late:
    """`late` is allocated to after the close of 2003."""
    story.true_up.reaches(2003, Stage.CLOSED)
    story.enrols()
    story.allocated()
    return story
