"""RB 5.3.2: a statement is complete, provably: every lie of a server has its sentence."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from cfi.client.light.json_node import JsonNode, MalformedError
from cfi.client.light.statement import (
    OPENED,
    Closing,
    Shown,
    make_statement,
    read_movements,
    read_shown,
)
from cfi.client.light.statement_report import statement_csv, statement_json, statement_page
from cfi.contracts.state.history import Version
from cfi.contracts.state.row_tree import encode_row_proof
from cfi.contracts.state.rows.custody import ACCOUNTS, LOTS, RETIRED, SUMMARY, Movement
from cfi.contracts.state.table import account_owner
from cfi.contracts.wire.headers import Header
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.schema import schema_of
from cfi.contracts.wire.text import AccountId
from tests.contracts.ledger import seed_of
from tests.node.chain import COMPANY, Chain, make_chain
from tests.spoilt import spoilt

ACCOUNT = AccountId(f"{COMPANY}/1")
RETIREMENT = AccountId(f"{COMPANY}/2")
BLOCKS = 5
TABLES = (SUMMARY, ACCOUNTS, LOTS, RETIRED)


class Server:
    """What an honest server would show of a chain."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain

    def header(self, height: int) -> Header:
        """The header that proves the state of the height before."""
        block = self.chain.engine.block(height)
        assert block is not None
        return block.header

    def shown(self, account_id: str = ACCOUNT, height: int = BLOCKS - 1) -> Shown:
        """An account at a height."""
        version, owner = Version(self.chain.application.state, height), account_owner(account_id)
        leaf = version.prove_owner(owner)
        assert leaf is not None
        rows = []
        for table in TABLES:
            shown = version.show_rows(owner, version.owned_keys(owner, table.tag))
            rows += [(each.row, each.blinding) for each in shown]
        return Shown(
            height=height, key=leaf.key, value=leaf.value, proof=leaf.proof, rows=tuple(rows)
        )

    def movements(self, account_id: str = ACCOUNT, first: int = 1) -> list[bytes]:
        """Its movements up to the same height."""
        raws = self.chain.application.store.movements(account_owner(account_id), first, 10_000)
        decode = schema_of(Movement).decode
        return [raw for raw in raws if decode(raw).height < BLOCKS]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    chain = make_chain(tmp_path_factory.mktemp("chain"), BLOCKS)
    return Server(chain)


def statement_of(server: Server, **changed: Any) -> Any:
    told: dict[str, Any] = {
        "account_id": ACCOUNT,
        "shown": server.shown(),
        "header": server.header(BLOCKS),
        "raw_movements": server.movements(),
        **changed,
    }
    return make_statement(**told)


class TestAnHonestServer:
    @pytest.mark.parametrize("account", [ACCOUNT, RETIREMENT, AccountId(f"{COMPANY}/3")])
    def test_opening_and_movements_make_the_closing(
        self, server: Server, account: AccountId
    ) -> None:
        told = statement_of(
            server,
            account_id=account,
            shown=server.shown(account),
            raw_movements=server.movements(account),
            seed=seed_of(account),
        )
        assert told.mismatches == ()
        assert told.verified
        assert told.seed_checked
        held = sum(lot.tonnes for lot in (*told.lots, *told.retired))
        signed = sum(each.tonnes if each.incoming else -each.tonnes for each in told.movements)
        assert sum(told.closing.by_kind.values()) == held == signed

    def test_a_later_statement_opens_with_the_closing_before(self, server: Server) -> None:
        # Nothing moved at height 3, so heights 2 and 3 close alike.
        early_count = sum(
            1 for raw in server.movements() if schema_of(Movement).decode(raw).height <= 2
        )
        early = statement_of(
            server,
            shown=server.shown(height=2),
            header=server.header(3),
            raw_movements=server.movements()[:early_count],
        )
        assert early.verified
        later = statement_of(
            server, raw_movements=server.movements(first=early_count + 1), opening=early.closing
        )
        assert later.verified
        assert later.closing == statement_of(server).closing
        assert 0 < len(later.movements) < len(server.movements())


