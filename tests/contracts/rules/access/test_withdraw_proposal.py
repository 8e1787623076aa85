"""RB 3.6: who proposed an act takes it back."""

from cfi.contracts.wire.messages.access.limit_user import LimitUser
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.messages.access.withdraw_proposal import WithdrawProposal
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.quantities import SmallCode
from cfi.contracts.wire.schema import Data, Hash, schema_of
from cfi.contracts.wire.text import HolderId, UserId
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.refusals import refuses


def given_proposal(ledger: Ledger) -> Hash:
    ledger.four_eyes(LimitUser)
    inner = LimitUser(
        holder_id=HolderId("company-a"), user_id=UserId("company-a-user"), limited=True
    )
    body = Data(schema_of(LimitUser).encode(inner))
    number = SmallCode(NUMBERS[LimitUser])
    return ledger.when(Propose(message_number=number, body=body), by=EXCHANGE).act_id


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
