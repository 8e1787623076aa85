"""RB 2.6.1, 3.8, 5.4.2: whom a key speaks for, and whose a message is to send."""

from dataclasses import replace
from typing import Any

import pytest

from cfi.contracts.state.changes import drop_public, put, put_public
from cfi.contracts.state.rows.access import ACCESS, KEYS, USERS
from cfi.contracts.state.rows.membership import HOLDERS, HolderStatus
from cfi.contracts.transition.authorise import Signer, live_signer, may_approve
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.messages.custody.open_account import OpenAccount
from cfi.contracts.wire.parties import HolderClass, Level, Role
from cfi.contracts.wire.quantities import Instant
from tests.contracts.ledger import EXCHANGE, NOW, Ledger, open_rule, seed_of
from tests.contracts.people import given_key, key_named, user
from tests.contracts.refusals import refuses

OPEN = OpenAccount(seed=seed_of("new"), retirement=False)
NUMBER = NUMBERS[OpenAccount]
RULE = open_rule(NUMBER)
NAMES = {"message_number": NUMBER}


def speaks(ledger: Ledger, now: int = NOW) -> bool:
    return live_signer(ledger.state, key_named("a"), Instant(now)) is not None


class TestWhomAKeySpeaksFor:
    @pytest.fixture(autouse=True)
    def key(self, ledger: Ledger) -> None:
        given_key(ledger, "company-a", "company-a-user", "a")

    def test_its_user_and_the_users_holder(self, ledger: Ledger) -> None:
        signer = live_signer(ledger.state, key_named("a"), NOW)
        assert signer is not None
        assert (signer.holder.holder_id, signer.user.user_id) == ("company-a", "company-a-user")

    def test_nobody_if_it_is_unknown(self, ledger: Ledger) -> None:
        assert live_signer(ledger.state, key_named("b"), NOW) is None

    def test_nobody_once_it_is_revoked(self, ledger: Ledger) -> None:
        given_key(ledger, "company-a", "company-a-user", "a", revoked=True)
        assert not speaks(ledger)

    @pytest.mark.parametrize(
        ("now", "lives"), [(99, False), (100, True), (199, True), (200, False)]
    )
    def test_from_its_first_to_before_its_last_moment(
        self, ledger: Ledger, now: int, lives: bool
    ) -> None:
        (row,) = ledger.state.keys.of("company-a").all()
        row = replace(row, valid_from=Instant(100), valid_to=Instant(200))
        ledger.given(put(KEYS, "company-a", row))
        assert speaks(ledger, now) is lives

    def test_nobody_once_the_user_is_gone(self, ledger: Ledger) -> None:
        gone = replace(user(ledger, "company-a", "company-a-user"), active=False)
        ledger.given(put(USERS, "company-a", gone))
        assert not speaks(ledger)

    @pytest.mark.parametrize("status", HolderStatus, ids=lambda status: status.name)
    def test_nobody_once_the_holder_is_terminated(
        self, ledger: Ledger, status: HolderStatus
    ) -> None:
        holder = ledger.state.holders.get("company-a")
        assert holder is not None
        ledger.given(put(HOLDERS, "company-a", replace(holder, status=status)))
        assert speaks(ledger) is (status is not HolderStatus.TERMINATED)


class TestWhoseAMessageIs:
    @pytest.mark.parametrize(
        "rule",
        [
            {},
            {"classes": (HolderClass.MEMBER,)},
            {"levels": (Level.ADMINISTRATOR, Level.SUPER_USER)},
            {"officer": True},
            {"while_suspended": True},
        ],
        ids=str,
    )
    def test_theirs_who_have_what_it_asks(self, ledger: Ledger, rule: dict[str, Any]) -> None:
        ledger.given(put_public(ACCESS, replace(RULE, **rule)))
        assert ledger.when(OPEN).done

    @pytest.mark.parametrize(
        ("rule", "signer", "answer"),
        [
            ({"classes": (HolderClass.EXCHANGE,)}, {}, ("NOT_AUTHORISED", "RB 2.6.1", NAMES)),
            (
                {"levels": (Level.SUPER_USER,)},
                {"levels": (Level.VIEW_ONLY,)},
                ("NOT_AUTHORISED", "RB 2.6.1", NAMES),
            ),
            (
                {"roles": (Role.BOARD,)},
                {"roles": (Role.CLEARING,)},
                ("NOT_AUTHORISED", "RB 2.6.1", NAMES),
            ),
            ({"officer": True}, {"officer": False}, ("NOT_AN_OFFICER", "RB 7.2.3", NAMES)),
            ({"four_eyes": True}, {}, ("NEEDS_FOUR_EYES", "RB 3.6", NAMES)),
        ],
        ids=str,
    )
    def test_not_theirs_who_lack_it(
        self, ledger: Ledger, rule: dict[str, Any], signer: dict[str, Any], answer: Any
    ) -> None:
        ledger.given(put_public(ACCESS, replace(RULE, **rule)))
        row = replace(user(ledger, "company-a", "company-a-user"), **signer)
        ledger.given(put(USERS, "company-a", row))
        refuses(ledger, OPEN, answer)

    def test_a_role_is_enough_where_one_is_asked(self, ledger: Ledger) -> None:
        ledger.given(put_public(ACCESS, replace(RULE, roles=(Role.BOARD, Role.CLEARING))))
        row = replace(user(ledger, "company-a", "company-a-user"), roles=(Role.CLEARING,))
        ledger.given(put(USERS, "company-a", row))
        assert ledger.when(OPEN).done

    def test_a_suspended_holder_does_only_what_it_may(self, ledger: Ledger) -> None:
        holder = ledger.state.holders.get("company-a")
        assert holder is not None
        ledger.given(put(HOLDERS, "company-a", replace(holder, status=HolderStatus.SUSPENDED)))
        refuses(ledger, OPEN, ("HOLDER_NOT_ACTIVE", "RB 2.8", NAMES))
        ledger.given(put_public(ACCESS, replace(RULE, while_suspended=True)))
        assert ledger.when(OPEN).done

    def test_nobodys_without_a_line_in_the_table(self, ledger: Ledger) -> None:
        ledger.given(drop_public(ACCESS, RULE))
        refuses(ledger, OPEN, ("NOT_AUTHORISED", "RB 2.6.1", NAMES))


@pytest.mark.parametrize(
    ("classes", "roles", "may"),
    [
        ((HolderClass.EXCHANGE,), (Role.BOARD,), True),
        ((HolderClass.MEMBER,), (Role.BOARD,), False),
        ((HolderClass.EXCHANGE,), (), False),
    ],
)
def test_who_may_be_the_second(
    ledger: Ledger, classes: tuple[HolderClass, ...], roles: tuple[Role, ...], may: bool
) -> None:
    holder = ledger.state.holders.get(EXCHANGE)
    assert holder is not None
    signer = Signer(holder, user(ledger, EXCHANGE, "officer-1"))
    assert may_approve(replace(RULE, classes=classes, approver_roles=roles), signer) is may
