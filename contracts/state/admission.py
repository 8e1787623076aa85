"""A new holder: its records, its first administrator and key, and its two accounts.  (RB 2.4.1)"""

from cfi.contracts.state.changes import Changes, open_account_owner, open_holder_owner, put
from cfi.contracts.state.people import key_from
from cfi.contracts.state.rows.access import USERS, User
from cfi.contracts.state.rows.custody import ACCOUNTS, Account, AccountKind
from cfi.contracts.state.rows.membership import HOLDERS, Application, Holder, HolderStatus
from cfi.contracts.wire.parties import Level
from cfi.contracts.wire.quantities import Count, Instant, Year
from cfi.contracts.wire.schema import Seed
from cfi.contracts.wire.text import AccountId, HolderId


def admitted(application: Application, first_year: Year, now: Instant) -> Changes:
    """Open the applicant's records; its trading account is number 1, its retirement account 2."""
    name, first = application.applicant, application.administrator
    holder = Holder(
        holder_id=name,
        holder_class=application.holder_class,
        status=HolderStatus.ACTIVE,
        not_for_profit=application.not_for_profit,
        admitted_at=now,
        first_year=first_year,
        accounts_opened=Count(2),
    )
    user = User(
        user_id=first.user_id,
        levels=(Level.ADMINISTRATOR,),
        roles=(),
        officer=True,
        active=True,
        limited=False,
        raised_at=now,
    )
    return Changes.of(
        open_holder_owner(name, first.holder_seed),
        put(HOLDERS, name, holder),
        put(USERS, name, user),
        key_from(name, first.user_id, first.key, now),
        _account(name, 1, AccountKind.TRADING, first.trading_seed, now),
        _account(name, 2, AccountKind.RETIREMENT, first.retirement_seed, now),
    )


def _account(name: HolderId, number: int, kind: AccountKind, seed: Seed, now: Instant) -> Changes:
    account_id = AccountId(f"{name}/{number}")
    account = Account(account_id=account_id, holder_id=name, kind=kind, opened_at=now)
    return Changes.of(open_account_owner(account_id, seed), put(ACCOUNTS, account_id, account))
