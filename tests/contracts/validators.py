"""Validators for tests: each is known by a name, and signs with that name's key."""

from collections.abc import Mapping

from cfi.contracts.state.changes import Changes
from cfi.contracts.state.rows.validators import ValidatorKey, ValidatorRecord
from cfi.contracts.state.validator_sets import founding, seated
from cfi.contracts.wire.possession import admission_statement, consensus_statement
from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.schema import NodeId, Signature
from cfi.contracts.wire.signatures import sign
from cfi.contracts.wire.text import HolderId
from cfi.contracts.wire.validators import Validator
from tests.contracts.ledger import EXCHANGE, Ledger, seed_of
from tests.contracts.people import CHAIN_ID, key_named

Named = Mapping[str, int]
"""Power by name."""


def validator(name: str, power: int) -> Validator:
    """A validator by name."""
    return Validator(public_key=key_named(name), voting_power=power)


def record(name: str, power: int, operator: str = EXCHANGE) -> ValidatorRecord:
    """The row of a validator."""
    return ValidatorRecord(
        key=key_named(name), operator=HolderId(operator), power=Count(power), replaces=None
    )


def founded(validators: Named) -> Changes:
    """What a genesis writes of its validators."""
    keys = (
        ValidatorKey(key=key_named(name), power=Count(power)) for name, power in validators.items()
    )
    return founding(keys, EXCHANGE)


def given_validators(ledger: Ledger, validators: Named) -> None:
    """Validators from the start."""
    ledger.given(founded(validators))


def consensus_possession(
    name: str, operator: str = EXCHANGE, chain_id: str = CHAIN_ID
) -> Signature:
    """The proof that the operator holds the consensus key of a name."""
    return Signature(sign(seed_of(name), consensus_statement(chain_id, operator, key_named(name))))


def admission_possession(name: str, node_id: NodeId, chain_id: str = CHAIN_ID) -> Signature:
    """The proof that the node has the admission key of a name."""
    return Signature(sign(seed_of(name), admission_statement(chain_id, node_id, key_named(name))))


def powers(ledger: Ledger, *names: str) -> dict[str, int]:
    """The power of each that has some, as the acts so far have set it."""
    by_key = {each.public_key: each.voting_power for each in seated(ledger.state).validators}
    return {name: by_key[key_named(name)] for name in names if key_named(name) in by_key}
