"""`cfi audit admissions`: over an honest ledger, and over one whose proposer is planted."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cfi.client.audit.admission_report import (
    CLEAN,
    DOUBLED_NOTE,
    NO_EVIDENCE_NOTE,
    OMITTED_NOTE,
    OVERTAKEN_NOTE,
)
from cfi.client.audit.sources import read_records
from cfi.client.cli.audit import audit
from cfi.client.light.store import LightStore
from cfi.client.wallet.keystore import LEAST, SigningKey, write_key
from cfi.client.wallet.transactions import act_id_of
from cfi.node.mempool import Mempool, Waiting
from tests.client.audit.admitted import SIGNED, Admitting, act, admitting
from tests.client.audit.histories import forged, with_transactions, write_file
from tests.genesis.founders import OFFICER_SEEDS
from tests.node.gateway.running import NODE, Running, run, running, until

ACTS = [act(number) for number in range(1, 4)]


def admissions(*arguments: object) -> Result:
    return CliRunner().invoke(audit, ["admissions", "--workers", "0", *map(str, arguments)])


def once_all_wait(order: Callable[[list[Waiting]], list[Waiting]]) -> Callable[..., list[Waiting]]:
    """A proposer that takes nothing until every act waits, and then what it likes."""
    begun: list[bool] = []

    def first(self: Mempool, *_: int) -> list[Waiting]:
        if len(self) == len(ACTS):
            begun.append(True)
        return order(list(self.all())) if begun else []

    return first


def audited(folder: Path, *options: str, decided: int = len(ACTS)) -> tuple[int, dict[str, Any]]:
    """The acts are handed to a ledger one after another; then an auditor who may read everything
    compares their receipts: its exit status and its JSON.
    """
    write_key(folder / "key", SigningKey(OFFICER_SEEDS[0]), b"open", LEAST)
    (folder / "phrase").write_text("open\n")

    async def ask(gateway: Running) -> Result:
        store = LightStore(folder / "light")
        for each in ACTS:
            status, told = await gateway.post("/v1/transactions", each)
            assert status == 202
            store.save_admission(bytes.fromhex(told["admission"]))
        application = gateway.chain.application
        receipts = [act_id_of(each) for each in ACTS]
        await until(lambda: sum(application.store.receipt(each) is not None for each in receipts) == decided)
        await gateway.height_of(gateway.chain.engine.height + 4)
        genesis = folder / "genesis.cbor"
        genesis.write_bytes(gateway.chain.genesis)
        key = ("--key", folder / "key", "--passphrase-file", folder / "phrase")
        arguments = (gateway.base, folder / "light", "--genesis", genesis, *key, "--json", *options)
        return await asyncio.to_thread(admissions, *arguments)

    async def work() -> Result:
        async with running(folder / "node", as_signed=True) as gateway:
            return await ask(gateway)

    ended = run(work())
    assert ended.exit_code in (0, 3), ended.output
    return ended.exit_code, json.loads(ended.stdout)


class TestOverTheNetwork:
    def test_an_honest_ledger_is_clean(self, tmp_path: Path) -> None:
        code, told = audited(tmp_path)
        found = told["admissions"]
        assert (code, found["clean"], found["notes"]) == (0, True, [])
        assert (found["receipts_that_count"], found["decided"]) == (3, 3)
        assert told["replay"]["agrees"]

    def test_a_proposer_that_reorders_is_caught(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Mempool, "first", once_all_wait(lambda waiting: waiting[::-1]))
        code, told = audited(tmp_path)
        found = told["admissions"]
        assert (code, found["omitted"], found["notes"]) == (3, [], [OVERTAKEN_NOTE])
        first, second, third = (act_id_of(each).hex() for each in ACTS)
        listed = [(each["act"]["act_id"], each["by"]["act_id"], each["overtakers"]) for each in found["overtaken"]]
        assert listed == [(first, third, 2), (second, third, 1)]
        node = {"admission_key": NODE, "kind": "VALIDATOR", "holder_id": "exchange"}
        assert found["overtaken"][0]["by"]["node"] == node
        assert [each["validators"] for each in found["overtaken"]] == [1, 1]

    def test_a_proposer_that_leaves_out_is_caught(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def without_the_first(waiting: list[Waiting]) -> list[Waiting]:
            return [each for each in waiting if each.transaction != ACTS[0]]

        monkeypatch.setattr(Mempool, "first", once_all_wait(without_the_first))
        code, told = audited(tmp_path, "--patience", "2", decided=2)
        found = told["admissions"]
        assert (code, found["overtaken"], found["notes"]) == (3, [], [OMITTED_NOTE])
        (omitted,) = found["omitted"]
        assert omitted["act"]["act_id"] == act_id_of(ACTS[0]).hex()
        assert (omitted["how"], omitted["decided"], omitted["overtakers"]) == ("still undecided", None, 2)


@pytest.fixture
def node(tmp_path: Path) -> Admitting:
    """A stopped node's folder: what was admitted is decided in another order, or not at all."""
    made = admitting(tmp_path)
    (tmp_path / "genesis.cbor").write_bytes(SIGNED)
    made.admit(*ACTS)
    made.chain.make(ACTS[1], ACTS[0])
    made.book._next = 3
    made.admit(act(4))
    made.chain.make()
    made.chain.close()
    return made


def kept(node: Admitting, folder: Path) -> list[Path]:
    """The receipts as files."""
    store = LightStore(folder)
    return [store.save_admission(data) for _, data in node.receipts]


class TestWhatIsPrinted:
    def test_each_list_with_what_it_is_worth(self, node: Admitting, tmp_path: Path) -> None:
        files = kept(node, tmp_path / "light")
        (tmp_path / "noise").write_bytes(b"noise")
        ended = admissions(tmp_path / "blocks", *files, tmp_path / "noise", "--patience", 2)
        assert ended.exit_code == 3, ended.output
        for heading in ("Overtaken", "Left out", "One place, two acts", "No evidence"):
            assert heading in ended.stdout
        said = " ".join(ended.stdout.split())
        for note in (OVERTAKEN_NOTE, OMITTED_NOTE, DOUBLED_NOTE, NO_EVIDENCE_NOTE):
            assert note in said

    def test_nothing_is_said_so(self, node: Admitting, tmp_path: Path) -> None:
        ended = admissions(tmp_path / "blocks", kept(node, tmp_path / "light")[1])
        assert (ended.exit_code, CLEAN in ended.stdout) == (0, True)

    def test_what_cannot_be_read_is_no_verdict(self, node: Admitting, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        for arguments, said in (
            ((tmp_path / "blocks", tmp_path / "empty"), "no receipts in"),
            ((tmp_path / "blocks", tmp_path / "none"), "does not exist"),
            ((tmp_path / "blocks",), "RECEIPT"),
            ((tmp_path / "empty", *kept(node, tmp_path / "light")), "no block files"),
        ):
            ended = admissions(*arguments)
            assert (ended.exit_code, ended.stdout, said in ended.stderr) == (2, "", True)

    def test_a_history_that_disagrees_shows_nothing_of_receipts(
        self, node: Admitting, tmp_path: Path
    ) -> None:
        history = list(read_records(tmp_path / "blocks"))
        changed = forged(history, 2, with_transactions(lambda _: [b"anything"]))
        path = write_file(tmp_path / "export", changed)
        files = kept(node, tmp_path / "light")
        ended = admissions(path, *files, "--json")
        told = json.loads(ended.stdout)
        assert (ended.exit_code, told["admissions"]) == (3, None)
        assert told["replay"]["disagreement"]["height"] == 2
        assert "First disagreement" in admissions(path, *files).stdout
