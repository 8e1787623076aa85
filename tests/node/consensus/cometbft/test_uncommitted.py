"""What is asked between a height's decision and its commit is answered from the height before."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import pytest

from cfi.client.wallet.keystore import SigningKey
from cfi.client.wallet.transactions import transaction, unsigned_payload
from cfi.contracts.state.rows.validators import VALIDATOR_SETS
from cfi.contracts.transition.act import read_verified_act
from cfi.contracts.wire.admission import read_admission
from cfi.contracts.wire.messages.access.rotate_key import RotateKey
from cfi.contracts.wire.messages.governance.register_node import RegisterNode
from cfi.contracts.wire.parties import PeerKind
from cfi.contracts.wire.possession import admission_statement, possession_statement
from cfi.contracts.wire.protobuf import data
from cfi.contracts.wire.receipts import decode_receipt
from cfi.contracts.wire.schema import NodeId, PublicKey, Signature
from cfi.contracts.wire.text import HolderId
from cfi.node.link import Kind
from cfi.node.queries import QuestionError
from cfi.node.reception import Submitted
from tests.faults.running import CAST, SCENARIO, application
from tests.node.consensus.cometbft.asking import (
    COMMIT,
    FINALIZE,
    QUERY,
    Asked,
    Engine,
    ask,
    code_of,
    new_home,
    proposal,
    with_engine,
)

OLD: Final = CAST.officer(1)
NEW: Final = SigningKey(CAST.seed("another key"))
NODE: Final = bytes(range(20))
_ADMITS: Final = SigningKey(CAST.seed("an admission key"))
_ADMISSION: Final = admission_statement(
    SCENARIO.chain_id, NodeId(NODE), PublicKey(_ADMITS.public_key)
)
REGISTRATION: Final = RegisterNode(
    node_id=NodeId(NODE),
    kind=PeerKind.VALIDATOR,
    holder_id=HolderId("exchange"),
    admission_key=PublicKey(_ADMITS.public_key),
    possession=Signature(_ADMITS.sign(_ADMISSION)),
)
_STATEMENT: Final = possession_statement(
    SCENARIO.chain_id, "exchange", "officer-1", PublicKey(NEW.public_key)
)
ROTATION: Final = RotateKey(
    old_key=PublicKey(OLD.public_key),
    new_key=PublicKey(NEW.public_key),
    possession=Signature(NEW.sign(_STATEMENT)),
)
ACTS: Final = [
    transaction(OLD, SCENARIO.chain_id, message, 100) for message in (REGISTRATION, ROTATION)
]


async def told(ledger: Asked, engine: Engine) -> dict[str, Any]:
    """What the ledger answers on everything that the acts change."""
    answer: Callable[..., Any] = ledger.node.service._queries.answer
    path = f"/p2p/filter/id/{NODE.hex()}".encode()
    status = answer("status", {})
    return {
        "status": {name: each for name, each in status.items() if name != "counters"},
        "decided height": answer("decided_height", {}),
        "old": answer("signer", {"key": OLD.public_key}),
        "new": answer("signer", {"key": NEW.public_key}),
        "admitted": code_of(await engine.said(ask(QUERY, data(2, path)))) == 0,
    }


def tried(ledger: Asked, key: SigningKey) -> str:
    """What a registration would come to, signed by a key."""
    payload = unsigned_payload(SCENARIO.chain_id, REGISTRATION, 100)
    asked = {"key": key.public_key, "payload": payload}
    try:
        told: Any = ledger.node.service._queries.answer("dry_run", asked)
    except QuestionError as error:
        return error.name
    return "done" if decode_receipt(told["receipt"]).done else "refused"


def test_the_height_before_is_told_until_the_commit(tmp_path: Path) -> None:
    async def work(ledger: Asked, engine: Engine) -> None:
        before = await told(ledger, engine)
        assert (before["decided height"], before["new"], before["admitted"]) == (0, None, False)
        assert before["old"] is not None
        for _ in range(2):
            await engine.said(proposal(FINALIZE, ACTS, 1))
            assert await told(ledger, engine) == before
            assert (tried(ledger, OLD), tried(ledger, NEW)) == ("done", "NO_LIVE_KEY")
            with pytest.raises(QuestionError, match="height 1 is not committed"):
                ledger.node.service._queries.answer(
                    "public_rows", {"tag": VALIDATOR_SETS.tag, "height": 1}
                )
        await engine.said(ask(COMMIT))
        after = await told(ledger, engine)
        assert (after["decided height"], after["old"], after["admitted"]) == (1, None, True)
        assert after["new"] == before["old"]
        assert (tried(ledger, OLD), tried(ledger, NEW)) == ("NO_LIVE_KEY", "refused")

    with_engine(new_home(tmp_path / "n"), work)


@dataclass
class Heard:
    """Who submitted an act, and the admission receipt that came."""

    admission: bytes = b""

    def tell(self, kind: Kind, content: bytes) -> None:
        assert kind is Kind.ADMITTED
        self.admission = content


def admitted_after(ledger: Asked, number: int) -> int:
    """The committed height that an admission receipt names."""
    submitted, heard = application(number), Heard()
    applicant: Any = Submitted(cast(Any, heard), submitted)
    ledger.node.service._reception._let_in_all([(applicant, read_verified_act(submitted))])
    return read_admission(heard.admission).height


def test_an_admission_names_the_last_committed_height(tmp_path: Path) -> None:
    async def work(ledger: Asked, engine: Engine) -> None:
        await engine.said(proposal(FINALIZE, ACTS[:1], 1))
        assert admitted_after(ledger, 1) == 0
        await engine.said(ask(COMMIT))
        assert admitted_after(ledger, 2) == 1

    with_engine(new_home(tmp_path / "n"), work)
