"""Who may read everything: a table of holders, offices and grants."""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import put, put_public
from cfi.contracts.state.reading import may_read_everything
from cfi.contracts.state.rows.membership import GRANTS, HolderStatus, ReadingGrant
from cfi.contracts.state.rows.validators import VALIDATORS, ValidatorRecord
from cfi.contracts.wire.parties import HolderClass, Role
from cfi.contracts.wire.quantities import Count, Instant
from cfi.contracts.wire.schema import Hash, PublicKey
from cfi.contracts.wire.text import HolderId
from tests.contracts.ledger import NOW, Ledger

GRANTED = (Instant(NOW - 10), Instant(NOW + 10))
READERS = [
    #  sentence                                     class                    role                        grant                                 power  active  reads
    ("an auditor with a grant in force",            HolderClass.AUDITOR,     None,                       GRANTED,                              None,  True,   True),
    ("an auditor in its grant's first second",      HolderClass.AUDITOR,     None,                       (NOW, Instant(NOW + 10)),             None,  True,   True),
    ("an auditor whose grant ends now",             HolderClass.AUDITOR,     None,                       (Instant(NOW - 10), NOW),             None,  True,   False),
    ("an auditor whose grant begins later",         HolderClass.AUDITOR,     None,                       (Instant(NOW + 1), Instant(NOW + 2)), None,  True,   False),
    ("an auditor without a grant",                  HolderClass.AUDITOR,     None,                       None,                                 None,  True,   False),
    ("a suspended auditor with a grant",            HolderClass.AUDITOR,     None,                       GRANTED,                              None,  False,  False),
    ("the operator of a seated validator",          HolderClass.MEMBER,      None,                       None,                                 10,    True,   True),
    ("the operator of a suspended validator",       HolderClass.MEMBER,      None,                       None,                                 0,     True,   False),
    ("a suspended operator",                        HolderClass.MEMBER,      None,                       None,                                 10,    False,  False),
    ("a member",                                    HolderClass.MEMBER,      None,                       None,                                 None,  True,   False),
    ("the Exchange's registrar",                    HolderClass.EXCHANGE,    Role.PROGRAM_ADMINISTRATOR, None,                                 None,  True,   True),
    ("the Exchange's compliance",                   HolderClass.EXCHANGE,    Role.COMPLIANCE,            None,                                 None,  True,   True),
    ("a committee of the Exchange",                 HolderClass.EXCHANGE,    Role.FORESTRY_COMMITTEE,    None,                                 None,  True,   False),
    ("a user of the Exchange without an office",    HolderClass.EXCHANGE,    None,                       None,                                 10,    True,   False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "holder_class", "role", "grant", "power", "active", "reads"), READERS
)
def test_reading(
    sentence: str,
    holder_class: HolderClass,
    role: Role | None,
    grant: tuple[Instant, Instant] | None,
    power: int | None,
    *,
    active: bool,
    reads: bool,
    ledger: Ledger,
) -> None:
    name = HolderId("reader")
    ledger.given_holder(name, holder_class, accounts=False)
    user_id = ledger.given_user(name, "reader-user", roles=() if role is None else (role,))
    if grant is not None:
        from_at, to_at = grant
        row = ReadingGrant(auditor=name, from_at=from_at, to_at=to_at, grounds=Hash(bytes(32)))
        ledger.given(put(GRANTS, name, row))
    if power is not None:
        seat = ValidatorRecord(
            key=PublicKey(bytes(32)), operator=name, power=Count(power), replaces=None
        )
        ledger.given(put_public(VALIDATORS, seat))
    holder, user = ledger.state.holders.get(name), ledger.state.users.of(name).get(user_id)
    assert holder is not None
    assert user is not None
    status = HolderStatus.ACTIVE if active else HolderStatus.SUSPENDED
    holder = replace(holder, status=status)
    assert may_read_everything(ledger.state, holder, user, NOW) is reads
