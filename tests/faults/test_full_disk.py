"""A full disk stops the ledger with a sentence; once there is room, it goes on with nothing lost.

The disk is a small tmpfs of the test's own, so these tests need the right to mount.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from cfi.node.doctor import examine
from tests.effort import effort
from tests.faults.running import Client, EndedError, Load, Node, new_home, replayed, running
from tests.faults.small_disk import fill, small_disk

DISK_BYTES = 4 * 1024 * 1024
LEAST_LEFT, MOST_LEFT = 20_000, 120_000
"""Bytes that the ledger finds free when it starts."""
STOP_SECONDS = 60.0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk, mounted for one test."""
    with small_disk(tmp_path / "disk", DISK_BYTES) as folder:
        yield folder


def load_until_it_stops(node: Node, load: Load) -> str:
    """Waves of acts until the ledger ends by itself; returns what it said."""
    try:
        load.until_gone(node, STOP_SECONDS)
    except EndedError as ended:
        assert node.process.returncode == 1
        return str(ended)
    assert node.process.wait(STOP_SECONDS) == 1
    return node.said()


@pytest.mark.parametrize("seed", range(effort(sample=2, soak=50)))
def test_it_stops_and_goes_on_when_there_is_room(seed: int, disk: Path) -> None:
    load = Load(random.Random(seed))
    home = new_home(disk / "home")
    with running(home) as node:
        load.until_killed(node, 0.5)
    filler = fill(disk, load.chance.randrange(LEAST_LEFT, MOST_LEFT))
    with running(home) as node:
        said = load_until_it_stops(node, load)
    assert "No space left on device" in said and "Traceback" not in said

    filler.unlink()
    with running(home) as node:
        client = Client.of(node)
        load.look(client)
        before = client.ask("status")["height"]
        again = [client.submit(each) for each in load.unanswered]
        new = client.submit(load.fresh(1)[0])
        answers = [client.answer(tag)[0].name for tag in (*again, new)]
        assert set(answers) <= {"COMMITTED", "REJECTED"} and answers[-1] == "COMMITTED"
        assert client.ask("status")["height"] > before
        client.link.close()
        node.stop()

    history = replayed(home)
    assert all(history.places[act_id] == [told] for act_id, told in load.acknowledged.items())
    assert all(len(places) == 1 for places in history.places.values())


def test_a_full_disk_is_said_at_the_start_too(disk: Path) -> None:
    home = new_home(disk / "home")
    fill(disk, 0)
    with running(home) as node:
        assert node.process.wait(STOP_SECONDS) == 1
        said = node.said()
    assert "No space left" in said and "Traceback" not in said
    (store,) = [each for each in examine(home) if each.what == "store"]
    assert not store.sound and "remove" not in store.sentence
