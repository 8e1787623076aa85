"""Whether enough validators signed a block.  (CometBFT 0.38, types/validation)

Votes are judged by the ledger's strict rule first, and by ZIP-215 where that says no: other
validators follow the wider rule.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from cfi.contracts.wire import signatures
from cfi.contracts.wire.commits import BlockIdFlag, Commit, commit_sign_bytes
from cfi.contracts.wire.headers import BlockId
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.validators import Validator, ValidatorSet
from cfi.contracts.wire.zip215 import verify_zip215

TWO_THIRDS: Final = Fraction(2, 3)
Vote = tuple[int, Validator]
"""An index in the commit, and the validator to whom that vote is put down."""


class CommitError(ValueError):
    """The commit doesn't decide the block."""


class NotEnoughPowerError(CommitError):
    """Those who signed don't have the power that is asked for."""


def verify_vote(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a validator's signature is good; never raises on bytes."""
    strict = signatures.verify(public_key, message, signature)
    return strict or verify_zip215(public_key, message, signature)


def verify_commit(
    chain_id: str, validators: ValidatorSet, block_id: BlockId, height: Height, commit: Commit
) -> None:
    """Check every vote, and that over 2/3 of the power is for the block; raises CommitError."""
    _check_subject(validators, block_id, height, commit)
    cast = list(_by_index(validators, commit, nil_too=True))
    power = sum(
        validator.voting_power
        for index, validator in cast
        if commit.signatures[index].flag is BlockIdFlag.COMMIT
    )
    if power <= _bound(validators, TWO_THIRDS):
        raise NotEnoughPowerError(f"{power} of {validators.total_power} signed the block")
    _check_signatures(chain_id, commit, cast)


def verify_commit_light(
    chain_id: str,
    validators: ValidatorSet,
    block_id: BlockId,
    height: Height,
    commit: Commit,
    *,
    every: bool = False,
) -> None:
    """Check votes for the block until they have more than 2/3 of the power; raises CommitError.

    With `every`, as evidence calls for, those beyond that are checked too.
    """
    _check_subject(validators, block_id, height, commit)
    cast = _by_index(validators, commit, nil_too=False)
    _check_signatures(chain_id, commit, _enough(cast, validators, TWO_THIRDS, every=every))


def verify_commit_trusting(
    chain_id: str, trusted: ValidatorSet, commit: Commit, level: Fraction, *, every: bool = False
) -> None:
    """Check votes of trusted validators until they have more than a share of the trusted power.

    With `every`, as evidence calls for, those beyond that are checked too. Raises
    NotEnoughPowerError where they have less, CommitError for a double vote or a wrong signature.
    """
    cast = _by_address(trusted, commit)
    _check_signatures(chain_id, commit, _enough(cast, trusted, level, every=every))


def _check_subject(
    validators: ValidatorSet, block_id: BlockId, height: Height, commit: Commit
) -> None:
    if len(validators.validators) != len(commit.signatures):
        raise CommitError(
            f"{len(commit.signatures)} votes for {len(validators.validators)} validators"
        )
    if commit.height != height:
        raise CommitError(f"the commit is of height {commit.height}, not {height}")
    if commit.block_id != block_id:
        raise CommitError("the commit is for another block")


def _by_index(validators: ValidatorSet, commit: Commit, *, nil_too: bool) -> Iterator[Vote]:
    pairs = zip(validators.validators, commit.signatures, strict=True)
    for index, (validator, vote) in enumerate(pairs):
        if vote.flag is BlockIdFlag.COMMIT or (nil_too and vote.flag is BlockIdFlag.NIL):
            if validator.address != vote.validator_address:
                raise CommitError(f"vote {index} carries another validator's address")
            yield index, validator


def _by_address(trusted: ValidatorSet, commit: Commit) -> Iterator[Vote]:
    known = trusted.by_address()
    seen: set[bytes] = set()
    for index, vote in enumerate(commit.signatures):
        validator = known.get(vote.validator_address)
        if vote.flag is not BlockIdFlag.COMMIT or validator is None:
            continue
        if vote.validator_address in seen:
            raise CommitError(f"vote {index} is a second one of the same validator")
        seen.add(vote.validator_address)
        yield index, validator


def _enough(
    cast: Iterator[Vote], validators: ValidatorSet, level: Fraction, *, every: bool
) -> list[Vote]:
    bound, power = _bound(validators, level), 0
    counted = []
    for index, validator in cast:
        counted.append((index, validator))
        power += validator.voting_power
        if power > bound and not every:
            return counted
    if power > bound:
        return counted
    raise NotEnoughPowerError(f"{power} of {validators.total_power} signed the block")


def _bound(validators: ValidatorSet, level: Fraction) -> int:
    return validators.total_power * level.numerator // level.denominator


def _check_signatures(chain_id: str, commit: Commit, cast: list[Vote]) -> None:
    for index, validator in cast:
        signed = commit_sign_bytes(chain_id, commit, index)
        if not verify_vote(validator.public_key, signed, commit.signatures[index].signature):
            raise CommitError(f"the signature of vote {index} is wrong")
