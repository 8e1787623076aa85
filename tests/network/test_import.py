"""A chain that the embedded engine began goes on under CometBFT: one history, signed once a height."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cfi.client.wallet.transactions import act_id_of
from cfi.contracts.wire.block_file import decode_records, encode_record
from cfi.contracts.wire.blocks import Block, data_hash, decode_block, encode_block
from cfi.contracts.wire.messages.governance.add_validator import AddValidator
from cfi.contracts.wire.possession import consensus_statement
from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.schema import PublicKey, Signature
from cfi.contracts.wire.signatures import public_key_of, sign
from cfi.contracts.wire.text import HolderId
from cfi.node.assembly import assemble
from cfi.node.consensus.cometbft import importing
from cfi.node.consensus.cometbft.importing import STORES, import_blocks
from cfi.node.demo.player import Player
from cfi.node.home import Home, HomeError
from cfi.node.main import main
from cfi.node.settings import COMETBFT, EMBEDDED
from cfi.node.storage.database import DamagedError
from tests.engine import built_engine
from tests.faults.running import CAST, SCENARIO, Client, application, replayed, running
from tests.network.running import QUICK, NetworkNode, commit_all, found_homes
from tests.spoilt import spoilt

ACTS = [application(number) for number in range(30)]
ABSENT = CAST.seed("validator", "absent")
SECOND = AddValidator(
    key=PublicKey(public_key_of(ABSENT)),
    operator=HolderId("exchange"),
    power=Count(300),
    possession=Signature(
        sign(
            ABSENT,
            consensus_statement(SCENARIO.chain_id, "exchange", PublicKey(public_key_of(ABSENT))),
        )
    ),
)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which the embedded engine decided acts, lastly for a validator that isn't there."""
    built_engine()
    (home,) = found_homes(tmp_path_factory.mktemp("grown"), 1, replace(QUICK, engine=EMBEDDED))
    with running(home) as node, Client.of(node) as client:
        commit_all(client, ACTS[:10])
        player = Player(home.socket)
        player.both(CAST.officer(1), CAST.officer(2), [SECOND])
        player.close()
        commit_all(client, ACTS[10:15])
        commit_all(client, ACTS[15:20])
        node.stop()
    return home


@pytest.fixture
def home(grown: Home, tmp_path: Path) -> Home:
    shutil.copytree(grown.root, tmp_path / "node", ignore=shutil.ignore_patterns("*.sock"))
    return Home(tmp_path / "node")


def everything(home: Home) -> dict[str, bytes]:
    """Every file that says what the chain is and how it goes on."""
    paths = [home.settings_file, home.validator_state, *home.blocks.iterdir()]
    stores = {name: b"" for name in STORES if (home.root / "data" / name).exists()}
    return {path.name: path.read_bytes() for path in paths} | stores


def cfi(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, arguments)


def cfi_import(home: Home) -> Result:
    return cfi("engine", "import", "--home", str(home.root), "--json")


def test_the_chain_goes_on_under_cometbft(home: Home) -> None:
    before, signed = replayed(home), home.validator_state.read_bytes()
    last = max(before.roots)
    told = cfi_import(home)
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout) == {
        "height": last,
        "app_hash": before.roots[last].hex(),
        "next": f"cfi start --home {home.root}",
    }
    assert home.validator_state.read_bytes() == signed
    assert not (home.root / "data" / "import").exists()
    node = NetworkNode(home)
    try:
        node.start()
        with node.client() as client:
            commit_all(client, ACTS[20:])
        node.reach(last + 4)
        node.stop()
    finally:
        node.kill()
    after = replayed(home)
    assert {height: after.roots[height] for height in before.roots} == before.roots
    assert max(after.roots) >= last + 3
    assert {act_id_of(act) for act in ACTS} < set(after.places)
    assert all(len(places) == 1 for places in after.places.values())


def changed(block: Block) -> Block:
    """The block with one byte of its first act changed, and its header's hash over them made anew."""
    acts = (spoilt(block.transactions[0]), *block.transactions[1:])
    return replace(block, transactions=acts, header=replace(block.header, data_hash=data_hash(acts)))


