"""An act of the Exchange under four eyes."""

from hashlib import sha256

from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.messages.access.limit_user import LimitUser
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.quantities import SmallCode
from cfi.contracts.wire.schema import Data, Hash, schema_of
from cfi.contracts.wire.text import HolderId, UserId
from tests.contracts.ledger import EXCHANGE, Ledger

INNER = LimitUser(holder_id=HolderId("company-a"), user_id=UserId("company-a-user"), limited=True)
NUMBER = SmallCode(NUMBERS[LimitUser])
BODY = Data(schema_of(LimitUser).encode(INNER))
PROPOSAL = Propose(message_number=NUMBER, body=BODY)


def given_proposal(ledger: Ledger) -> Hash:
    """The first officer's proposal; returns its id."""
    ledger.four_eyes(LimitUser)
    receipt = ledger.when(PROPOSAL, by=EXCHANGE)
    ledger.done()
    return receipt.act_id


def approval(proposal_id: Hash, body: bytes = BODY) -> Approve:
    """An approval of exactly this body."""
    return Approve(proposal_id=proposal_id, body_hash=Hash(sha256(body).digest()))
