"""Flipped bits and cut files: the node stops with a sentence, or it is the very same ledger.

Each seed damages one place of a copy of a sound home; what starts all the same must have every
block, every receipt and every root as they were.  (RB 2.7.4)
"""

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from cfi.client.wallet.transactions import act_id_of
from cfi.node.assembly import Node, assemble
from cfi.node.doctor import examine
from cfi.node.home import Home, HomeError
from cfi.node.storage.database import DamagedError
from tests.effort import effort
from tests.faults.running import Client, application, new_home, running
from tests.node.chain import embedded
from tests.spoilt import spoilt

SEEDS: Final = effort(sample=60, soak=10_000)
BLOCKS: Final = 4
ACTS: Final = 5
"""In each block."""
Damage = Callable[[random.Random, bytes], bytes]


def flipped(chance: random.Random, data: bytes) -> bytes:
    """One bit turned round."""
    place = chance.randrange(len(data))
    return data[:place] + bytes((data[place] ^ 1 << chance.randrange(8),)) + data[place + 1 :]


def cut(chance: random.Random, data: bytes) -> bytes:
    """The end lost."""
    return data[: chance.randrange(len(data))]


def zeroed(chance: random.Random, data: bytes) -> bytes:
    """A stretch that reads as zeros, as after a lost disk write."""
    place = chance.randrange(len(data))
    length = min(chance.randrange(1, 512), len(data) - place)
    return data[:place] + bytes(length) + data[place + length :]


def run_some(home: Home, first: int) -> None:
    """Decide some blocks, and close: the next opening moves what the log holds into a table."""
    node = assemble(home)
    for block in range(first, first + BLOCKS):
        embedded(node).make_block([application(block * ACTS + each) for each in range(ACTS)])
    node.close()


def seen(node: Node) -> list[object]:
    """All that a ledger says of its past: its root, its blocks and the receipts of their acts."""
    told: list[object] = [node.application.app_hash, node.engine.height]
    for height in range(1, node.engine.height + 1):
        block = node.engine.block(height)
        assert block is not None
        told += [node.engine.record(height), node.engine.commit_of(height)]
        told += [node.application.store.receipt(act_id_of(each)) for each in block.transactions]
    return told


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with blocks whose rows stand in tables and in the log."""
    home = new_home(tmp_path_factory.mktemp("sound") / "home")
    run_some(home, 0)
    run_some(home, BLOCKS)
    return home


@pytest.fixture(scope="module")
def history(sound: Home, tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """What a copy of the sound home says."""
    node = assemble(copied(sound, tmp_path_factory.mktemp("copy")))
    told = seen(node)
    node.close()
    return told


def copied(home: Home, folder: Path) -> Home:
    """The same home elsewhere."""
    shutil.copytree(home.root, folder / "home", ignore=shutil.ignore_patterns("run"))
    return Home(folder / "home")


def files_of(home: Home) -> list[Path]:
    """Whatever a node reads when it starts and that isn't empty."""
    folders = (home.ledger, home.blocks)
    found = [path for folder in folders for path in folder.iterdir()]
    files = [path for path in found if path.stat().st_size and not path.name.startswith("LOG")]
    return sorted([*files, home.validator_key, home.validator_state, home.genesis_file])


def said_by_a_start(home: Home, history: list[object]) -> str | None:
    """Start; returns the sentence with which it stopped, or None if it is the same ledger."""
    try:
        node = assemble(home)
    except (DamagedError, HomeError) as error:
        return str(error)
    try:
        assert seen(node) == history, "another value was used"
    except DamagedError as error:
        return str(error)
    finally:
        node.close()
    return None


@pytest.mark.parametrize("seed", range(SEEDS))
def test_damage_is_said_or_does_no_harm(
    seed: int, sound: Home, history: list[object], tmp_path: Path
) -> None:
    chance, home = random.Random(seed), copied(sound, tmp_path)
    path = chance.choice(files_of(home))
    damage: Damage = chance.choice((flipped, flipped, cut, zeroed))
    path.write_bytes(damage(chance, path.read_bytes()))
    said = said_by_a_start(home, history)
    assert said is None or len(said) > len("damaged"), f"{damage.__name__} {path.name}"


def test_another_value_would_be_noticed(sound: Home, history: list[object], tmp_path: Path) -> None:
    home = copied(sound, tmp_path)
    run_some(home, 2 * BLOCKS)
    with pytest.raises(AssertionError, match="another value was used"):
        said_by_a_start(home, history)


class TestWhatTheOperatorReads:
    """A start that stops names the doctor, and the doctor names the part."""

    @pytest.mark.parametrize(
        ("pattern", "what"),
        [
            ("data/ledger/*.ldb", "store"),
            ("data/ledger/CURRENT", "store"),
            ("data/blocks/*.blocks", "blocks"),
            ("data/priv_validator_state.json", "validator"),
            ("config/priv_validator_key.json", "validator"),
        ],
    )
    def test_a_start_and_the_doctor(
        self, sound: Home, tmp_path: Path, pattern: str, what: str
    ) -> None:
        home = copied(sound, tmp_path)
        path = next(home.root.glob(pattern))
        data = path.read_bytes()
        path.write_bytes(spoilt(data, 0))
        home.lock_file.parent.mkdir()
        command = [sys.executable, "-m", "cfi.node.ledger_process", str(home.root)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert ended.returncode == 1
        assert f"run `cfi doctor --home {home.root}`" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert [each.what for each in examine(home) if not each.sound] == [what]

    def test_a_store_that_is_taken_away_is_made_again(
        self, sound: Home, history: list[object], tmp_path: Path
    ) -> None:
        home = copied(sound, tmp_path)
        shutil.rmtree(home.ledger)
        assert said_by_a_start(home, history) is None

    def test_nothing_is_cut_off_that_was_signed(
        self, sound: Home, history: list[object], tmp_path: Path
    ) -> None:
        """A record whose length grew looks like one that a crash cut off."""
        home = copied(sound, tmp_path)
        path = next(home.blocks.iterdir())
        data = path.read_bytes()
        longer = data[:5] + bytes((data[5] ^ 0x40,)) + data[6:]
        path.write_bytes(longer)
        assert said_by_a_start(home, history) is not None
        assert not all(each.sound for each in examine(home))
        assert path.read_bytes() == longer


def test_a_read_that_fails_while_it_serves_stops_it(sound: Home, tmp_path: Path) -> None:
    home = copied(sound, tmp_path)
    home.lock_file.parent.mkdir()
    with running(home) as node:
        client = Client.of(node)
        path = next(home.blocks.iterdir())
        data = path.read_bytes()
        path.write_bytes(spoilt(data, 100))
        client.send_question("block", height=1)
        assert not client.listen(20.0)
        client.link.close()
        assert node.process.wait(20.0) == 1
        said = node.said()
    assert f"block 1 in {path.name} is damaged" in said
    assert f"run `cfi doctor --home {home.root}`" in said
