"""What a rule may read: every table under its name."""

from bisect import bisect_right

from cfi.contracts.state.rows import (
    access,
    allocation,
    baseline,
    custody,
    governance,
    membership,
    programme,
    protections,
    reports,
    trades,
    true_up,
    validators,
)
from cfi.contracts.state.rows_view import KeyedView, OwnedView, PublicView, Rows, SingleView
from cfi.contracts.state.table import HOLDER_OWNER, OwnerKey, account_owner, holder_owner
from cfi.contracts.wire.limits import (
    MAX_ROWS_PER_OWNER,
    ROWS_KEPT_FOR_DUE_WORK,
    ROWS_KEPT_FOR_SAFETY,
)
from cfi.contracts.wire.text import AccountId, HolderId


class StateView:
    """Typed tables over rows. Hidden tables are read by owner, public ones by key."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._see_years(rows)
        # Membership and access
        self.holders = SingleView(rows, membership.HOLDERS)
        self.users = OwnedView(rows, access.USERS)
        self.keys = KeyedView(rows, access.KEYS)
        self.proposals = OwnedView(rows, access.PROPOSALS)
        self.access = PublicView(rows, access.ACCESS)
        self.applications = OwnedView(rows, membership.APPLICATIONS)
        self.grants = SingleView(rows, membership.GRANTS)
        self.status_changes = SingleView(rows, membership.STATUS_CHANGES)
        self.eligibility = SingleView(rows, membership.ELIGIBILITY)
        self.resolutions = SingleView(rows, membership.RESOLUTIONS)
        # Custody
        self.accounts = SingleView(rows, custody.ACCOUNTS)
        self.summaries = SingleView(rows, custody.SUMMARY)
        self.lots = OwnedView(rows, custody.LOTS)
        self.retired = OwnedView(rows, custody.RETIRED)
        self.supply = PublicView(rows, custody.SUPPLY)
        self.pages = PublicView(rows, custody.PAGES)
        self.offers = OwnedView(rows, trades.OFFERS)
        self.incoming_offers = OwnedView(rows, trades.INCOMING_OFFERS)
        self.deliveries = OwnedView(rows, trades.DELIVERIES)
        self.outcomes = OwnedView(rows, trades.OUTCOMES)
        self.sales = OwnedView(rows, trades.SALES)
        self.protections = SingleView(rows, protections.PROTECTIONS)
        self.trusted = OwnedView(rows, protections.TRUSTED)
        # Governance
        self.clock = PublicView(rows, governance.CLOCK)
        self.chain = PublicView(rows, governance.CHAIN)
        self.parameters = PublicView(rows, governance.PARAMETERS)
        self.acts = PublicView(rows, governance.ACTS)
        self.programme = PublicView(rows, governance.PROGRAMME)
        self.notices = PublicView(rows, governance.NOTICES)
        self.holidays = PublicView(rows, governance.HOLIDAYS)
        self.upgrades = PublicView(rows, governance.UPGRADES)
        self.held_work = PublicView(rows, governance.HELD_WORK)
        self.validators = PublicView(rows, validators.VALIDATORS)
        self.validator_sets = PublicView(rows, validators.VALIDATOR_SETS)
        self.offences = PublicView(rows, validators.OFFENCES)
        self.peers = KeyedView(rows, validators.PEERS)
        self.admission_keys = PublicView(rows, validators.ADMISSION_KEYS)

    def _see_years(self, rows: Rows) -> None:
        # Baselines, allocation, reports
        self.facilities = OwnedView(rows, baseline.FACILITIES)
        self.baselines = SingleView(rows, baseline.BASELINES)
        self.baseline_changes = OwnedView(rows, baseline.BASELINE_CHANGES)
        self.opt_ins = SingleView(rows, baseline.OPT_INS)
        self.period_elections = SingleView(rows, baseline.PERIOD_ELECTIONS)
        self.allocations = OwnedView(rows, allocation.ALLOCATIONS)
        self.allocation_runs = OwnedView(rows, allocation.ALLOCATION_RUNS)
        self.reports = OwnedView(rows, reports.REPORTS)
        # All Members together
        self.programme_totals = SingleView(rows, programme.PROGRAMME_TOTALS)
        self.programme_years = OwnedView(rows, programme.PROGRAMME_YEARS)
        self.programme_figures = PublicView(rows, programme.PROGRAMME_FIGURES)
        # True-up
        self.true_ups = PublicView(rows, true_up.TRUE_UPS)
        self.true_up_work = OwnedView(rows, true_up.TRUE_UP_WORK)
        self.obligations = OwnedView(rows, true_up.OBLIGATIONS)
        self.elections = OwnedView(rows, true_up.ELECTIONS)
        self.closings = OwnedView(rows, true_up.CLOSINGS)
        self.offset_claims = OwnedView(rows, true_up.OFFSET_CLAIMS)
        self.offset_use = OwnedView(rows, true_up.OFFSET_USE)
        self.late_true_ups = OwnedView(rows, true_up.LATE_TRUE_UPS)
        self.shortfalls = OwnedView(rows, true_up.SHORTFALLS)

    def holder_ids(self) -> list[HolderId]:
        """Every holder, in order."""
        return [HolderId(owner[1:].decode()) for owner in self.rows.owners(HOLDER_OWNER)]

    def next_holder_id(self, after: str | None) -> HolderId | None:
        """The first holder, or the one that follows another; None after the last."""
        owners = self.rows.owners(HOLDER_OWNER)
        place = 0 if after is None else bisect_right(owners, holder_owner(after))
        return HolderId(owners[place][1:].decode()) if place < len(owners) else None

    def account_ids(self, holder_id: str) -> list[AccountId]:
        """A holder's accounts, in order of opening."""
        holder = self.holders.get(holder_id)
        opened = 0 if holder is None else holder.accounts_opened
        return [AccountId(f"{holder_id}/{number}") for number in range(1, opened + 1)]

    def has_room(self, account_id: str, rows: int = 1) -> bool:
        """True if an account can take that many rows more, less what is kept for due work."""
        return self.room_in_account(account_id) >= rows

    def room_in_account(self, account_id: str) -> int:
        """How many rows more an account can take, less what is kept for due work."""
        return self._room(account_owner(account_id))

    def holder_has_room(self, holder_id: str, rows: int = 1) -> bool:
        """True if a holder's own records can take that many rows more, less what is kept for due
        work and for safety.
        """
        return self._room(holder_owner(holder_id)) - ROWS_KEPT_FOR_SAFETY >= rows

    def holder_has_room_for_safety(self, holder_id: str) -> bool:
        """True if a holder's own records can take one of the rows that are kept for safety."""
        return self._room(holder_owner(holder_id)) > 0

    def _room(self, owner: OwnerKey) -> int:
        return MAX_ROWS_PER_OWNER - ROWS_KEPT_FOR_DUE_WORK - self.rows.row_count(owner)
