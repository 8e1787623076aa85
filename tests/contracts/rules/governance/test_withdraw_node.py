"""A withdrawn node connects no more."""

from cfi.contracts.state.peers import may_peer
from cfi.contracts.wire.messages.governance.register_node import RegisterNode
from cfi.contracts.wire.messages.governance.withdraw_node import WithdrawNode
from cfi.contracts.wire.parties import PeerKind
from cfi.contracts.wire.schema import NodeId
from cfi.contracts.wire.text import HolderId
from tests.contracts.ledger import EXCHANGE, NOW, Ledger
from tests.contracts.people import key_named
from tests.contracts.refusals import refuses
from tests.contracts.validators import admission_possession

NODE = NodeId(bytes(20))


def test_it_is_forgotten_and_may_be_registered_again(ledger: Ledger) -> None:
    registered = RegisterNode(
        node_id=NODE,
        kind=PeerKind.VALIDATOR,
        holder_id=HolderId("company-a"),
        admission_key=key_named("a node's admissions"),
        possession=admission_possession("a node's admissions", NODE),
    )
    ledger.when(registered, EXCHANGE)
    assert ledger.when(WithdrawNode(node_id=NODE), EXCHANGE).done
    assert not may_peer(ledger.state, NODE, NOW)
    assert ledger.when(registered, EXCHANGE).done


def test_an_unknown_one_is_refused(ledger: Ledger) -> None:
    answer = ("UNKNOWN_NODE", "ours", {"node_id": NODE})
    refuses(ledger, WithdrawNode(node_id=NODE), answer, by=EXCHANGE)
