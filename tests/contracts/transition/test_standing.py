"""RB 2.6.1: who may send what is looked up once a block, and again after a row about it changed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from cfi.contracts.state.changes import Operation, put, put_public
from cfi.contracts.state.rows.access import ACCESS, USERS, AccessRule
from cfi.contracts.state.rows.membership import HOLDERS, HolderStatus
from cfi.contracts.transition import standing as standing_module
from cfi.contracts.transition.authorise import Signer
from cfi.contracts.transition.standing import Standing
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.messages.custody.open_account import OpenAccount
from cfi.contracts.wire.parties import Level
from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.refusal import RefusedError
from tests.contracts.ledger import Ledger, open_rule
from tests.contracts.people import given_key, key_named, user

NUMBER = NUMBERS[OpenAccount]
RULE = replace(open_rule(NUMBER), levels=(Level.SUPER_USER,))
KEY = key_named("a")


@pytest.fixture
def standing(ledger: Ledger) -> Standing:
    """What a block knows in which the company's user may open accounts, and was asked already."""
    given_key(ledger, "company-a", "company-a-user", "a")
    ledger.given(put_public(ACCESS, RULE))
    known = Standing(ledger.overlay, ledger.state, ledger.now)
    may_send(known)
    return known


def may_send(standing: Standing) -> None:
    signer = standing.signer(KEY)
    assert signer is not None
    standing.may_decide_alone(KEY, signer, NUMBER)


def inactive(ledger: Ledger) -> Operation:
    holder = ledger.state.holders.get("company-a")
    assert holder is not None
    return put(HOLDERS, "company-a", replace(holder, status=HolderStatus.SUSPENDED))


def without_levels(ledger: Ledger) -> Operation:
    return put(USERS, "company-a", replace(user(ledger, "company-a", "company-a-user"), levels=()))


def test_what_was_allowed_is_not_looked_up_again(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing_module, "live_signer", None)
    monkeypatch.setattr(standing_module, "authorise", None)
    may_send(standing)


@pytest.mark.parametrize("change", [inactive, without_levels])
def test_what_a_row_forbids_since_is_refused(
    standing: Standing, ledger: Ledger, change: Callable[[Ledger], Operation]
) -> None:
    ledger.given(change(ledger))
    with pytest.raises(RefusedError):
        may_send(standing)


@pytest.mark.parametrize(
    "rule", [replace(RULE, four_eyes=True), replace(RULE, classes=())], ids=["four eyes", "nobody"]
)
def test_another_rule_of_the_access_table_holds_at_once(
    standing: Standing, ledger: Ledger, rule: AccessRule
) -> None:
    ledger.given(put_public(ACCESS, rule))
    with pytest.raises(RefusedError):
        may_send(standing)


def test_work_units_follow_the_access_table(standing: Standing, ledger: Ledger) -> None:
    assert standing.gas_of(NUMBER) == RULE.gas
    ledger.given(put_public(ACCESS, replace(RULE, gas=Count(7))))
    assert standing.gas_of(NUMBER) == 7


def test_a_permission_is_of_the_signer_who_had_it(standing: Standing) -> None:
    signer = standing.signer(KEY)
    assert signer is not None
    nobody = Signer(signer.holder, replace(signer.user, levels=(), roles=()))
    with pytest.raises(RefusedError):
        standing.may_decide_alone(KEY, nobody, NUMBER)
