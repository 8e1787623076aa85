"""Only registered nodes connect: validators', auditors' under a grant, the Exchange's gateways."""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import put
from cfi.contracts.state.peers import may_peer
from cfi.contracts.state.rows.membership import GRANTS, ReadingGrant
from cfi.contracts.state.rows.validators import PEERS
from cfi.contracts.wire.limits import MAX_ROWS_PER_OWNER
from cfi.contracts.wire.messages.governance.register_node import RegisterNode
from cfi.contracts.wire.messages.membership.suspend_holder import SuspendHolder
from cfi.contracts.wire.parties import HolderClass, PeerKind
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import Hash, NodeId
from cfi.contracts.wire.text import HolderId, Text
from tests.contracts.ledger import EXCHANGE, NOW, Ledger
from tests.contracts.refusals import Answer, Change, case, refuses

NODE = NodeId(bytes(range(20)))
LAWFUL = RegisterNode(node_id=NODE, kind=PeerKind.VALIDATOR, holder_id=HolderId("company-a"))
OF_AUDITOR = RegisterNode(node_id=NODE, kind=PeerKind.AUDITOR, holder_id=HolderId("auditor"))


@pytest.fixture
def audited(ledger: Ledger) -> Ledger:
    """A ledger with an auditor, whose grant holds for a day from now."""
    ledger.given_holder("auditor", HolderClass.AUDITOR, accounts=False)
    grant = ReadingGrant(
        auditor=HolderId("auditor"),
        from_at=NOW,
        to_at=Instant(NOW + 86_400),
        grounds=Hash(bytes(32)),
    )
    ledger.given(put(GRANTS, "auditor", grant))
    return ledger


def test_a_validators_node_may_connect_and_no_other(ledger: Ledger) -> None:
    assert not may_peer(ledger.state, NODE, NOW)
    assert ledger.when(LAWFUL, EXCHANGE).done
    assert may_peer(ledger.state, NODE, NOW)
    assert not may_peer(ledger.state, NodeId(bytes(20)), NOW)


def test_the_exchange_runs_gateways(ledger: Ledger) -> None:
    message = replace(LAWFUL, kind=PeerKind.GATEWAY, holder_id=HolderId(EXCHANGE))
    assert ledger.when(message, EXCHANGE).done
    assert may_peer(ledger.state, NODE, NOW)


def test_not_while_its_holder_is_suspended(ledger: Ledger) -> None:
    ledger.when(LAWFUL, EXCHANGE)
    why = SuspendHolder(
        holder_id=HolderId("company-a"), reason=Text("fees"), decision=Hash(bytes(32))
    )
    assert ledger.when(why, EXCHANGE).done
    assert not may_peer(ledger.state, NODE, NOW)


def test_an_auditors_node_may_connect_while_its_grant_holds(audited: Ledger) -> None:
    assert audited.when(OF_AUDITOR, EXCHANGE).done
    times = [NOW - 1, NOW, NOW + 86_399, NOW + 86_400]
    answers = [may_peer(audited.state, NODE, Instant(time)) for time in times]
    assert answers == [False, True, True, False]


def test_never_without_a_grant(ledger: Ledger) -> None:
    ledger.given_holder("auditor", HolderClass.AUDITOR, accounts=False)
    assert ledger.when(OF_AUDITOR, EXCHANGE).done
    assert not may_peer(ledger.state, NODE, NOW)


def test_a_node_is_registered_once(ledger: Ledger) -> None:
    ledger.when(LAWFUL, EXCHANGE)
    again = replace(LAWFUL, holder_id=HolderId(EXCHANGE))
    refuses(ledger, again, ("NODE_EXISTS", "ours", {"node_id": NODE}), by=EXCHANGE)


def test_the_exchange_keeps_so_many_records(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ledger.overlay.row_count(PEERS.owner_of(EXCHANGE))
    monkeypatch.setattr("cfi.contracts.state.view.MAX_ROWS_PER_OWNER", rows)
    assert rows < MAX_ROWS_PER_OWNER
    answer = ("TOO_MANY_RECORDS", "ours", {"holder_id": EXCHANGE})
    refuses(ledger, LAWFUL, answer, by=EXCHANGE)


REFUSALS = [
    case(
        "its holder is known",
        {"holder_id": HolderId("nobody")},
        "UNKNOWN_HOLDER",
        "ours",
        holder_id="nobody",
    ),
    case(
        "an auditor's is an auditor's",
        {"kind": PeerKind.AUDITOR},
        "NOT_AN_AUDITOR",
        "ours",
        holder_id="company-a",
    ),
    case(
        "a gateway is the Exchange's",
        {"kind": PeerKind.GATEWAY},
        "NOT_THE_EXCHANGE",
        "ours",
        holder_id="company-a",
    ),
]


@pytest.mark.parametrize(("change", "answer"), REFUSALS)
def test_refusal(ledger: Ledger, change: Change, answer: Answer) -> None:
    refuses(ledger, replace(LAWFUL, **change), answer, by=EXCHANGE)
