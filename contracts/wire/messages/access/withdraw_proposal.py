"""Withdraw a proposal.  (RB 3.6)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawProposal:
    """Who proposed an act takes it back."""

    proposal_id: Hash
