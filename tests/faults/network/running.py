"""Four validators whose wires can be cut, and what must hold after every fault."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from cfi.client.wallet.transactions import act_id_of
from cfi.contracts.wire.limits import REPLAY_WINDOW_HEIGHTS
from cfi.contracts.wire.receipts import decode_receipt
from cfi.node.settings import Settings
from tests.effort import SOAK
from tests.faults.network.relays import Relays, relays
from tests.faults.network.worlds import APPLICATIONS, VALIDATORS, World
from tests.faults.running import replayed
from tests.network.running import QUICK, NetworkNode, commit_all

FAULT_SECONDS: Final = 300.0 if SOAK else 120.0
"""How long anything may take that a test waits for."""


@dataclass(slots=True)
class Net:
    """Running validators, their wires, and what they acknowledged."""

    nodes: list[NetworkNode]
    wires: Relays
    world: World = APPLICATIONS
    sent: int = 0
    acknowledged: dict[bytes, list[Any]] = field(default_factory=dict)

    def fresh(self, count: int) -> list[bytes]:
        """New acts, valid for half as long as any may be."""
        until = max(node.height for node in self.nodes) + REPLAY_WINDOW_HEIGHTS // 2
        first, self.sent = self.sent, self.sent + count
        return [self.world.act(number, until) for number in range(first, first + count)]

    def ids(self, acts: Sequence[bytes]) -> list[bytes]:
        """The acts' identifiers."""
        return [act_id_of(act) for act in acts]

    def commit(self, index: int, count: int = 1) -> int:
        """Have acts committed through a validator; returns the last one's height."""
        return self.commit_these(index, self.fresh(count))

    def commit_these(self, index: int, acts: Sequence[bytes]) -> int:
        """The same for acts that are there."""
        with self.nodes[index].client() as client:
            told = commit_all(client, acts)
        self.acknowledged.update(zip(self.ids(acts), told, strict=True))
        return max(int(height) for height, _, _ in told)

    def goes_on(self, *indexes: int, blocks: int = 2) -> int:
        """These validators decide more heights; returns one that all have."""
        chosen = [self.nodes[index] for index in indexes]
        goal = max(node.height for node in chosen) + blocks
        for node in chosen:
            node.reach(goal, FAULT_SECONDS)
        return goal

    def agree(self, *indexes: int) -> None:
        """Stop these (all, if none is named): each one's blocks replay to equal roots, all that was
        acknowledged is there, once, as it was told, and there are as many tonnes as before.
        """
        chosen = [self.nodes[index] for index in indexes or range(len(self.nodes))]
        top = max(height for height, _, _ in self.acknowledged.values())
        for node in chosen:
            node.reach(top + 2)
        for node in chosen:
            node.stop()
        histories = [replayed(node.home, self.world.beginning(node.home)) for node in chosen]
        common = set.intersection(*(set(history.roots) for history in histories))
        assert top in common
        done = sum(decode_receipt(receipt).done for _, _, receipt in self.acknowledged.values())
        assert done >= len(self.acknowledged) * 0.8, "about one in ten comes to nothing"
        for height in common:
            assert len({history.roots[height] for history in histories}) == 1, height
        for history in histories:
            assert history.tonnes == history.began
            assert bool(history.began) is self.world.moves_tonnes
            assert all(len(places) == 1 for places in history.places.values())
            for act_id, told in self.acknowledged.items():
                assert history.places[act_id] == [told]


@contextmanager
def four(
    folder: Path,
    programs: Mapping[int, Sequence[str]] | None = None,
    settings: Settings = QUICK,
    world: World = APPLICATIONS,
) -> Iterator[Net]:
    """Four running validators that reach each other through wires; some may run other programs."""
    homes = world.homes(folder, settings)
    with relays() as wires:
        for source, home in enumerate(homes):
            settings = home.settings()
            others = [index for index in range(VALIDATORS) if index != source]
            peers = tuple(
                f"{peer.partition('@')[0]}@{wires.add(source, target, peer.partition('@')[2])}"
                for target, peer in zip(others, settings.peers, strict=True)
            )
            world.settle(home, replace(settings, peers=peers))
        wires.start()
        net = Net([NetworkNode(home, world.program) for home in homes], wires, world)
        for index, program in (programs or {}).items():
            net.nodes[index].program = program
        try:
            for node in net.nodes:
                node.start()
            yield net
        finally:
            for node in net.nodes:
                node.kill()
