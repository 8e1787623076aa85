"""Who may send which message: the table itself, and every class, level and role against it."""

from itertools import product

import pytest

from cfi.contracts.state.rows.access import AccessRule, User
from cfi.contracts.state.rows.membership import Holder, HolderStatus
from cfi.contracts.transition.authorise import Signer, authorise, may_approve
from cfi.contracts.wire.messages.catalogue import MESSAGES, NUMBERS
from cfi.contracts.wire.parties import HolderClass, Level, Role
from cfi.contracts.wire.quantities import Count, Instant, Year
from cfi.contracts.wire.refusal import Refusal, RefusedError
from cfi.contracts.wire.text import HolderId, UserId
from cfi.genesis.access_table import AccessTableError, read_access, shipped_access

RULES = {MESSAGES[rule.message_number].__name__: rule for rule in shipped_access()}
NOBODY: tuple[tuple[Level, ...], tuple[Role, ...]] = ((), ())
OFFICES: list[tuple[tuple[Level, ...], tuple[Role, ...]]] = [
    NOBODY,
    *(((level,), ()) for level in Level),
    *(((), (role,)) for role in Role),
]

EVERYBODYS = ("AddKey", "RevokeKey", "RotateKey")
"""One's own keys."""


def signer(
    holder_class: HolderClass,
    levels: tuple[Level, ...],
    roles: tuple[Role, ...],
    *,
    status: HolderStatus = HolderStatus.ACTIVE,
    officer: bool = True,
) -> Signer:
    holder = Holder(
        holder_id=HolderId("holder"),
        holder_class=holder_class,
        status=status,
        not_for_profit=False,
        admitted_at=Instant(0),
        first_year=Year(2003),
        accounts_opened=Count(0),
    )
    user = User(
        user_id=UserId("user"),
        levels=levels,
        roles=roles,
        officer=officer,
        active=True,
        limited=False,
        raised_at=Instant(0),
    )
    return Signer(holder, user)


def answer(rule: AccessRule, who: Signer) -> Refusal | None:
    try:
        authorise(rule, who)
    except RefusedError as refused:
        return refused.refusal
    return None


def allowed(rule: AccessRule, holder_class: HolderClass, levels: object, roles: object) -> bool:
    """The table's meaning, said once more."""
    return (
        holder_class in rule.classes
        and (not rule.levels or bool(set(rule.levels) & set(levels)))  # type: ignore[call-overload]
        and (not rule.roles or bool(set(rule.roles) & set(roles)))  # type: ignore[call-overload]
    )


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_class_and_office_against_a_message(name: str) -> None:
    rule = RULES[name]
    sent = 0
    for holder_class, (levels, roles) in product(HolderClass, OFFICES):
        verdict = answer(rule, signer(holder_class, levels, roles))
        may = allowed(rule, holder_class, levels, roles)
        assert verdict is (None if may else Refusal.NOT_AUTHORISED)
        sent += may
    assert sent > 0, "somebody may send it"
    everybody = sent == len(HolderClass) * len(OFFICES)
    assert everybody is (name in EVERYBODYS)


@pytest.mark.parametrize("name", sorted(RULES))
def test_suspended_holders_and_plain_users(name: str) -> None:
    rule = RULES[name]
    levels, roles = tuple(Level), tuple(Role)
    suspended = signer(rule.classes[0], levels, roles, status=HolderStatus.SUSPENDED)
    plain = signer(rule.classes[0], levels, roles, officer=False)
    assert answer(rule, suspended) is (None if rule.while_suspended else Refusal.HOLDER_NOT_ACTIVE)
    assert answer(rule, plain) is (Refusal.NOT_AN_OFFICER if rule.officer else None)


@pytest.mark.parametrize("name", [name for name in sorted(RULES) if RULES[name].four_eyes])
def test_who_may_be_the_second_person(name: str) -> None:
    rule = RULES[name]
    for holder_class, role in product(HolderClass, Role):
        may = may_approve(rule, signer(holder_class, (), (role,)))
        assert may is (holder_class in rule.classes and role in rule.approver_roles)


@pytest.mark.parametrize("name", ["AppointUser", "ChangeAppointment", "ReplaceKey"])
def test_offices_and_lost_keys_take_two_people(name: str) -> None:
    assert RULES[name].four_eyes


@pytest.mark.parametrize("name", ["AddUser", "ChangeUser"])
def test_no_single_person_adds_users_to_the_exchange(name: str) -> None:
    assert HolderClass.EXCHANGE not in RULES[name].classes


def test_every_message_has_a_line() -> None:
    assert len(RULES) == len(NUMBERS)


LINE = """[[access]]
message = "OpenAccount"
classes = ["MEMBER"]
"""

FAULTS = [
    ("not TOML", "[[access]", "not TOML"),
    ("another table", "[other]", "unknown table other"),
    ("an unknown message", LINE.replace("Open", "Opne"), "did you mean 'OpenAccount'"),
    ("no message", '[[access]]\nclasses = ["MEMBER"]', "unknown ''"),
    ("an unknown key", LINE + "ofice = true", "did you mean 'officer'"),
    ("an unknown class", LINE.replace("MEMBER", "MEMBRE"), "did you mean 'MEMBER'"),
    ("a class that isn't a list", LINE.replace('["MEMBER"]', '"MEMBER"'), "not a list of names"),
    ("no class", LINE.replace('["MEMBER"]', "[]"), "nobody may send it"),
    ("a flag that is a number", LINE + "officer = 1", "not true or false"),
    ("no gas", LINE + "gas = 0", "not 1 to 3,750"),
    ("gas that is text", LINE + 'gas = "1"', "not 1 to 3,750"),
    ("nobody to approve", LINE + "four_eyes = true", "go together"),
    ("approvers for nothing", LINE + 'approver_roles = ["BOARD"]', "go together"),
    ("a message twice", LINE + LINE, "two entries"),
    ("a message missing", LINE, "no entry for Reg"),
]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [pytest.param(content, told, id=fault) for fault, content, told in FAULTS],
)
def test_a_faulty_table_is_refused(content: str, sentence: str) -> None:
    with pytest.raises(AccessTableError, match=sentence):
        read_access(content)
