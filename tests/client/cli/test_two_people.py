"""RB 3.6: what two people decide, from `cfi tx --propose` to `cfi tx Approve --proposal`."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cfi.client.cli.light import light
from cfi.client.cli.query import query
from cfi.client.cli.tx import tx
from cfi.client.light.rows import read_shown_row
from cfi.client.wallet.keystore import LEAST, SigningKey, write_key
from cfi.contracts.state.row_tree import decode_row_proof, encode_row_proof
from cfi.contracts.state.rows.access import PROPOSALS, Proposal
from cfi.contracts.wire.quantities import SmallCode
from tests.client.light.lying import Liar
from tests.genesis.founders import OFFICER_SEEDS
from tests.node.gateway.running import Running, run, running

PARAMETER = json.dumps({"name": "proposal_seconds", "value": 100_000, "from_height": 1_000})
OTHER_NUMBER = SmallCode(602)


def officer(folder: Path, number: int) -> list[str]:
    """The options that open an officer's key file."""
    file = folder / f"officer-{number}.json"
    if not file.exists():
        write_key(file, SigningKey(OFFICER_SEEDS[number - 1]), b"secret", LEAST)
        (folder / "p").write_text("secret\n")
    return ["--key", str(file), "--passphrase-file", str(folder / "p")]


class Office:
    """A gateway, and what its officers do."""

    def __init__(self, folder: Path, gateway: Running) -> None:
        self.folder, self.gateway = folder, gateway
        self.trusted = ["--folder", str(folder / "light")]

    async def begin(self) -> None:
        """Trust the chain, from its genesis."""
        genesis = self.folder / "genesis.cbor"
        genesis.write_bytes(self.gateway.chain.genesis)
        told = await asyncio.to_thread(
            CliRunner().invoke, light, ["sync", "--gateway", self.gateway.base, *self.trusted, "--genesis", str(genesis)]
        )
        assert told.exit_code == 0, told.output

    async def tx(self, number: int, *words: str, text: str = "", base: str = "", yes: bool = True) -> Result:
        """`cfi tx` by an officer."""
        options = ["--gateway", base or self.gateway.base, *officer(self.folder, number), *self.trusted, "--json"]
        arguments = [*words, *options, *(["--yes"] if yes else [])]
        return await asyncio.to_thread(CliRunner().invoke, tx, arguments, input=text)

    async def proposal(self) -> str:
        """The id of what the first officer proposes."""
        told = await self.tx(1, "SetParameter", "-", "--propose", text=PARAMETER)
        assert told.exit_code == 0, told.output
        receipt = json.loads(told.stdout)
        await self.gateway.height_of(receipt["height"] + 2)
        found: str = receipt["facts"]["proposal_id"]
        return found


def in_office(folder: Path, work: Any) -> None:
    async def bounded() -> None:
        async with running(folder / "node", as_signed=True) as gateway:
            await asyncio.sleep(1.1)  # a request as old as the gateway itself is refused
            await work(Office(folder, gateway))

    run(bounded())


@pytest.mark.parametrize("trusting", [True, False])
def test_the_second_person_sees_what_it_is_before_it_is_done(tmp_path: Path, trusting: bool) -> None:
    async def work(office: Office) -> None:
        if trusting:
            await office.begin()
        alone = await office.tx(1, "SetParameter", "-", text=PARAMETER)
        assert (alone.exit_code, json.loads(alone.stdout)["refusal"]) == (1, "NEEDS_FOUR_EYES")
        assert "send it with --propose" in alone.stderr
        proposal = await office.proposal()
        asked = await office.tx(2, "Approve", "--proposal", proposal, text="n\n", yes=False)
        assert (asked.exit_code, asked.stdout) == (1, "")
        assert "proposed by officer-1 at height" in asked.stderr
        assert f"SetParameter {PARAMETER}" in asked.stderr
        assert ("verified here at height" if trusting else "the proposing act says the same") in asked.stderr
        same = await office.tx(1, "Approve", "--proposal", proposal)
        assert json.loads(same.stdout)["refusal"] == "SAME_PERSON"
        done = await office.tx(2, "Approve", "--proposal", proposal)
        assert (done.exit_code, json.loads(done.stdout)["done"]) == (0, True), done.output
        await office.gateway.height_of(json.loads(done.stdout)["height"] + 2)
        gone = await office.tx(3, "Approve", "--proposal", proposal)
        assert (gone.exit_code, "has no proposal" in gone.stderr) == (1, True)

    in_office(tmp_path, work)


def test_who_proposed_takes_it_back(tmp_path: Path) -> None:
    async def work(office: Office) -> None:
        proposal = await office.proposal()
        mine = ["holder", "--table", "proposals", "--gateway", office.gateway.base, *officer(tmp_path, 1), "--json"]
        shown = await asyncio.to_thread(CliRunner().invoke, query, [*mine, *office.trusted])
        (row,) = json.loads(shown.stdout)["rows"]["proposals"]
        assert (row["proposal_id"], row["proposes"]) == (proposal, f"SetParameter {PARAMETER}")
        done = await office.tx(1, "WithdrawProposal", "--proposal", proposal)
        assert (done.exit_code, json.loads(done.stdout)["done"]) == (0, True), done.output

    in_office(tmp_path, work)


def other_message(path: str, told: Any) -> Any:
    """The same body, as of another message: an approval's hash would be the same."""
    if path != "/v1/holder":
        return told
    for each in told["rows"]:
        proof = decode_row_proof(bytes.fromhex(each["proof"]))
        row = read_shown_row(proof.row)
        if isinstance(row, Proposal):
            changed = PROPOSALS.prefix + PROPOSALS.schema.encode(replace(row, message_number=OTHER_NUMBER))
            each["proof"] = encode_row_proof(replace(proof, row=changed)).hex()
    return told


@pytest.mark.parametrize("trusting", [True, False])
def test_a_gateway_cannot_show_another_act(tmp_path: Path, trusting: bool) -> None:
    async def work(office: Office) -> None:
        if trusting:
            await office.begin()
        proposal = await office.proposal()
        async with Liar(office.gateway, other_message) as liar:
            told = await office.tx(2, "Approve", "--proposal", proposal, base=liar.base)
        assert (told.exit_code, "not verified" in told.stderr) == (3, True), told.output

    in_office(tmp_path, work)


WRONG_USES = [
    ("another message",     ["SetParameter", "--proposal", "00" * 32]),
    ("both at once",        ["Approve", "--propose", "--proposal", "00" * 32]),
    ("an id that is none",  ["Approve", "--proposal", "00"]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "words"), WRONG_USES, ids=[row[0] for row in WRONG_USES])
def test_wrong_uses_end_with_2(tmp_path: Path, sentence: str, words: list[str]) -> None:
    told = CliRunner().invoke(tx, [*words, "--gateway", "http://127.0.0.1:1", *officer(tmp_path, 1)])
    assert told.exit_code == 2
