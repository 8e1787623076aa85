"""Only registered nodes connect: validators', auditors' under a grant, the Exchange's gateways; whose
admission key is whose is public.
"""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import put
from cfi.contracts.state.peers import may_peer
from cfi.contracts.state.rows.membership import GRANTS, ReadingGrant
from cfi.contracts.state.rows.validators import PEERS, AdmissionKey
from cfi.contracts.wire.limits import MAX_ROWS_PER_OWNER
from cfi.contracts.wire.messages.governance.register_node import RegisterNode
from cfi.contracts.wire.messages.governance.withdraw_node import WithdrawNode
from cfi.contracts.wire.messages.membership.suspend_holder import SuspendHolder
from cfi.contracts.wire.parties import HolderClass, PeerKind
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import Hash, NodeId, schema_of
from cfi.contracts.wire.text import HolderId, Text
from tests.contracts.ledger import EXCHANGE, NOW, Ledger
from tests.contracts.people import key_named
from tests.contracts.refusals import Answer, Change, case, refuses
from tests.contracts.validators import admission_possession

NODE = NodeId(bytes(range(20)))
OTHER_NODE = NodeId(bytes(20))
KEY = key_named("a node's admissions")
LAWFUL = RegisterNode(
    node_id=NODE,
    kind=PeerKind.VALIDATOR,
    holder_id=HolderId("company-a"),
    admission_key=KEY,
    possession=admission_possession("a node's admissions", NODE),
)
OF_AUDITOR = replace(LAWFUL, kind=PeerKind.AUDITOR, holder_id=HolderId("auditor"))
OTHER = replace(
    LAWFUL,
    node_id=OTHER_NODE,
    possession=admission_possession("a node's admissions", OTHER_NODE),
)


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


class TestWhoseReceipts:
    """Ours 0042: an auditor knows whose word an admission receipt is."""

    def test_the_key_is_public_with_who_runs_the_node_and_without_its_id(
        self, ledger: Ledger
    ) -> None:
        assert ledger.when(LAWFUL, EXCHANGE).done
        row = AdmissionKey(key=KEY, kind=PeerKind.VALIDATOR, holder_id=HolderId("company-a"))
        assert ledger.state.admission_keys.get(KEY) == row
        assert schema_of(AdmissionKey).encode(row).count(NODE) == 0
        found = ledger.state.peers.find(NODE)
        assert found is not None
        assert found[1].admission_key == KEY

    def test_it_stays_when_the_node_goes(self, ledger: Ledger) -> None:
        ledger.when(LAWFUL, EXCHANGE)
        before = ledger.state.admission_keys.get(KEY)
        assert ledger.when(WithdrawNode(node_id=NODE), EXCHANGE).done
        assert before is not None
        assert ledger.state.admission_keys.get(KEY) == before

    def test_its_holder_may_register_it_again_and_nobody_else(self, ledger: Ledger) -> None:
        ledger.when(LAWFUL, EXCHANGE)
        before = ledger.state.admission_keys.get(KEY)
        anothers = replace(OTHER, kind=PeerKind.GATEWAY, holder_id=HolderId(EXCHANGE))
        answer = ("ADMISSION_KEY_TAKEN", "ours", {"admission_key": KEY})
        refuses(ledger, anothers, answer, by=EXCHANGE)
        assert ledger.when(OTHER, EXCHANGE).done
        assert ledger.state.admission_keys.get(KEY) == before


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
    case(
        "its admission key proves that it is this node's",
        {"possession": OTHER.possession},
        "NO_PROOF_OF_POSSESSION",
        "ours",
        admission_key=KEY,
    ),
    case(
        "and on this chain",
        {"possession": admission_possession("a node's admissions", NODE, "sim-other")},
        "NO_PROOF_OF_POSSESSION",
        "ours",
        admission_key=KEY,
    ),
]


@pytest.mark.parametrize(("change", "answer"), REFUSALS)
def test_refusal(ledger: Ledger, change: Change, answer: Answer) -> None:
    refuses(ledger, replace(LAWFUL, **change), answer, by=EXCHANGE)