class TestWhatIsRefused:
    def test_a_changed_block_leaves_the_home_as_it_was(self, home: Home) -> None:
        before = everything(home)
        (blocks,) = home.blocks.iterdir()
        genuine = blocks.read_bytes()
        records = list(decode_records(genuine))
        place = next(n for n, each in enumerate(records) if ACTS[0] in each.block)
        spoilt = replace(
            records[place], block=encode_block(changed(decode_block(records[place].block)))
        )
        records[place] = spoilt
        blocks.write_bytes(b"".join(encode_record(each) for each in records))
        told = cfi_import(home)
        assert told.exit_code == 1
        assert told.stderr.startswith("cfi: the blocks can't be imported: the votes for block ")
        assert f"block {spoilt.height}: " in told.stderr
        blocks.write_bytes(genuine)
        assert everything(home) == before

    def test_a_home_that_has_no_block_needs_no_import(self, tmp_path: Path) -> None:
        (home,) = found_homes(tmp_path, 1, replace(QUICK, engine=EMBEDDED))
        told = cfi_import(home)
        assert told.exit_code == 1
        assert told.stderr == (
            f'cfi: {home.root} has no block yet: set engine = "cometbft" in {home.settings_file}\n'
        )

    def test_a_home_under_cometbft_needs_none_either(self, tmp_path: Path) -> None:
        (home,) = found_homes(tmp_path, 1)
        assert cfi_import(home).stderr == f"cfi: {home.root} is under CometBFT already\n"

    def test_a_home_without_its_first_blocks(self, home: Home) -> None:
        told = json.loads(cfi("snapshot", "make", "--home", str(home.root), "--json").stdout)
        shutil.rmtree(home.ledger)
        options = ("--home", str(home.root), "--app-hash", told["app_hash"])
        assert cfi("snapshot", "restore", *options, told["folder"]).exit_code == 0
        (blocks,) = home.blocks.iterdir()
        last = list(decode_records(blocks.read_bytes()))[-1]
        blocks.write_bytes(encode_record(last))
        assert cfi_import(home).stderr == (
            f"cfi: the blocks before {last.height} aren't here: import where the history began\n"
        )

    def test_a_home_that_runs(self, home: Home) -> None:
        lock = home.lock()
        told = cfi_import(home)
        os.close(lock)
        assert told.exit_code == 5

    def test_an_application_that_does_not_start(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing, "_START_SECONDS", 0.0)
        with pytest.raises(HomeError, match="doesn't start"):
            import_blocks(home, print)

    def test_an_importer_that_is_killed(
        self, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = tmp_path / "killed"
        program.write_text("#!/bin/sh\nkill -9 $$\n")
        program.chmod(0o755)
        monkeypatch.setattr(importing, "find_importer", lambda: program)
        with pytest.raises(HomeError, match="the importer was killed"):
            import_blocks(home, print)

    def test_another_end_than_the_stores(
        self, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = tmp_path / "mistaken"
        program.write_text("#!/bin/sh\necho '{\"height\": 1, \"app_hash\": \"00\"}'\n")
        program.chmod(0o755)
        monkeypatch.setattr(importing, "find_importer", lambda: program)
        with pytest.raises(DamagedError, match="the import came to 1 with 00"):
            import_blocks(home, print)


class Interrupted(Exception):
    """Planted."""


def interrupt(*_: object) -> None:
    raise Interrupted


def interrupt_the_last_move(path: Path, target: Path) -> Path:
    """Move, but not the last store."""
    if path.name == STORES[-1]:
        raise Interrupted
    return Path(shutil.move(path, target))


INTERRUPTIONS: list[tuple[object, str, Callable[..., object]]] = [
    (Path, "rename", interrupt_the_last_move),
    (importing, "write_atomically", interrupt),
]
"""Between two stores; and before the settings name the other engine."""


def test_an_interrupted_import_is_begun_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    last = max(replayed(home).roots)
    for where, name, planted in INTERRUPTIONS:
        with monkeypatch.context() as patch:
            patch.setattr(where, name, planted)
            with pytest.raises(Interrupted):
                import_blocks(home, print)
        node = assemble(home)
        assert (node.engine.height, home.settings().engine) == (last, EMBEDDED)
        node.close()
    assert import_blocks(home, print).height == last
    assert home.settings().engine == COMETBFT
    assert all((home.root / "data" / name).exists() for name in STORES)