def drop(at: int) -> Callable[[Server], dict[str, Any]]:
    return lambda server: {"raw_movements": without(server.movements(), at)}


def without(items: list[bytes], at: int) -> list[bytes]:
    return [each for index, each in enumerate(items) if index != at % len(items)]


def forged_row(server: Server) -> dict[str, Any]:
    """A lot of 100 t more than there is."""
    shown = server.shown()
    rows = list(shown.rows)
    index = next(at for at, (proof, _) in enumerate(shown.rows) if proof.row[0] == LOTS.tag)
    proof, blinding = shown.rows[index]
    lot = LOTS.schema.decode(proof.row[1:])
    row = proof.row[:1] + LOTS.schema.encode(replace(lot, tonnes=Tonnes(lot.tonnes + 100)))
    rows[index] = (replace(proof, row=row), blinding)
    return {"shown": replace(shown, rows=tuple(rows))}


def rows_but(tag: int) -> Callable[[Server], dict[str, Any]]:
    def change(server: Server) -> dict[str, Any]:
        shown = server.shown()
        return {
            "shown": replace(
                shown, rows=tuple(each for each in shown.rows if each[0].row[0] != tag)
            )
        }

    return change


def forged_movement(server: Server) -> dict[str, Any]:
    movements = server.movements()
    first = schema_of(Movement).decode(movements[0])
    return {
        "raw_movements": [
            schema_of(Movement).encode(replace(first, tonnes=Tonnes(first.tonnes + 100))),
            *movements[1:],
        ]
    }


def shown_with(**changed: Any) -> Callable[[Server], dict[str, Any]]:
    return lambda server: {"shown": replace(server.shown(), **changed)}


def twice(server: Server) -> dict[str, Any]:
    shown = server.shown()
    return {"shown": replace(shown, rows=(*shown.rows, shown.rows[-1]))}


def unreadable_row(server: Server) -> dict[str, Any]:
    shown = server.shown()
    proof, blinding = shown.rows[-1]
    return {
        "shown": replace(shown, rows=(*shown.rows[:-1], (replace(proof, row=b"\xff"), blinding)))
    }


def other_opening(**changed: Any) -> Callable[[Server], dict[str, Any]]:
    return lambda _: {"opening": replace(OPENED, **changed)}


LIES = [
    # sentence                                        what is shown                                        what is named
    ("a lot is forged",                               forged_row,                                          "is not under the owner's leaf"),
    ("a row can't be read",                           unreadable_row,                                      "is not under the owner's leaf"),
    ("the lots are kept back",                        rows_but(LOTS.tag),                                  "the lots shown have 0 t"),
    ("the first row is kept back",                    rows_but(SUMMARY.tag),                               "the account's first row is not shown"),
    ("the account's own row is kept back",            rows_but(ACCOUNTS.tag),                              "the account's own row is not shown"),
    ("a row is shown twice",                          twice,                                               "is shown 2 times"),
    ("the first movement is dropped",                 drop(0),                                             "the movements don't lead to the chain"),
    ("the last movement is dropped",                  drop(-1),                                            "movements since the opening"),
    ("two movements are swapped",                     lambda s: {"raw_movements": s.movements()[::-1]},    "the movements don't lead to the chain"),
    ("a movement is told twice",                      lambda s: {"raw_movements": [*s.movements(), s.movements()[-1]]}, "opening + movements is not closing"),
    ("a movement is forged",                          forged_movement,                                     "the movements don't lead to the chain"),
    ("a movement can't be read",                      lambda s: {"raw_movements": [b"\x00", *s.movements()[1:]]}, "movement 1 can't be read"),
    ("the proof is of another height",                lambda s: {"shown": s.shown(height=BLOCKS - 3)},     "the proof is of height 2, not of 4"),
    ("another height's proof is called this one's",   lambda s: {"shown": replace(s.shown(height=1), height=BLOCKS - 1)}, "the owner's leaf is not under the header's root"),
    ("the leaf is changed",                           shown_with(value=bytes(33)),                         "the owner's leaf is not under the header's root"),
    ("the proof is empty",                            shown_with(proof=b""),                               "the owner's leaf is not under the header's root"),
    ("the leaf is of another table",                  shown_with(key=b"\xb0" + bytes(32)),                 "the leaf is no owner's"),
    ("another account is shown",                      lambda s: {"shown": s.shown(RETIREMENT)},            "the first row names another owner"),
    ("the seed is another's",                         lambda _: {"seed": seed_of(RETIREMENT)},             "the leaf is not this owner's under its seed"),
    ("the blindings are of another seed",             lambda _: {"seed": seed_of(RETIREMENT)},             "is not blinded under the owner's seed"),
    ("the seed isn't the one committed to",           lambda _: {"seed": seed_of(RETIREMENT)},             "the first row commits to another seed"),
    ("the opening had other tonnes",                  other_opening(totals=((1, 2003, 5),)),               "opening + movements is not closing"),
    ("the opening had more movements",                other_opening(movement_count=999),                   "fewer movements than at the opening"),
]  # fmt: skip


