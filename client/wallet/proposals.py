"""Acts that two people decide: what the first proposes, and what the second approves.  (RB 3.6)"""

import json
from hashlib import sha256
from typing import Any

from cfi.client.wallet.messages import MessageError, as_json
from cfi.contracts.state.rows.access import Proposal
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.messages.catalogue import MESSAGES, NUMBERS
from cfi.contracts.wire.quantities import SmallCode
from cfi.contracts.wire.schema import Data, Hash, schema_of


def proposing(message: Any) -> Propose:
    """The act that proposes a message; raises MessageError for one that is too long."""
    body = Data(schema_of(type(message)).encode(message))
    made = Propose(message_number=SmallCode(NUMBERS[type(message)]), body=body)
    try:
        schema_of(Propose).encode(made)
    except CodecError as error:
        raise MessageError([f"$: {error}"]) from error
    return made


def proposed(act: Propose | Proposal) -> Any:
    """The message that a proposal holds; raises CodecError where this program knows none such."""
    kind = MESSAGES.get(act.message_number)
    if kind is None:
        raise CodecError(f"message {act.message_number} is unknown to this program")
    return schema_of(kind).decode(act.body)


def approving(proposal: Proposal) -> Approve:
    """The act that approves exactly this body."""
    return Approve(proposal_id=proposal.proposal_id, body_hash=Hash(sha256(proposal.body).digest()))


def spoken(message: Any) -> str:
    """A message in a line, a proposed one by what it proposes."""
    if isinstance(message, Propose):
        return f"Propose {spoken(proposed(message))}"
    return f"{type(message).__name__} {json.dumps(as_json(message), ensure_ascii=False)}"
