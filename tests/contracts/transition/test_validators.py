"""What a block tells the engine of its validators, and what becomes of those it reports."""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import Changes, drop_public, put_public
from cfi.contracts.state.notices import NoticeKind
from cfi.contracts.state.rows.validators import VALIDATORS, Offence
from cfi.contracts.state.validator_sets import NO_VALIDATORS, validators_at
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.block import Execution, begin_block, finish_block
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.headers import ZERO_TIME, Timestamp
from cfi.contracts.wire.misbehaviour import Misbehaviour, MisbehaviourKind
from cfi.contracts.wire.quantities import Height, Instant
from cfi.contracts.wire.schema import Address
from cfi.contracts.wire.text import HolderId
from cfi.contracts.wire.validators import Validator, ValidatorSet, address_of
from tests.contracts.ledger import EXCHANGE, NOW, Ledger
from tests.contracts.people import key_named
from tests.contracts.validators import Named, given_validators, record, validator

FOUR = {"one": 100, "two": 100, "three": 100, "four": 100}
REPORTED = Misbehaviour(
    MisbehaviourKind.DUPLICATE_VOTE,
    address_of(key_named("one")),
    100,
    7,
    Timestamp(seconds=NOW, nanos=5),
    400,
)


class Chain:
    """Blocks over a ledger's state, one after another."""

    def __init__(self, ledger: Ledger, validators: Named) -> None:
        given_validators(ledger, validators)
        ledger.store.height = -1
        ledger.seal()
        self.store = ledger.store

    def block(self, *reported: Misbehaviour, **powers: int | None) -> Execution:
        """A block with misbehaviour, which also sets powers by name; None removes."""
        execution = begin_block(self.store, Window(), Instant(NOW), reported)
        for name, power in powers.items():
            row = record(name, power or 0)
            change = drop_public if power is None else put_public
            execution.overlay.apply(Changes.of(change(VALIDATORS, row)))
        finish_block(execution)
        self.store.seal(execution.overlay)
        return execution

    def set_at(self, height: int) -> ValidatorSet:
        return validators_at(StateView(self.store), height)

    def offences(self) -> list[Offence]:
        return list(StateView(self.store).offences.all())


def of(*validators: Validator) -> ValidatorSet:
    return ValidatorSet.of(validators)


class TestUpdates:
    def test_none_change_nothing(self, ledger: Ledger) -> None:
        chain = Chain(ledger, FOUR)
        before = chain.store.app_hash
        assert chain.block().validator_updates == ()
        assert chain.store.app_hash == before

    def test_what_changed_is_told_once_in_the_order_of_keys(self, ledger: Ledger) -> None:
        chain = Chain(ledger, FOUR)
        told = chain.block(one=50, two=None, five=70).validator_updates
        expected = [validator("one", 50), validator("two", 0), validator("five", 70)]
        assert list(told) == sorted(expected, key=lambda each: each.public_key)
        assert chain.block().validator_updates == ()

    def test_they_act_two_heights_later(self, ledger: Ledger) -> None:
        chain = Chain(ledger, FOUR)
        first = chain.set_at(1)
        chain.block()
        chain.block(two=None)
        chain.block(one=50)
        second = of(*(validator(name, 100) for name in ("one", "three", "four")))
        third = of(validator("one", 50), validator("three", 100), validator("four", 100))
        sets = [chain.set_at(height) for height in range(1, 8)]
        assert sets == [first, first, first, second, third, third, third]
        assert chain.set_at(0) == NO_VALIDATORS

    def test_one_that_comes_and_goes_in_one_block_is_not_told(self, ledger: Ledger) -> None:
        chain = Chain(ledger, FOUR)
        execution = begin_block(chain.store, Window(), Instant(NOW))
        row = record("five", 10)
        come, gone = put_public(VALIDATORS, row), drop_public(VALIDATORS, row)
        execution.overlay.apply(Changes.of(come))
        execution.overlay.apply(Changes.of(gone))
        finish_block(execution)
        assert execution.validator_updates == ()


class TestMisbehaviour:
    def test_is_recorded_and_suspends_at_once(self, ledger: Ledger) -> None:
        chain = Chain(ledger, FOUR)
        assert chain.block(REPORTED).validator_updates == (validator("one", 0),)
        assert chain.offences() == [
            Offence(
                kind=MisbehaviourKind.DUPLICATE_VOTE,
                address=Address(REPORTED.address),
                height=Height(7),
                time=NOW,
                operator=HolderId(EXCHANGE),
                suspended=True,
                reported_at=Height(1),
            )
        ]
        view = StateView(chain.store)
        assert view.validators.get(key_named("one")) == record("one", 0)
        (notice,) = view.notices.all()
        assert (NoticeKind(notice.kind), notice.subject) == (
            NoticeKind.VALIDATOR_SUSPENDED,
            REPORTED.address.hex(),
        )

    def test_one_offence_counts_once(self, ledger: Ledger) -> None:
        chain = Chain(ledger, FOUR)
        chain.block(REPORTED, REPORTED)
        chain.block(one=100)
        assert chain.block(REPORTED).validator_updates == ()
        assert len(chain.offences()) == 1

    @pytest.mark.parametrize(
        "another",
        [replace(REPORTED, height=8), replace(REPORTED, kind=MisbehaviourKind.LIGHT_CLIENT_ATTACK)],
    )
    def test_another_suspends_again(self, ledger: Ledger, another: Misbehaviour) -> None:
        chain = Chain(ledger, FOUR)
        chain.block(REPORTED)
        chain.block(one=100)
        assert chain.block(another).validator_updates == (validator("one", 0),)
        assert len(chain.offences()) == 2

    def test_a_suspended_one_is_only_recorded(self, ledger: Ledger) -> None:
        chain = Chain(ledger, FOUR)
        chain.block(REPORTED)
        assert chain.block(replace(REPORTED, height=8)).validator_updates == ()
        assert [each.suspended for each in chain.offences()] == [True, False]

    def test_the_last_one_is_only_recorded(self, ledger: Ledger) -> None:
        chain = Chain(ledger, {"one": 100})
        assert chain.block(REPORTED).validator_updates == ()
        assert [each.suspended for each in chain.offences()] == [False]

    def test_of_all_at_once_leaves_the_last_one(self, ledger: Ledger) -> None:
        chain = Chain(ledger, FOUR)
        everybody = [replace(REPORTED, address=address_of(key_named(name))) for name in FOUR]
        chain.block(*everybody)
        assert [each.public_key for each in chain.set_at(3).validators] == [key_named("four")]

    def test_of_nobody_known_is_only_recorded(self, ledger: Ledger) -> None:
        chain = Chain(ledger, FOUR)
        stranger = replace(REPORTED, address=bytes(20))
        assert chain.block(stranger).validator_updates == ()
        (offence,) = chain.offences()
        assert (offence.operator, offence.suspended) == (None, False)

    def test_whatever_is_said_of_height_and_time_halts_nobody(self, ledger: Ledger) -> None:
        chain = Chain(ledger, FOUR)
        odd = replace(REPORTED, height=-1, time=ZERO_TIME, power=-5, total_power=2**70)
        chain.block(odd, replace(odd, height=2**63))
        assert [(each.height, each.time) for each in chain.offences()] == [(0, 0), (2**62, 0)]
