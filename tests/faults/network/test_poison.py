"""A transaction over which a rule of ours raises an error halts no network."""

from pathlib import Path
from typing import Final

import pytest

from cfi.client.wallet.transactions import act_id_of
from cfi.node.ask import FaultError
from cfi.node.link import Kind
from tests.effort import effort
from tests.faults.network.market import VALIDATORS, Market
from tests.faults.network.planted import POISON, RAISES, with_plant
from tests.faults.network.running import FAULT_SECONDS, four

TIMES: Final = effort(sample=1, soak=5)
VICTIM, OTHERS = 3, (0, 1, 2)


@pytest.mark.parametrize("time", range(TIMES))
def test_where_all_have_the_mistake_only_its_act_is_dropped(
    tmp_path: Path, market: Market, time: int
) -> None:
    everyone = range(VALIDATORS)
    with four(tmp_path, market, dict.fromkeys(everyone, with_plant(RAISES))) as net:
        first = net.nodes[time % VALIDATORS]
        acts = net.fresh(6)
        with first.client() as client:
            tags = [client.submit(act) for act in (*acts[:3], POISON, *acts[3:])]
            poisonous = tags.pop(3)
            told = [client.committed(tag) for tag in tags]
            assert client.answer(poisonous) == (
                Kind.DROPPED,
                ["MALFORMED", "it raised an error here and is quarantined"],
            )
        net.acknowledged.update(zip(net.ids(acts), told, strict=True))
        kept = [path.read_bytes() for path in first.home.quarantine.glob("*.tx")]
        assert kept == [POISON]
        net.goes_on(*everyone, blocks=VALIDATORS)
        for index in everyone:
            net.commit(index)
            with pytest.raises(FaultError, match="unknown-act"):
                net.nodes[index].ask("act", act_id=act_id_of(POISON))
        net.agree()


@pytest.mark.parametrize("_time", range(TIMES))
def test_where_one_has_the_mistake_it_alone_stops_and_says_at_which_height(
    tmp_path: Path, market: Market, _time: int
) -> None:
    with four(tmp_path, market, {VICTIM: with_plant(RAISES)}) as net:
        net.commit(VICTIM, 3)
        victim = net.nodes[VICTIM]
        ledger = victim.ledger
        assert ledger is not None
        height = net.commit_these(0, [POISON])
        assert ledger.wait(FAULT_SECONDS) == 1
        assert f"the block of height {height}, which the validators decided" in victim.said()
        victim.kill()
        net.goes_on(*OTHERS)
        net.commit(1, 3)

        victim.program = net.nodes[0].program
        victim.start()
        net.goes_on(0, 1, 2, 3)
        net.commit(VICTIM, 3)
        net.agree()
