"""The genesis document: everything that a chain starts with.  (ours)

Its bytes are the deterministic CBOR of its fields, their SHA-256 is the genesis hash.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import cbor2

from cfi.contracts.state.rows.access import AccessRule
from cfi.contracts.state.rows.custody import AccountKind
from cfi.contracts.state.rows.governance import ClockKind
from cfi.contracts.state.rows.validators import ValidatorKey
from cfi.contracts.wire import codec
from cfi.contracts.wire.limits import MAX_CHAIN_ID_CHARACTERS, MAX_VALIDATORS
from cfi.contracts.wire.officers import MAX_GENESIS_BYTES
from cfi.contracts.wire.parties import EligibilityCategory, HolderClass, Level, Role
from cfi.contracts.wire.possession import proves_possession
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import Count, DayNumber, Instant, SmallCode, Year
from cfi.contracts.wire.schema import Hash, PublicKey, Seed, Signature, schema_of
from cfi.contracts.wire.text import HolderId, Identifier, UserId
from cfi.contracts.wire.validators import MAX_TOTAL_POWER

GENESIS_VERSION: Final = Count(1)
SIMULATION_PREFIX: Final = "sim-"
HOLDER_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
MAX_HOLDER_CHARACTERS: Final = 48


class GenesisError(ValueError):
    """The document can't found a chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenKey:
    """A key and its proof of possession."""

    key: PublicKey
    possession: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundingUser:
    """A user with its keys."""

    user_id: UserId
    levels: tuple[Level, ...]
    roles: tuple[Role, ...]
    officer: bool
    keys: tuple[ProvenKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundingAccount:
    """An account, numbered in the order of the list."""

    kind: AccountKind
    seed: Seed


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundingEligibility:
    """An Eligible Commercial Entity from the start, with its board's leave to trade."""

    category: EligibilityCategory
    column_one: SmallCode
    column_two: SmallCode
    evidence: Hash
    review_by: Instant
    board_resolution: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundingHolder:
    """The Exchange, or a holder that is there from the start."""

    holder_id: HolderId
    holder_class: HolderClass
    not_for_profit: bool
    first_year: Year
    seed: Seed
    accounts: tuple[FoundingAccount, ...]
    users: tuple[FoundingUser, ...]
    eligibility: FoundingEligibility | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingParameter:
    """A parameter's first value."""

    name: Identifier
    value: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundingValidator:
    """A validator that is there from the start, which the Exchange runs."""

    key: PublicKey
    power: Count
    admission_key: PublicKey
    """What its node signs its admission receipts with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenesisDocument:
    """What the founding officers sign."""

    version: Count
    chain_id: Identifier
    time: Instant
    """The first header's time can't be before it."""
    clock: ClockKind
    clock_start: Instant
    """What rules take for now in the first block of a stepped clock."""
    app_version: Count
    terms: ProgrammeTerms
    access: tuple[AccessRule, ...]
    parameters: tuple[StartingParameter, ...]
    holidays: tuple[DayNumber, ...]
    exchange: FoundingHolder
    holders: tuple[FoundingHolder, ...]
    validators: tuple[FoundingValidator, ...]
    officers: tuple[PublicKey, ...]
    threshold: Count
    """How many of the officers have to sign."""

    @property
    def everybody(self) -> tuple[FoundingHolder, ...]:
        """The Exchange, then the holders."""
        return (self.exchange, *self.holders)

    @property
    def signers(self) -> tuple[ValidatorKey, ...]:
        """The validators by key and power."""
        return tuple(ValidatorKey(key=each.key, power=each.power) for each in self.validators)


def genesis_bytes(document: GenesisDocument) -> bytes:
    """The bytes whose SHA-256 is the genesis hash; raises GenesisError for what founds nothing."""
    _require_sound(document)
    return schema_of(GenesisDocument).encode(document)


def genesis_hash(data: bytes) -> Hash:
    """SHA-256 of a document's bytes."""
    return Hash(sha256(data).digest())


def read_genesis(data: bytes) -> GenesisDocument:
    """Read and check a document; raises GenesisError."""
    try:
        items = codec.parse(data, MAX_GENESIS_BYTES)
        document = schema_of(GenesisDocument).from_items(items)
    except codec.CodecError as error:
        raise GenesisError(f"not a genesis document: {error}") from error
    if cbor2.dumps(items) != data:
        raise GenesisError("not the deterministic encoding")
    _require_sound(document)
    return document


def is_holder_id(name: str) -> bool:
    """Lower-case letters, digits and hyphens, at most 48."""
    return 0 < len(name) <= MAX_HOLDER_CHARACTERS and HOLDER_CHARACTERS.issuperset(name)


def _require_sound(document: GenesisDocument) -> None:
    for fault in _faults(document):
        raise GenesisError(fault)


def _faults(document: GenesisDocument) -> Iterator[str]:
    yield from _chain_faults(document)
    yield from _signing_faults(document)
    yield from _holder_faults(document)
    yield from _key_faults(document)


def _chain_faults(document: GenesisDocument) -> Iterator[str]:
    if document.version != GENESIS_VERSION:
        yield f"version {document.version} is unknown"
    if len(document.chain_id) > MAX_CHAIN_ID_CHARACTERS:
        yield f"the chain id has more than {MAX_CHAIN_ID_CHARACTERS} characters"
    simulated = document.chain_id.startswith(SIMULATION_PREFIX)
    if (document.clock is ClockKind.STEPPED) is not simulated:
        yield f"a chain id begins with {SIMULATION_PREFIX} if its clock is stepped, and only then"
    if _repeats([rule.message_number for rule in document.access]):
        yield "two access rules for one message"
    if _repeats([parameter.name for parameter in document.parameters]):
        yield "a parameter is set twice"


def _signing_faults(document: GenesisDocument) -> Iterator[str]:
    if not document.validators or any(each.power < 1 for each in document.validators):
        yield "there is no validator, or one without power"
    if _repeats([each.key for each in document.validators]):
        yield "a validator is listed twice"
    if _repeats([each.admission_key for each in document.validators]):
        yield "two validators have the same admission key"
    if len(document.validators) > MAX_VALIDATORS:
        yield f"more than {MAX_VALIDATORS} validators"
    if sum(each.power for each in document.validators) > MAX_TOTAL_POWER:
        yield "the validators together have more power than the engine takes"
    if _repeats(document.officers):
        yield "an officer is listed twice"
    if not 1 <= document.threshold <= len(document.officers):
        yield "the number of officers that have to sign is not between 1 and all"


def _holder_faults(document: GenesisDocument) -> Iterator[str]:
    if document.exchange.holder_class is not HolderClass.EXCHANGE:
        yield "the exchange is of another class"
    if any(each.holder_class is HolderClass.EXCHANGE for each in document.holders):
        yield "there are two exchanges"
    if _repeats([each.holder_id for each in document.everybody]):
        yield "two holders have the same id"
    for holder in document.everybody:
        if not is_holder_id(holder.holder_id):
            yield f"{holder.holder_id}: not a holder id of lower-case letters, digits and hyphens"
        if _repeats([user.user_id for user in holder.users]):
            yield f"{holder.holder_id}: two users have the same id"
        if not any(Level.ADMINISTRATOR in user.levels and user.keys for user in holder.users):
            yield f"{holder.holder_id}: no administrator with a key"


def _key_faults(document: GenesisDocument) -> Iterator[str]:
    keys = []
    for holder in document.everybody:
        for user in holder.users:
            for each in user.keys:
                keys.append(each.key)
                if not proves_possession(
                    document.chain_id, holder.holder_id, user.user_id, each.key, each.possession
                ):
                    yield f"{holder.holder_id}, {user.user_id}: a key without proof of possession"
    if _repeats(keys):
        yield "a key belongs to two users"


def _repeats(items: Sequence[Hashable]) -> bool:
    return len(dict.fromkeys(items)) < len(items)
