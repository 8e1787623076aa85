"""The state that a genesis document founds: height 0.  (ours)"""

from collections.abc import Iterator

from cfi.contracts.state.changes import (
    Changes,
    Operation,
    open_account_owner,
    open_holder_owner,
    put,
    put_public,
)
from cfi.contracts.state.durable import Batch
from cfi.contracts.state.genesis import (
    FoundingHolder,
    FoundingUser,
    GenesisDocument,
    genesis_hash,
    read_genesis,
)
from cfi.contracts.state.rows.access import ACCESS, KEYS, USERS, User, UserKey
from cfi.contracts.state.rows.custody import ACCOUNTS, Account
from cfi.contracts.state.rows.governance import (
    CHAIN,
    CLOCK,
    HOLIDAYS,
    PARAMETERS,
    PROGRAMME,
    Chain,
    Clock,
    ClockKind,
    Holiday,
    Parameter,
)
from cfi.contracts.state.rows.membership import (
    ELIGIBILITY,
    HOLDERS,
    RESOLUTIONS,
    BoardResolution,
    Eligibility,
    Holder,
    HolderStatus,
)
from cfi.contracts.state.rows.validators import ADMISSION_KEYS, AdmissionKey
from cfi.contracts.state.store import State
from cfi.contracts.state.trees import Trees
from cfi.contracts.state.validator_sets import founding
from cfi.contracts.wire.parties import PeerKind
from cfi.contracts.wire.quantities import Count, Instant
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId, HolderId

_ALWAYS = Instant(0)


def state_at_genesis(data: bytes, trees: Trees | None = None) -> tuple[State, Batch]:
    """The state at height 0 of a document's bytes, over given trees or its own, and its writes for
    the durable copy; raises GenesisError.
    """
    document = read_genesis(data)
    state = State(trees)
    overlay = state.overlay()
    overlay.apply(Changes.of(*_founding(document, genesis_hash(data))))
    return state, state.found(overlay)


def _founding(document: GenesisDocument, digest: Hash) -> Iterator[Operation]:
    chain = Chain(
        chain_id=document.chain_id,
        genesis_hash=digest,
        clock=document.clock,
        exchange=document.exchange.holder_id,
        app_version=document.app_version,
    )
    yield put_public(CHAIN, chain)
    if document.clock is ClockKind.STEPPED:
        yield put_public(CLOCK, Clock(now=document.clock_start))
    yield put_public(PROGRAMME, document.terms)
    yield from (put_public(ACCESS, rule) for rule in document.access)
    yield from (put_public(HOLIDAYS, Holiday(day=day)) for day in document.holidays)
    yield from founding(document.signers, document.exchange.holder_id).operations
    yield from (put_public(ADMISSION_KEYS, row) for row in _admission_keys(document))
    for starting in document.parameters:
        parameter = Parameter(
            name=starting.name, value=starting.value, next_value=None, next_from=None
        )
        yield put_public(PARAMETERS, parameter)
    opened_at = document.clock_start if document.clock is ClockKind.STEPPED else document.time
    for holder in document.everybody:
        yield from _holder(holder, opened_at)


def _admission_keys(document: GenesisDocument) -> Iterator[AdmissionKey]:
    for validator in document.validators:
        yield AdmissionKey(
            key=validator.admission_key,
            kind=PeerKind.VALIDATOR,
            holder_id=document.exchange.holder_id,
        )


def _holder(founding: FoundingHolder, at: Instant) -> Iterator[Operation]:
    name = founding.holder_id
    holder = Holder(
        holder_id=name,
        holder_class=founding.holder_class,
        status=HolderStatus.ACTIVE,
        not_for_profit=founding.not_for_profit,
        admitted_at=at,
        first_year=founding.first_year,
        accounts_opened=Count(len(founding.accounts)),
    )
    yield open_holder_owner(name, founding.seed)
    yield put(HOLDERS, name, holder)
    for user in founding.users:
        yield from _user(name, user)
    for number, opened in enumerate(founding.accounts, start=1):
        account_id = AccountId(f"{name}/{number}")
        account = Account(account_id=account_id, holder_id=name, kind=opened.kind, opened_at=at)
        yield open_account_owner(account_id, opened.seed)
        yield put(ACCOUNTS, account_id, account)
    yield from _eligibility(founding, at)


def _user(holder_id: HolderId, founding: FoundingUser) -> Iterator[Operation]:
    user = User(
        user_id=founding.user_id,
        levels=founding.levels,
        roles=founding.roles,
        officer=founding.officer,
        active=True,
        limited=False,
        raised_at=_ALWAYS,
    )
    yield put(USERS, holder_id, user)
    for proven in founding.keys:
        key = UserKey(
            key=proven.key,
            user_id=founding.user_id,
            valid_from=_ALWAYS,
            valid_to=None,
            revoked=False,
        )
        yield put(KEYS, holder_id, key)


def _eligibility(founding: FoundingHolder, at: Instant) -> Iterator[Operation]:
    found = founding.eligibility
    if found is None:
        return
    eligibility = Eligibility(
        holder_id=founding.holder_id,
        category=found.category,
        column_one=found.column_one,
        column_two=found.column_two,
        evidence=found.evidence,
        review_by=found.review_by,
        lapsed=False,
    )
    yield put(ELIGIBILITY, founding.holder_id, eligibility)
    resolution = BoardResolution(document=found.board_resolution, resolved_at=at)
    yield put(RESOLUTIONS, founding.holder_id, resolution)
