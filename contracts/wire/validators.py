"""Validators and the hash of their set, in CometBFT's own format.  (CometBFT 0.38)"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from cfi.contracts.wire.headers import ADDRESS_BYTES
from cfi.contracts.wire.list_tree import list_root
from cfi.contracts.wire.protobuf import integer, message
from cfi.contracts.wire.signatures import KEY_BYTES

MAX_TOTAL_POWER: Final = (2**63 - 1) // 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Validator:
    """A validator: its Ed25519 key of 32 bytes and its voting power."""

    public_key: bytes
    voting_power: int

    @property
    def address(self) -> bytes:
        """The first 20 bytes of SHA-256 of the key."""
        return address_of(self.public_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatorSet:
    """Validators in the order in which they sign."""

    validators: tuple[Validator, ...]

    @classmethod
    def of(cls, validators: Iterable[Validator]) -> Self:
        """The set in its lawful order: greatest power first, then by address."""
        in_order = sorted(validators, key=lambda each: (-each.voting_power, each.address))
        return cls(validators=tuple(in_order))

    @property
    def total_power(self) -> int:
        """The voting power of all."""
        return sum(each.voting_power for each in self.validators)

    def by_address(self) -> Mapping[bytes, Validator]:
        """The validators by address; of two with one address, the first."""
        return {each.address: each for each in reversed(self.validators)}


def address_of(public_key: bytes) -> bytes:
    """The 20-byte address of a validator's key."""
    return sha256(public_key).digest()[:ADDRESS_BYTES]


def validators_hash(validators: ValidatorSet) -> bytes:
    """The 32-byte hash of a set, in the order given."""
    return list_root(
        [
            message(1, message(1, each.public_key)) + integer(2, each.voting_power)
            for each in validators.validators
        ]
    )


def validators_fault(validators: ValidatorSet) -> str | None:
    """What is wrong with a set looked at alone, in a sentence; None where nothing is."""
    if not validators.validators:
        return "the validator set is empty"
    for index, each in enumerate(validators.validators):
        if len(each.public_key) != KEY_BYTES:
            return f"the key of validator {index} is not of {KEY_BYTES} bytes"
        if each.voting_power < 0:
            return f"the power of validator {index} is negative"
    if validators.total_power > MAX_TOTAL_POWER:
        return "the total power is above an eighth of 64 bits"
    return None
