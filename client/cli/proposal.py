"""What a second person is about to approve, before it is signed.  (RB 3.6)"""

import asyncio
from pathlib import Path

import click

from cfi.client.cli.asking import or_leave, own_rows, standing
from cfi.client.cli.ending import FAILED, leave
from cfi.client.light.http import GatewayClient
from cfi.client.light.moments import format_moment
from cfi.client.light.own_rows import OwnRows, Wanted
from cfi.client.light.receipt import NotProvedError, read_act
from cfi.client.wallet.keystore import SigningKey
from cfi.client.wallet.proposals import proposed, spoken
from cfi.contracts.state.rows.access import PROPOSALS, Proposal
from cfi.contracts.transition.act import InadmissibleError, read_verified_act
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.messages.access.propose import Propose


def found_proposal(gateway: str, key: SigningKey, folder: Path, proposal_id: bytes) -> Proposal:
    """The holder's proposal of an id, shown on standard error; ends the command where there is
    none.

    The id is the digest of the proposing act, so a row that no verified header proves is held
    against that act: an approval names the body only, not of which message it is.
    """
    found = own_rows(gateway, key, folder, Wanted(account=None, tables=(PROPOSALS.name,)))
    row = _of(found, proposal_id)
    if row is None:
        at = f"at height {found.height}; one is shown from the block after its own"
        leave(f"{found.owner} has no proposal {proposal_id.hex()} {at}", FAILED)
    told = standing(found.height, found.claimed_because)
    if found.claimed_because is not None:
        or_leave("the proposal is", lambda: asyncio.run(_require_as_signed(gateway, key, row)))
        told += "; the proposing act says the same"
    until = format_moment(Timestamp(seconds=row.expires_at, nanos=0))
    by = f"proposed by {row.proposed_by} at height {row.proposed_at}, until {until}"
    click.echo(f"{by}: {_spoken(row)}\n{told}", err=True)
    return row


def _of(found: OwnRows, proposal_id: bytes) -> Proposal | None:
    for row in found.rows:
        if isinstance(row, Proposal) and row.proposal_id == proposal_id:
            return row
    return None


async def _require_as_signed(gateway: str, key: SigningKey, row: Proposal) -> None:
    """Raise NotProvedError unless the act with the proposal's id proposes exactly this."""
    async with GatewayClient(gateway, key) as client:
        answer = await client.get_signed(f"/v1/transactions/{row.proposal_id.hex()}")
    try:
        act = read_verified_act(read_act(answer).transaction)
    except InadmissibleError as error:
        raise NotProvedError(f"the proposing act is none: {error}") from error
    if act.act_id != row.proposal_id or not isinstance(act.message, Propose):
        raise NotProvedError("its id is another act's")
    if (act.message.message_number, act.message.body) != (row.message_number, row.body):
        raise NotProvedError("the proposing act says otherwise")


def _spoken(proposal: Proposal) -> str:
    try:
        return spoken(proposed(proposal))
    except CodecError as error:
        leave(f"the proposal can't be read: {error}", FAILED)
