"""Validators that don't reach each other: the rest goes on, a half never decides, nobody forks."""

import time
from pathlib import Path
from typing import Final

from tests.effort import effort
from tests.faults.network.running import four
from tests.faults.network.worlds import TRANSFERS

CUT_OFF_BLOCKS: Final = effort(sample=10, soak=100)
SPLIT_SECONDS: Final = effort(sample=5, soak=60)


def test_one_that_is_cut_off_comes_back(tmp_path: Path) -> None:
    with four(tmp_path, world=TRANSFERS) as net:
        net.commit(0, 5)
        net.goes_on(0, 1, 2, 3)
        net.wires.part({0, 1, 2}, {3})
        begun = net.nodes[0].height
        while net.nodes[0].height < begun + CUT_OFF_BLOCKS:
            net.commit(net.sent % 3)
        assert net.nodes[3].height <= begun + 2
        net.wires.heal()
        net.goes_on(0, 1, 2, 3)
        net.commit(3)
        net.agree()


def test_two_halves_decide_nothing_and_then_go_on_as_one(tmp_path: Path) -> None:
    with four(tmp_path, world=TRANSFERS) as net:
        net.commit(0, 5)
        net.goes_on(0, 1, 2, 3)
        net.wires.part({0, 1}, {2, 3})
        time.sleep(1.0)
        stood = [node.height for node in net.nodes]
        left, right = net.fresh(2), net.fresh(2)
        clients = [net.nodes[0].client(), net.nodes[2].client()]
        tags = [
            [client.submit(act) for act in acts]
            for client, acts in zip(clients, (left, right), strict=True)
        ]
        time.sleep(SPLIT_SECONDS)
        assert [node.height for node in net.nodes] == stood
        assert max(stood) - min(stood) <= 1
        net.wires.heal()
        for client, sent in zip(clients, tags, strict=True):
            for tag in sent:
                client.committed(tag)
            client.link.close()
        net.commit(1)
        net.agree()
