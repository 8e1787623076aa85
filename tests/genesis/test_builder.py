"""A genesis document and the state that it founds."""

from dataclasses import replace
from typing import Any

import cbor2
import pytest

from cfi.contracts.state.genesis import (
    FoundingValidator,
    GenesisDocument,
    GenesisError,
    genesis_bytes,
    genesis_hash,
    read_genesis,
)
from cfi.contracts.state.rows.custody import AccountKind
from cfi.contracts.state.rows.governance import ClockKind
from cfi.contracts.state.standing import platform_standing
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.authorise import live_signer
from cfi.contracts.transition.genesis import state_at_genesis
from cfi.contracts.wire.messages.catalogue import MESSAGES
from cfi.contracts.wire.parties import HolderClass, PeerKind
from cfi.contracts.wire.quantities import Count, Instant
from cfi.contracts.wire.schema import PublicKey, Signature, schema_of
from cfi.contracts.wire.signatures import public_key_of
from cfi.contracts.wire.text import HolderId, Identifier
from cfi.genesis.builder import GenesisPlan, build_genesis, shipped_parameters
from tests.genesis.founders import (
    ADMISSION_KEY,
    EXCHANGE,
    MEMBER,
    OFFICER_SEEDS,
    PLAN,
    TIME,
    VALIDATOR,
    seed,
)

DATA = build_genesis(PLAN)
DOCUMENT = read_genesis(DATA)


class TestWhatIsFounded:
    """Height 0."""

    state, writes = state_at_genesis(DATA)
    view = StateView(state)

    def test_the_height_is_0_and_the_root_is_the_same_everywhere(self) -> None:
        again, _ = state_at_genesis(DATA)
        assert self.state.height == again.height == 0
        assert self.state.app_hash == again.app_hash
        assert not self.state.undos

    def test_the_chain_row_commits_to_the_document(self) -> None:
        chain = self.view.chain.get(b"chain")
        assert chain is not None
        assert chain.genesis_hash == genesis_hash(DATA)
        assert (chain.chain_id, chain.exchange) == ("sim-founders", "exchange")

    def test_the_clock_begins(self) -> None:
        clock = self.view.clock.get(b"now")
        assert clock is not None
        assert clock.now == TIME

    def test_terms_parameters_access_holidays_and_validators_are_public(self) -> None:
        assert self.view.programme.get(b"terms") == PLAN.terms
        assert {row.name: row.value for row in self.view.parameters.all()} == shipped_parameters()
        assert [row.message_number for row in self.view.access.all()] == sorted(MESSAGES)
        assert self.view.holidays.get(number_key(12_053)) is not None
        assert [row.power for row in self.view.validators.all()] == [10]
        (row,) = self.view.admission_keys.all()
        assert (row.key, row.kind, row.holder_id) == (ADMISSION_KEY, PeerKind.VALIDATOR, "exchange")

    def test_holders_have_their_users_keys_and_accounts(self) -> None:
        assert self.view.holder_ids() == ["company-a", "exchange"]
        kinds = []
        for account_id in self.view.account_ids("company-a"):
            account = self.view.accounts.get(account_id)
            assert account is not None
            kinds.append(account.kind)
        assert kinds == [AccountKind.TRADING, AccountKind.TRADING, AccountKind.RETIREMENT]
        signer = live_signer(self.view, PublicKey(public_key_of(seed(30))), Instant(TIME))
        assert signer is not None
        assert (signer.holder.holder_id, signer.user.user_id) == ("company-a", "a-1")

    def test_a_member_may_be_founded_fit_to_trade(self) -> None:
        assert platform_standing(self.view, "company-a", Instant(TIME))
        assert not platform_standing(self.view, "exchange", Instant(TIME))

    def test_the_durable_copy_gives_the_same_root(self) -> None:
        assert len(self.writes) > len(MESSAGES)

    def test_a_chain_of_block_time_has_no_clock_row(self) -> None:
        plan = replace(PLAN, chain_id="market", clock_start=None)
        state, _ = state_at_genesis(build_genesis(plan))
        assert StateView(state).clock.get(b"now") is None


def test_a_parameter_may_be_chosen() -> None:
    chosen = read_genesis(build_genesis(replace(PLAN, parameters=(("proposal_seconds", 60),))))
    values = {each.name: each.value for each in chosen.parameters}
    assert values == shipped_parameters() | {"proposal_seconds": 60}


def test_a_parameter_is_chosen_once() -> None:
    with pytest.raises(GenesisError, match="set twice"):
        build_genesis(replace(PLAN, parameters=(("x", 1), ("x", 2))))


@pytest.mark.parametrize("changed", ["terms", "time", "validators", "holders"])
def test_another_document_has_another_hash(changed: str) -> None:
    others: dict[str, Any] = {
        "terms": replace(PLAN.terms, name=Identifier("phase-x")),
        "time": TIME + 1,
        "validators": ((VALIDATOR, 11, ADMISSION_KEY),),
        "holders": (),
    }
    other = build_genesis(replace(PLAN, **{changed: others[changed]}))
    assert genesis_hash(other) != genesis_hash(DATA)
    assert state_at_genesis(other)[0].app_hash != state_at_genesis(DATA)[0].app_hash


