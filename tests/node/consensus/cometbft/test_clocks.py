"""How far this machine's clock is off, and what only looks like it."""

from pathlib import Path

import pytest

from cfi.contracts.wire.headers import Timestamp
from cfi.node.consensus.cometbft.follower import Follower
from cfi.node.counters import Counters
from tests.node.chain import make_chain
from tests.node.consensus.cometbft.test_following import as_it_is, followed


@pytest.mark.parametrize(
    ("late", "steady"),
    [([0, 35, 34.1, 33.2], False), ([35], False), ([35, 35.1, 34.9], True), ([0, 0.1, 0.2], True)],
)
def test_who_catches_up_is_less_late_with_each_block(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    late: list[float],
    steady: bool,
) -> None:
    """A clock that is fast is off by as much at each."""
    chain = make_chain(tmp_path / "chain", 3)
    follower, files = followed(chain, tmp_path, as_it_is(chain), 3)
    follower._counters = counters = Counters()
    for second, off in enumerate(late):
        votes = Timestamp(seconds=1_800_000_000 + second, nanos=0)
        monkeypatch.setattr(Follower, "next_block_time", votes)
        counters.last_commit_nanos = votes.total_nanos + int(off * 10**9)
        follower._compare_clocks(follower._committed)
    assert counters.clock_steady is steady
    files.close()
    chain.close()
