"""Questions to the ledger: answered at the last provable height, with their proofs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cfi.contracts.state.row_tree import decode_row_proof, verify_row
from cfi.contracts.state.rows.access import ACCESS
from cfi.contracts.state.rows.custody import LOTS, SUPPLY
from cfi.contracts.state.table import account_owner, holder_owner
from cfi.contracts.transition.act import read_verified_act
from cfi.contracts.wire.blocks import decode_block
from cfi.contracts.wire.headers import header_hash
from cfi.contracts.wire.signatures import public_key_of
from cfi.node.admission import AdmissionBook
from cfi.node.counters import Counters
from cfi.node.mempool import Mempool
from cfi.node.page import MOST_MOVEMENTS
from cfi.node.queries import Queries, QuestionError
from tests.node.chain import (
    CHAIN_ID,
    COMPANY,
    TERMS,
    USER_SEED,
    VALIDATOR_SEED,
    Chain,
    contents,
    make_chain,
    open_chain,
)

BLOCKS = 4
DONE = contents(1)[0][0]
ACT = read_verified_act(DONE).act_id
OWNER = account_owner(f"{COMPANY}/1")
COMPANY_OWNER = holder_owner(COMPANY)
NOBODY = account_owner("nobody/1")
ADMISSION = AdmissionBook(CHAIN_ID, bytes(32))


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    made = make_chain(tmp_path_factory.mktemp("chain"), BLOCKS)
    yield made
    made.close()


@pytest.fixture(scope="module")
def queries(chain: Chain) -> Queries:
    return Queries(chain.engine, chain.application, Mempool(), ADMISSION, Counters())


def asked(queries: Queries, path: str, **parameters: object) -> Any:
    """The answer."""
    return queries.answer(path, parameters)


FAULTS = [
    #  sentence                               question            parameters                              fault
    ("a path that nothing answers",           "weather",          {},                                     "unknown-path"),
    ("the light block of a height to come",   "light_block",      {"height": BLOCKS + 1},                 "unknown-height"),
    ("a block to come",                       "block",            {"height": BLOCKS + 1},                 "unknown-height"),
    ("the receipt of no act",                 "receipt",          {"act_id": bytes(32)},                  "unknown-act"),
    ("no act",                                "act",              {"act_id": bytes(32), "owner": COMPANY_OWNER}, "unknown-act"),
    ("another's act",                         "act",              {"act_id": ACT, "owner": holder_owner("company-b")}, "unknown-act"),
    ("nobody's account",                      "owner",            {"owner": NOBODY, "tags": []},          "unknown-owner"),
    ("a state to come",                       "public_rows",      {"tag": SUPPLY.tag, "height": 99},      "height-not-kept"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "path", "parameters", "fault"), FAULTS, ids=[row[0] for row in FAULTS]
)
def test_what_has_no_answer(
    queries: Queries, sentence: str, path: str, parameters: dict[str, Any], fault: str
) -> None:
    with pytest.raises(QuestionError) as raised:
        queries.answer(path, parameters)
    assert raised.value.name == fault


def test_before_the_first_block_there_is_no_root(tmp_path: Path) -> None:
    chain = open_chain(tmp_path)
    told = Queries(chain.engine, chain.application, Mempool(), ADMISSION, Counters()).answer("status", {})
    assert isinstance(told, dict) and (told["height"], told["app_hash"]) == (0, bytes(32))
    chain.close()


def test_the_status(queries: Queries, chain: Chain) -> None:
    told = asked(queries, "status")
    assert (told["chain_id"], told["height"], told["waiting"]) == (CHAIN_ID, BLOCKS, 0)
    block = chain.engine.block(BLOCKS)
    assert block is not None and told["app_hash"] == block.header.app_hash
    assert asked(queries, "decided_height") == BLOCKS
    assert told["proofs_from"] <= 0, "a short chain can prove all of itself"
    assert told["validators"] == [[public_key_of(VALIDATOR_SEED), 10]]
    assert told["admission_key"] == ADMISSION.public_key


@pytest.mark.parametrize(("height", "shown"), [(None, BLOCKS), (0, BLOCKS), (2, 2)])
def test_a_light_block_is_the_last_unless_a_height_is_named(
    queries: Queries, height: int | None, shown: int
) -> None:
    told = asked(queries, "light_block", height=height)
    assert told["height"] == shown
    assert told["validators"] == asked(queries, "status")["validators"]
    assert told["header"] and told["commit"]


def test_a_block_is_its_bytes(queries: Queries, chain: Chain) -> None:
    height, seconds, _, raw = asked(queries, "block", height=2)
    block = chain.engine.block(2)
    assert block is not None
    assert (height, decode_block(raw)) == (2, block)
    assert seconds >= TERMS.genesis_time.seconds


def test_an_act_comes_with_its_place_in_the_block(queries: Queries, chain: Chain) -> None:
    told = asked(queries, "act", act_id=ACT, owner=COMPANY_OWNER)
    assert asked(queries, "receipt", act_id=ACT) == [told["height"], told["index"], told["receipt"]]
    assert (told["height"], told["index"], told["transaction"]) == (1, 0, DONE)
    block = chain.engine.block(1)
    assert block is not None and len(header_hash(block.header)) == 32
    assert told["total"] == len(block.transactions)


def test_a_key_speaks_for_its_user_or_for_nobody(queries: Queries) -> None:
    told = asked(queries, "signer", key=public_key_of(USER_SEED))
    assert (told["holder"], told["user"]) == (COMPANY, f"{COMPANY}-user")
    assert told["levels"]
    assert asked(queries, "signer", key=bytes(32)) is None


def test_public_rows_come_one_by_one_or_all(queries: Queries) -> None:
    told = asked(queries, "public_rows", tag=SUPPLY.tag)
    assert told["height"] == BLOCKS - 1
    assert told["rows"]
    for key, value in told["rows"]:
        one = asked(queries, "public", key=key)
        assert (one["height"], one["value"]) == (BLOCKS - 1, value)
        assert one["proof"]
    absent = asked(queries, "public", key=SUPPLY.row_key(b"none"))
    assert absent["value"] is None and absent["proof"]


def test_an_owner_is_shown_at_a_height(queries: Queries) -> None:
    told = asked(queries, "owner", owner=OWNER, tags=[LOTS.tag])
    assert (told["height"], len(told["rows"])) == (BLOCKS - 1, 2)
    before = asked(queries, "owner", owner=OWNER, tags=[LOTS.tag], height=1)
    assert before["height"] == 1
    assert before["rows"] != told["rows"]


def test_movements_are_a_page(queries: Queries) -> None:
    everything = asked(queries, "movements", owner=OWNER)
    assert len(everything) > 4
    assert asked(queries, "movements", owner=OWNER, first=2, last=3) == everything[1:3]
    assert (
        asked(queries, "movements", owner=OWNER, first=-5, last=10 * MOST_MOVEMENTS) == everything
    )
    assert asked(queries, "movements", owner=NOBODY) == []


class TestPages:
    """A later page begins after the last key of the one before, at the height of the first."""

    def pages(self, queries: Queries, path: str, limit: int, **asked_for: object) -> list[Any]:
        told = [asked(queries, path, limit=limit, **asked_for)]
        while told[-1]["more"]:
            assert len(told[-1]["rows"]) == limit
            place = {"height": told[0]["height"], "after": told[-1]["rows"][-1][0]}
            told.append(asked(queries, path, limit=limit, **{**asked_for, **place}))
        return told

    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 1_000, 10**9])
    def test_public_rows_are_the_same_in_pages_of_any_size(
        self, queries: Queries, chain: Chain, limit: int
    ) -> None:
        version = chain.application.version(BLOCKS - 1)
        for tag in range(256):
            pages = self.pages(queries, "public_rows", limit, tag=tag)
            found = [row for page in pages for row in page["rows"]]
            assert found == [[key, version.public(key)] for key in version.public_keys(tag)]
            assert {page["height"] for page in pages} == {BLOCKS - 1}

    @pytest.mark.parametrize("limit", [1, 2, 3, 1_000])
    @pytest.mark.parametrize("height", [1, BLOCKS - 1])
    def test_an_owners_rows_are_shown_under_one_leaf(
        self, queries: Queries, chain: Chain, limit: int, height: int
    ) -> None:
        version = chain.application.version(height)
        for owner in (OWNER, COMPANY_OWNER):
            pages = self.pages(queries, "owner", limit, owner=owner, tags=range(256), height=height)
            rows = [row for page in pages for row in page["rows"]]
            keys = [key for tag in range(256) for key in version.owned_keys(owner, tag)]
            assert [key for key, _, _ in rows] == keys
            assert {page["value"] for page in pages} == {pages[0]["value"]}
            for _, proof, blinding in rows:
                assert verify_row(pages[0]["value"], blinding, decode_row_proof(proof))

    def test_no_page_is_larger_than_the_largest(
        self, queries: Queries, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cfi.node.queries.MOST_PUBLIC_ROWS", 2)
        monkeypatch.setattr("cfi.node.queries.MOST_OWN_ROWS", 3)
        public = asked(queries, "public_rows", tag=ACCESS.tag, limit=1_000)
        assert (len(public["rows"]), public["more"]) == (2, True)
        own = asked(queries, "owner", owner=OWNER, tags=range(256))
        assert (len(own["rows"]), own["more"]) == (3, True)

    def test_after_the_last_row_there_is_nothing(self, queries: Queries) -> None:
        told = asked(queries, "public_rows", tag=SUPPLY.tag, after=b"\xff")
        assert (told["rows"], told["more"]) == ([], False)
        told = asked(queries, "owner", owner=OWNER, tags=[LOTS.tag], after=b"\xff")
        assert (told["rows"], told["more"]) == ([], False)
