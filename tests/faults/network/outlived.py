"""Faults that a network outlives: some processes killed or paused, some wires cut, all back after it."""

import random
import signal
import time
from collections.abc import Callable
from typing import Final

from cfi.node.gateway.answers import RefusedRequestError
from cfi.node.gateway.public import require_in_step
from cfi.node.tether import end
from tests.effort import effort
from tests.faults.network.running import FAULT_SECONDS, Net
from tests.network.running import NetworkNode, until

KILLS: Final = effort(sample=1, soak=5)
"""Of each kind, each time."""
CUT_OFF_BLOCKS: Final = effort(sample=10, soak=100)
END_SECONDS: Final = 10.0
SPLIT_SECONDS: Final = effort(sample=5, soak=60)
EVERYONE: Final = range(4)
Fault = Callable[[Net, random.Random], None]


def one_is_killed(net: Net, chance: random.Random) -> None:
    """Its ledger, its engine or both at once, in the middle of work; the others go on."""
    for side in ("both", "ledger", "engine") * KILLS:
        victim, others = _chosen(chance)
        with net.nodes[others[0]].client() as client:
            acts = net.fresh(20)
            tags = [client.submit(act) for act in acts]
            client.listen(chance.uniform(0, 0.6))
            _kill(net, victim, side)
            net.acknowledged.update(
                (act_id, client.committed(tag))
                for act_id, tag in zip(net.ids(acts), tags, strict=True)
            )
        net.goes_on(*others)
        net.nodes[victim].start()
        net.goes_on(*EVERYONE)
        net.commit(victim)


def all_are_killed_at_once(net: Net, chance: random.Random) -> None:
    """Nobody is left who remembers; what was acknowledged is on the disks."""
    for _ in range(KILLS):
        net.commit(chance.choice(EVERYONE), 5)
        for node in net.nodes:
            node.kill()
        for node in net.nodes:
            node.start()
    net.commit(2)


def one_is_paused(net: Net, chance: random.Random) -> None:
    """Its ledger or its engine stands still, and goes on as if nothing had been."""
    for side in ("ledger", "engine") * KILLS:
        victim, others = _chosen(chance)
        node = net.nodes[victim]
        process = node.ledger if side == "ledger" else node.engine
        assert process is not None
        process.send_signal(signal.SIGSTOP)
        net.goes_on(*others, blocks=3)
        net.commit(others[0])
        process.send_signal(signal.SIGCONT)
        net.goes_on(*EVERYONE)
        net.commit(victim)


def one_is_cut_off(net: Net, chance: random.Random) -> None:
    """It reaches nobody for many blocks, and decides none of them."""
    alone, others = _chosen(chance)
    net.commit(others[0], 5)
    net.goes_on(*EVERYONE)
    net.wires.part(set(others), {alone})
    begun = net.nodes[others[0]].height
    while net.nodes[others[0]].height < begun + CUT_OFF_BLOCKS:
        net.commit(chance.choice(others))
    assert net.nodes[alone].height <= begun + 2
    until(lambda: not_ready(net.nodes[alone]) == "no-new-blocks", seconds=FAULT_SECONDS)
    assert not_ready(net.nodes[others[0]]) == ""
    net.wires.heal()
    net.goes_on(*EVERYONE)
    net.commit(alone)
    until(lambda: not_ready(net.nodes[alone]) == "", seconds=FAULT_SECONDS)


def not_ready(node: NetworkNode) -> str:
    """Why a gateway would say that its node isn't ready; empty if it is."""
    told = node.ask("status")
    try:
        require_in_step(told["height"], told["counters"])
    except RefusedRequestError as error:
        return error.code
    return ""


def two_halves_part(net: Net, chance: random.Random) -> None:
    """Neither half decides anything; what waited in both is decided by the whole."""
    net.commit(0, 5)
    net.goes_on(*EVERYONE)
    left, right = {0, 1}, {2, 3}
    net.wires.part(left, right)
    time.sleep(1.0)
    stood = [node.height for node in net.nodes]
    halves = [net.fresh(2), net.fresh(2)]
    clients = [net.nodes[chance.choice(sorted(side))].client() for side in (left, right)]
    tags = [
        [client.submit(act) for act in acts] for client, acts in zip(clients, halves, strict=True)
    ]
    time.sleep(SPLIT_SECONDS)
    assert [node.height for node in net.nodes] == stood
    assert max(stood) - min(stood) <= 1
    net.wires.heal()
    for client, acts, sent in zip(clients, halves, tags, strict=True):
        net.acknowledged.update(zip(net.ids(acts), map(client.committed, sent), strict=True))
        client.link.close()
    net.commit(1)


OUTLIVED: Final[tuple[Fault, ...]] = (
    one_is_killed,
    all_are_killed_at_once,
    one_is_paused,
    one_is_cut_off,
    two_halves_part,
)


def _chosen(chance: random.Random) -> tuple[int, list[int]]:
    """One validator, and the others."""
    victim = chance.choice(EVERYONE)
    return victim, [index for index in EVERYONE if index != victim]


def _kill(net: Net, index: int, side: str) -> None:
    """End one validator: its ledger, its engine, or both at once. The other side ends, too, or is
    ended as the supervisor does it: CometBFT can hang in its own end.
    """
    node = net.nodes[index]
    assert node.ledger is not None and node.engine is not None
    if side == "ledger":
        node.ledger.kill()
        end(node.engine, END_SECONDS)
    elif side == "engine":
        node.engine.kill()
        node.engine.wait()
        node.ledger.terminate()
        assert node.ledger.wait(60.0) == 0, node.said()
    node.kill()
