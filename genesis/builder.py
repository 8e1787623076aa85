"""Builds a genesis document from a programme, the access table and the founders' keys.  (ours)"""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from cfi.contracts.state.genesis import (
    GENESIS_VERSION,
    FoundingAccount,
    FoundingEligibility,
    FoundingHolder,
    FoundingUser,
    FoundingValidator,
    GenesisDocument,
    GenesisError,
    ProvenKey,
    StartingParameter,
    genesis_bytes,
)
from cfi.contracts.state.rows.custody import AccountKind
from cfi.contracts.state.rows.governance import ClockKind
from cfi.contracts.wire.parties import HolderClass, Level, Role
from cfi.contracts.wire.possession import possession_statement
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import Count, DayNumber, Instant, Year
from cfi.contracts.wire.schema import PublicKey, Seed, Signature
from cfi.contracts.wire.signatures import public_key_of, sign
from cfi.contracts.wire.text import HolderId, Identifier, UserId
from cfi.genesis.access_table import shipped_access

APP_VERSION: Final = Count(1)
DEFAULT_THRESHOLD: Final = Count(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A user to found, with the 32-byte seeds of its signing keys."""

    user_id: str
    seeds: tuple[bytes, ...]
    levels: tuple[Level, ...] = ()
    roles: tuple[Role, ...] = ()
    officer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHolder:
    """A holder to found, with what blinds its records and each of its accounts."""

    holder_id: str
    holder_class: HolderClass
    blinding: bytes
    users: tuple[NewUser, ...]
    first_year: int
    not_for_profit: bool = False
    trading: tuple[bytes, ...] = ()
    """A seed for each trading account; these come first, so the first is `<id>/1`."""
    retirement: tuple[bytes, ...] = ()
    eligibility: FoundingEligibility | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GenesisPlan:
    """What has to be chosen for a chain."""

    chain_id: str
    time: int
    terms: ProgrammeTerms
    exchange: NewHolder
    validators: tuple[tuple[bytes, int, bytes], ...]
    """Public key, power, and the node's admission key."""
    officers: tuple[bytes, ...]
    threshold: int = DEFAULT_THRESHOLD
    clock_start: int | None = None
    """Given for a stepped clock only."""
    holders: tuple[NewHolder, ...] = ()
    parameters: tuple[tuple[str, int], ...] = ()
    """Other values than the shipped ones, and limits that the programme leaves open."""
    holidays: tuple[int, ...] = ()
    """Days counted from 1970-01-01."""


def build_genesis(plan: GenesisPlan) -> bytes:
    """The document's bytes; raises GenesisError for a plan that can't found a chain."""
    stepped = plan.clock_start is not None
    document = GenesisDocument(
        version=GENESIS_VERSION,
        chain_id=Identifier(plan.chain_id),
        time=Instant(plan.time),
        clock=ClockKind.STEPPED if stepped else ClockKind.BLOCK,
        clock_start=Instant(plan.time if plan.clock_start is None else plan.clock_start),
        app_version=APP_VERSION,
        terms=plan.terms,
        access=shipped_access(),
        parameters=_parameters(plan),
        holidays=tuple(DayNumber(day) for day in sorted(plan.holidays)),
        exchange=_founded(plan.chain_id, plan.exchange),
        holders=tuple(_founded(plan.chain_id, holder) for holder in plan.holders),
        validators=tuple(
            FoundingValidator(
                key=PublicKey(key), power=Count(power), admission_key=PublicKey(admission)
            )
            for key, power, admission in plan.validators
        ),
        officers=tuple(PublicKey(key) for key in plan.officers),
        threshold=Count(plan.threshold),
    )
    return genesis_bytes(document)


def shipped_parameters() -> dict[str, int]:
    """The parameters that come with the package, by name."""
    content = files("cfi.genesis").joinpath("parameters.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(content)["parameter"]
    return {row["name"]: row["value"] for row in rows}


def _parameters(plan: GenesisPlan) -> tuple[StartingParameter, ...]:
    chosen = shipped_parameters() | dict(plan.parameters)
    if len(dict(plan.parameters)) < len(plan.parameters):
        raise GenesisError("a parameter is set twice")
    return tuple(
        StartingParameter(name=Identifier(name), value=Count(value))
        for name, value in sorted(chosen.items())
    )


def _founded(chain_id: str, new: NewHolder) -> FoundingHolder:
    kinds = [(AccountKind.TRADING, seed) for seed in new.trading]
    kinds += [(AccountKind.RETIREMENT, seed) for seed in new.retirement]
    return FoundingHolder(
        holder_id=HolderId(new.holder_id),
        holder_class=new.holder_class,
        not_for_profit=new.not_for_profit,
        first_year=Year(new.first_year),
        seed=Seed(new.blinding),
        accounts=tuple(FoundingAccount(kind=kind, seed=Seed(seed)) for kind, seed in kinds),
        users=tuple(_user(chain_id, new.holder_id, user) for user in new.users),
        eligibility=new.eligibility,
    )


def _user(chain_id: str, holder_id: str, new: NewUser) -> FoundingUser:
    return FoundingUser(
        user_id=UserId(new.user_id),
        levels=new.levels,
        roles=new.roles,
        officer=new.officer,
        keys=tuple(proven_key(chain_id, holder_id, new.user_id, seed) for seed in new.seeds),
    )


def proven_key(chain_id: str, holder_id: str, user_id: str, seed: bytes) -> ProvenKey:
    """The key of a 32-byte seed with its proof of possession."""
    key = PublicKey(public_key_of(seed))
    statement = possession_statement(chain_id, holder_id, user_id, key)
    return ProvenKey(key=key, possession=Signature(sign(seed, statement)))
