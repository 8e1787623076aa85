"""Evidence from two signed blocks of one height, as CometBFT's light client makes it.

It can't be told here which of the two histories is the false one, so there is a piece against each.
(CometBFT 0.38, light/detector)
"""

from dataclasses import dataclass, replace

from cfi.client.light.bisection import Divergence
from cfi.client.light.lightblock import LightBlock
from cfi.contracts.wire.evidence import ConflictingBlock, LightClientAttack, ListedValidator
from cfi.contracts.wire.evidence_rules import Decided, culprits, is_lunatic
from cfi.contracts.wire.validators import Validator


@dataclass(frozen=True, slots=True, kw_only=True)
class Accusations:
    """Each piece is true if the other history is the chain's."""

    against_source: LightClientAttack
    against_witness: LightClientAttack


def accusations(divergence: Divergence) -> Accusations:
    """The evidence that a divergence gives, whose blocks were verified: they lack nothing."""
    source, witness = divergence.trusted, divergence.conflicting
    return Accusations(
        against_source=_evidence(source, witness, divergence.common),
        against_witness=_evidence(witness, source, divergence.common),
    )


def _evidence(conflicting: LightBlock, ours: LightBlock, common: LightBlock) -> LightClientAttack:
    assert conflicting.commit is not None and conflicting.validator_set is not None, "verified"
    assert ours.commit is not None and common.validator_set is not None, "verified"
    made = LightClientAttack(
        conflicting=ConflictingBlock(
            header=conflicting.header,
            commit=conflicting.commit,
            validators=tuple(map(_listed, conflicting.validator_set.validators)),
            proposer=_listed(_proposer(conflicting)),
        ),
        common_height=common.height,
        byzantine=(),
        total_power=common.validator_set.total_power,
        time=common.header.time,
    )
    decided = Decided(header=ours.header, commit=ours.commit)
    if not is_lunatic(made, ours.header):
        # The block might be the chain's, but for it there were two votes at its own height.
        power = conflicting.validator_set.total_power
        at = {"common_height": ours.height, "total_power": power, "time": ours.header.time}
        made = replace(made, **at)  # type: ignore[arg-type]
    found = culprits(made, common.validator_set, decided)
    return replace(made, byzantine=tuple(map(_listed, found)))


def _proposer(block: LightBlock) -> Validator:
    """Who the header says has proposed; the first where that is none of the validators."""
    assert block.validator_set is not None, "verified"
    known = block.validator_set.by_address()
    return known.get(block.header.proposer_address, block.validator_set.validators[0])


def _listed(validator: Validator) -> ListedValidator:
    return ListedValidator(validator=validator, proposer_priority=0)