PLANS: list[tuple[GenesisPlan, str]] = [
    (replace(PLAN, chain_id="founders"), "begins with sim- if its clock is stepped"),
    (replace(PLAN, clock_start=None), "begins with sim- if its clock is stepped"),
    (replace(PLAN, chain_id="sim-" + "x" * 47), "more than 50 characters"),
    (replace(PLAN, validators=()), "no validator"),
    (replace(PLAN, validators=((VALIDATOR, 0, ADMISSION_KEY),)), "no validator, or one without power"),
    (
        replace(PLAN, validators=((VALIDATOR, 1, bytes(32)), (VALIDATOR, 2, ADMISSION_KEY))),
        "validator is listed twice",
    ),
    (
        replace(PLAN, validators=((VALIDATOR, 1, ADMISSION_KEY), (bytes(32), 2, ADMISSION_KEY))),
        "two validators have the same admission key",
    ),
    (replace(PLAN, officers=PLAN.officers[:1] * 2), "officer is listed twice"),
    (replace(PLAN, threshold=0), "have to sign"),
    (replace(PLAN, threshold=4), "have to sign"),
    (replace(PLAN, exchange=replace(EXCHANGE, holder_class=HolderClass.MEMBER)), "another class"),
    (
        replace(PLAN, holders=(replace(MEMBER, holder_class=HolderClass.EXCHANGE),)),
        "two exchanges",
    ),
    (replace(PLAN, holders=(replace(MEMBER, holder_id="exchange"),)), "have the same id"),
    (replace(PLAN, holders=(replace(MEMBER, holder_id="Company"),)), "not a holder id"),
    (replace(PLAN, holders=(replace(MEMBER, users=MEMBER.users * 2),)), "two users"),
    (replace(PLAN, holders=(replace(MEMBER, users=()),)), "no administrator"),
    (
        replace(PLAN, holders=(replace(MEMBER, users=(replace(MEMBER.users[0], seeds=()),)),)),
        "no administrator with a key",
    ),
    (
        replace(
            PLAN,
            holders=(replace(MEMBER, users=(replace(MEMBER.users[0], seeds=OFFICER_SEEDS[:1]),)),),
        ),
        "belongs to two users",
    ),
]


@pytest.mark.parametrize(("plan", "sentence"), PLANS, ids=[sentence for _, sentence in PLANS])
def test_what_can_t_found_a_chain(plan: GenesisPlan, sentence: str) -> None:
    with pytest.raises(GenesisError, match=sentence):
        build_genesis(plan)


def with_possession(document: GenesisDocument, possession: Signature) -> GenesisDocument:
    user = document.exchange.users[0]
    forged = replace(user, keys=(replace(user.keys[0], possession=possession),))
    users = (forged, *document.exchange.users[1:])
    return replace(document, exchange=replace(document.exchange, users=users))


def many_validators(count: int, power: int) -> tuple[FoundingValidator, ...]:
    keys = (PublicKey(number.to_bytes(32, "big")) for number in range(count))
    return tuple(
        FoundingValidator(key=key, power=Count(power), admission_key=key) for key in keys
    )


DOCUMENTS = [
    (replace(DOCUMENT, version=Count(2)), "version 2 is unknown"),
    (replace(DOCUMENT, access=DOCUMENT.access[:1] * 2), "two access rules"),
    (replace(DOCUMENT, parameters=DOCUMENT.parameters[:1] * 2), "set twice"),
    (with_possession(DOCUMENT, Signature(bytes(64))), "without proof of possession"),
    (replace(DOCUMENT, chain_id=Identifier("sim-other")), "without proof of possession"),
    (
        replace(DOCUMENT, exchange=replace(DOCUMENT.exchange, holder_id=HolderId("other"))),
        "without proof of possession",
    ),
    (replace(DOCUMENT, clock=ClockKind.BLOCK), "sim-"),
    (
        replace(
            DOCUMENT,
            validators=(replace(DOCUMENT.validators[0], power=Count(0)),),
        ),
        "without power",
    ),
    (replace(DOCUMENT, validators=many_validators(201, 1)), "more than 200 validators"),
    (replace(DOCUMENT, validators=many_validators(129, 2**53)), "more power than the engine takes"),
]


@pytest.mark.parametrize(("document", "sentence"), DOCUMENTS)
def test_unsound_documents_are_neither_written_nor_read(
    document: GenesisDocument, sentence: str
) -> None:
    with pytest.raises(GenesisError, match=sentence):
        genesis_bytes(document)
    with pytest.raises(GenesisError, match=sentence):
        read_genesis(schema_of(GenesisDocument).encode(document))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(DATA[:-1], id="cut off"),
        pytest.param(DATA + b"\x00", id="something after it"),
        pytest.param(cbor2.dumps(cbor2.loads(DATA)[:-1]), id="a field too few"),
        pytest.param(b"\x98\x0e" + DATA[1:], id="not the shortest encoding"),
    ],
)
def test_other_bytes_are_no_document(data: bytes) -> None:
    with pytest.raises(GenesisError):
        read_genesis(data)
