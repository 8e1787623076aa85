"""RB 3.6: who proposed an act takes it back."""

from cfi.contracts.wire.messages.access.withdraw_proposal import WithdrawProposal
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.refusals import refuses
from tests.contracts.rules.access.proposals import given_proposal


def test_the_proposal_is_gone(ledger: Ledger) -> None:
    proposal_id = given_proposal(ledger)
    message = WithdrawProposal(proposal_id=proposal_id)
    ledger.when(message, by=EXCHANGE)
    ledger.done()
    assert ledger.state.proposals.of(EXCHANGE).keys() == []
    answer = ("UNKNOWN_PROPOSAL", "RB 3.6", {"proposal_id": proposal_id})
    refuses(ledger, message, answer, by=EXCHANGE)
    refuses(ledger, message, answer, by="company-a")


def test_only_the_proposer_takes_it_back(ledger: Ledger) -> None:
    proposal_id = given_proposal(ledger)
    answer = ("NOT_THE_PROPOSER", "RB 3.6", {"proposal_id": proposal_id})
    message = WithdrawProposal(proposal_id=proposal_id)
    refuses(ledger, message, answer, by=EXCHANGE, user="officer-2")