class TestALyingServer:
    @pytest.mark.parametrize(("sentence", "lie", "named"), LIES, ids=[row[0] for row in LIES])
    def test_every_mismatch_is_named(
        self, server: Server, sentence: str, lie: Callable[[Server], dict[str, Any]], named: str
    ) -> None:
        told = statement_of(server, **lie(server))
        assert not told.verified
        assert any(named in mismatch for mismatch in told.mismatches), told.mismatches

    def test_no_bit_of_a_shown_row_can_be_changed(self, server: Server) -> None:
        shown = server.shown()
        for at, (proof, blinding) in enumerate(shown.rows):
            for byte in range(len(proof.row)):
                row = spoilt(proof.row, byte)
                rows = (
                    *shown.rows[:at],
                    (replace(proof, row=row), blinding),
                    *shown.rows[at + 1 :],
                )
                assert not statement_of(server, shown=replace(shown, rows=rows)).verified


class TestItsForms:
    def test_json_csv_and_table_say_what_was_verified(self, server: Server) -> None:
        good, bad = statement_of(server), statement_of(server, raw_movements=[])
        told = statement_json(good, witnessed=True)
        assert json.loads(json.dumps(told)) == told
        assert (told["verified"], told["witnessed"], told["height"]) == (True, True, BLOCKS - 1)
        assert statement_json(bad, witnessed=False)["mismatches"]
        lines = statement_csv(good).splitlines()
        assert len(lines) == 1 + len(good.movements) + len(good.closing.totals)
        assert all(line.endswith(",yes") for line in lines[1:])
        assert all(line.endswith(",no") for line in statement_csv(bad).splitlines()[1:])
        assert "verified here, unwitnessed" in printed(good)
        assert "MISMATCH" in printed(bad)
        assert "NOT verified" in printed(bad)
        assert "…" not in printed(good, width=40), "nothing is cut off where there is little room"

    def test_no_cell_is_a_formula(self, server: Server) -> None:
        good = statement_of(server)
        evil = replace(good, movements=(replace(good.movements[0], other="=1+1"),))
        assert ",'=1+1," in statement_csv(evil)


def printed(statement: Any, width: int = 200) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(statement_page(statement, witnessed=False))
    return captured.get()


class TestReading:
    def test_what_a_gateway_writes_is_read(self, server: Server) -> None:
        shown = server.shown()
        rows = [
            {"proof": encode_row_proof(proof).hex(), "blinding": blinding.hex()}
            for proof, blinding in shown.rows
        ]
        told = {
            "height": shown.height,
            "key": shown.key.hex(),
            "value": shown.value.hex(),
            "proof": shown.proof.hex(),
            "rows": rows,
        }
        assert read_shown(JsonNode(told)) == shown
        with pytest.raises(MalformedError):
            read_shown(JsonNode({**told, "rows": [{"proof": "00", "blinding": ""}]}))
        assert read_movements(JsonNode({"movements": ["00ff"]})) == (b"\x00\xff",)


def test_a_closing_knows_its_totals() -> None:
    closing = Closing(height=1, movement_count=1, movement_chain=bytes(32), totals=((1, 2003, 5),))
    assert closing.by_kind == {(1, 2003): 5}
