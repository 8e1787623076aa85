"""`cfi snapshot`: made from a stopped and from a running home, verified, restored."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cfi.node.assembly import assemble
from cfi.node.commands import snapshot as snapshot_command
from cfi.node.founding import found
from cfi.node.home import Home
from cfi.node.main import main
from cfi.node.settings import Settings
from cfi.node.storage import block_files
from cfi.node.storage.database import DamagedError
from tests.faults.running import Client, Node, application, new_home, running
from tests.node.snapshotting import files_below
from tests.node.test_main import FOUNDING

ACTS = 24


def cfi(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def told(*arguments: object) -> Any:
    """What a command that ends well prints as JSON."""
    ended = cfi(*arguments, "--json")
    assert ended.exit_code == 0, ended.output
    return json.loads(ended.stdout)


def given_acts(node: Node, first: int, last: int) -> None:
    with Client.of(node) as client:
        for number in range(first, last):
            client.committed(client.submit(application(number)))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A stopped home with blocks before and after a snapshot that was made while it ran."""
    home = new_home(tmp_path_factory.mktemp("snapshots") / "node")
    with running(home) as node:
        given_acts(node, 0, ACTS // 2)
        made = told("snapshot", "make", "--home", home.root)
        given_acts(node, ACTS // 2, ACTS)
        node.stop()
    return home.root, made


@pytest.fixture
def home(template: tuple[Path, dict[str, Any]], tmp_path: Path) -> Home:
    shutil.copytree(template[0], tmp_path / "node")
    return Home(tmp_path / "node")


@pytest.fixture
def made(template: tuple[Path, dict[str, Any]], home: Home) -> dict[str, Any]:
    """What the running ledger's snapshot is, in this copy."""
    return {**template[1], "folder": str(home.snapshots / Path(template[1]["folder"]).name)}


def end_of(home: Home) -> tuple[int, bytes]:
    """Where a home stands when it has recovered."""
    node = assemble(home)
    try:
        return node.application.height, node.application.app_hash
    finally:
        node.close()


class TestMake:
    def test_of_a_running_ledger(self, made: dict[str, Any]) -> None:
        assert made["height"] > 1
        assert made["chunks"] == 1
        assert told("snapshot", "verify", made["folder"], "--app-hash", made["app_hash"])["verified"]

    def test_of_a_stopped_one(self, home: Home) -> None:
        height, root = end_of(home)
        made = told("snapshot", "make", "--home", home.root)
        assert (made["height"], made["app_hash"]) == (height, root.hex())
        listed = told("snapshot", "list", "--home", home.root)
        assert [each["height"] for each in listed] == sorted(
            (each["height"] for each in listed), reverse=True
        )
        assert listed[0] == made
        shown = cfi("snapshot", "list", "--home", home.root).stdout
        assert str(height) in shown
        assert made["app_hash"] in shown, "it is what one writes down"

    def test_before_the_first_block_there_is_none(self, tmp_path: Path) -> None:
        root = tmp_path / "node"
        found(Home(root), Settings(), FOUNDING)
        ended = cfi("snapshot", "make", "--home", root)
        assert (ended.exit_code, "has no height yet" in ended.stderr) == (1, True)
        assert not Home(root).ledger.exists()

    def test_where_no_node_is(self, tmp_path: Path) -> None:
        ended = cfi("snapshot", "make", "--home", tmp_path / "nowhere")
        assert (ended.exit_code, "is no home" in ended.stderr) == (1, True)

    def test_a_ledger_that_never_finishes(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def answers(*_: object, **__: object) -> dict[str, object]:
            return {"height": 999, "failure": None}

        monkeypatch.setattr(snapshot_command, "_PATIENCE_SECONDS", 0.3)
        monkeypatch.setattr(snapshot_command, "ask", answers)
        ended = cfi("snapshot", "make", "--home", home.root)
        assert (ended.exit_code, "not finished" in ended.stderr) == (1, True)

    def test_a_ledger_that_cannot_write_it_is_not_waited_for(self, home: Home) -> None:
        shutil.rmtree(home.snapshots)
        home.snapshots.write_bytes(b"")
        with running(home) as node, Client.of(node):
            ended = cfi("snapshot", "make", "--home", home.root)
        assert ended.exit_code == 1
        assert "the ledger can't write the snapshot of height " in ended.stderr
        assert str(home.snapshots) in ended.stderr


REFUSED: list[tuple[str, list[str], int, str]] = [
    #  sentence               options                             exit   what is said
    ("another root",          ["--app-hash", "00" * 32],          3,     "the snapshot is refused"),
    ("no root at all",        [],                                 2,     "give --app-hash, or --light"),
    ("half a light client",   ["--light", "."],                   2,     "give --app-hash, or --light"),
    ("no hexadecimal",        ["--app-hash", "xy"],               2,     "32 bytes in hex are wanted"),
    ("a short root",          ["--app-hash", "00"],               2,     "32 bytes in hex are wanted"),
]  # fmt: skip


class TestVerifyAndRestore:
    @pytest.mark.parametrize(
        ("sentence", "options", "code", "said"), REFUSED, ids=[row[0] for row in REFUSED]
    )
    def test_what_is_refused_leaves_nothing(
        self,
        home: Home,
        made: dict[str, Any],
        sentence: str,
        options: list[str],
        code: int,
        said: str,
    ) -> None:
        shutil.rmtree(home.ledger)
        before = files_below(home.root / "data")
        for command in (["verify"], ["restore", "--home", home.root]):
            ended = cfi("snapshot", *command, made["folder"], *options)
            assert (ended.exit_code, said in ended.stderr) == (code, True), ended.stderr
        assert files_below(home.root / "data") == before

    def test_a_folder_that_holds_none_is_named(self, home: Home) -> None:
        for command in (["verify"], ["restore", "--home", home.root]):
            shutil.rmtree(home.ledger, ignore_errors=True)
            ended = cfi("snapshot", *command, home.root, "--app-hash", "00" * 32)
            assert (ended.exit_code, "holds no snapshot" in ended.stderr) == (2, True)

    def test_goes_into_a_home_that_was_examined(self, home: Home, made: dict[str, Any]) -> None:
        shutil.rmtree(home.ledger)
        assert told("doctor", "--home", home.root)["store"] == "none: the next start makes it"
        assert told(
            "snapshot", "restore", "--home", home.root, made["folder"], "--app-hash", made["app_hash"],
        )["restored_to"]  # fmt: skip

    def test_a_changed_chunk_is_refused(self, home: Home, made: dict[str, Any]) -> None:
        shutil.rmtree(home.ledger)
        chunk = Path(made["folder"]) / "000000.chunk"
        data = bytearray(chunk.read_bytes())
        data[-1] ^= 1
        chunk.write_bytes(data)
        ended = cfi(
            "snapshot", "restore", "--home", home.root, made["folder"], "--app-hash",
            made["app_hash"],
        )  # fmt: skip
        assert (ended.exit_code, "chunk 0 is not the one" in ended.stderr) == (3, True)
        assert not home.ledger.exists()

    def test_metadata_of_another_height_is_refused(self, home: Home, made: dict[str, Any]) -> None:
        path = Path(made["folder"]) / "metadata"
        data = bytearray(path.read_bytes())
        data[11] ^= 1
        path.write_bytes(data)
        ended = cfi("snapshot", "verify", made["folder"], "--app-hash", made["app_hash"])
        assert (ended.exit_code, "another height" in ended.stderr) == (3, True)

    def test_another_chains_is_refused(
        self, home: Home, made: dict[str, Any], tmp_path: Path
    ) -> None:
        other = Home(tmp_path / "other")
        found(other, Settings(), FOUNDING)
        ended = cfi(
            "snapshot", "restore", "--home", other.root, made["folder"], "--app-hash",
            made["app_hash"],
        )  # fmt: skip
        assert (ended.exit_code, "another genesis" in ended.stderr) == (3, True)
        assert not other.ledger.exists()

    def test_a_store_that_is_there_is_left_alone(self, home: Home, made: dict[str, Any]) -> None:
        before = files_below(home.ledger)
        ended = cfi(
            "snapshot", "restore", "--home", home.root, made["folder"], "--app-hash",
            made["app_hash"],
        )  # fmt: skip
        assert (ended.exit_code, "is there already" in ended.stderr) == (1, True)
        assert files_below(home.ledger) == before

    def test_the_restored_home_decides_the_rest_of_its_blocks(
        self, home: Home, made: dict[str, Any]
    ) -> None:
        expected = end_of(home)
        shutil.rmtree(home.ledger)
        restored = told(
            "snapshot", "restore", "--home", home.root, made["folder"], "--app-hash",
            made["app_hash"],
        )  # fmt: skip
        assert restored["restored_to"] == str(home.ledger)
        node = assemble(home)
        assert node.replayed == expected[0] - made["height"]
        assert (node.application.height, node.application.app_hash) == expected
        node.close()
        assert cfi("doctor", "--home", home.root).exit_code == 0

    def test_older_blocks_may_be_elsewhere(
        self, home: Home, made: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expected = end_of(home)
        cut_into_files(home, monkeypatch)
        shutil.rmtree(home.ledger)
        told(
            "snapshot", "restore", "--home", home.root, made["folder"], "--app-hash",
            made["app_hash"],
        )  # fmt: skip
        for path in sorted(home.blocks.iterdir())[: made["height"] - 1]:
            path.unlink()
        node = assemble(home)
        assert (node.application.height, node.application.app_hash) == expected
        assert node.files.first == made["height"]
        assert node.engine.block(made["height"] - 1) is None
        node.close()
        assert cfi("doctor", "--home", home.root).exit_code == 0
        # With one block more away the next header can't be made.
        min(home.blocks.iterdir()).unlink()
        shutil.rmtree(home.ledger)
        told(
            "snapshot", "restore", "--home", home.root, made["folder"], "--app-hash",
            made["app_hash"],
        )  # fmt: skip
        with pytest.raises(DamagedError, match=f"where {made['height']} belongs"):
            assemble(home)


def cut_into_files(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the blocks again, one to a file."""
    files = block_files.BlockFiles(home.blocks)
    records = list(files.records())
    files.close()
    shutil.rmtree(home.blocks)
    with monkeypatch.context() as patch:
        patch.setattr(block_files, "_FILE_BYTES", 1)
        again = block_files.BlockFiles(home.blocks)
        for record in records:
            again.append(record)
        again.close()

