"""Four validators under real CometBFT on one machine."""

from pathlib import Path
from typing import Any, Final

from cfi.client.wallet.transactions import act_id_of
from tests.faults.running import application, replayed
from tests.network.running import commit_all, network

ACTS: Final = [application(number) for number in range(40)]


def test_all_decide_the_same_and_one_that_was_killed_catches_up(tmp_path: Path) -> None:
    with network(tmp_path, 4) as nodes:
        places: dict[bytes, list[Any]] = {}
        for start, node in enumerate(nodes):
            with node.client() as client:
                acts = ACTS[start::4]
                places.update(zip(map(act_id_of, acts), commit_all(client, acts), strict=True))
        top = max(height for height, _, _ in places.values())
        for node in nodes:
            node.reach(top + 2)
            told = {act_id: node.ask("receipt", act_id=act_id) for act_id in places}
            assert told == places
        assert len({node.header(top + 1) for node in nodes}) == 1

        nodes[3].kill()
        with nodes[0].client() as client:
            ((height, _, _),) = commit_all(client, [application(100)])
        nodes[3].start()
        for node in nodes:
            node.reach(height + 2)
        for node in nodes:
            node.stop()
        roots = [replayed(node.home).roots for node in nodes]
        assert min(map(len, roots)) > height
        for at in range(1, height + 1):
            assert len({each[at] for each in roots}) == 1
