"""Why a rule says no: stable codes, the section, the facts."""

from collections.abc import Mapping
from enum import IntEnum, unique

Fact = int | str | bytes | bool | None
Facts = Mapping[str, Fact]


@unique
class Refusal(IntEnum):
    """Every reason for a refusal. Codes are never reused and never change their meaning."""

    # Authority: 1 to 99
    NOT_AUTHORISED = 1
    HOLDER_NOT_ACTIVE = 2
    NEEDS_FOUR_EYES = 3
    NOT_UNDER_FOUR_EYES = 4
    UNKNOWN_PROPOSAL = 5
    PROPOSAL_EXPIRED = 6
    SAME_PERSON = 7
    BODY_DIFFERS = 8
    MALFORMED_BODY = 9
    TOO_MANY_RECORDS = 10
    PARAMETER_NOT_SET = 11
    NOT_AN_OFFICER = 12
    PROPOSER_GONE = 13
    NO_ROOM_FOR_RECORDS = 14
    OUT_OF_RANGE = 15

    # Membership: 100 to 199
    MALFORMED_HOLDER_ID = 100
    HOLDER_EXISTS = 101
    APPLICATION_EXISTS = 102
    UNKNOWN_APPLICATION = 103
    NOT_AT_THIS_STAGE = 104
    WRONG_CLASS = 105
    INCOMPLETE_APPLICATION = 106
    NO_MAJORITY = 107
    VOTES_DONT_ADD_UP = 108
    NO_REASON_GIVEN = 109
    UNKNOWN_HOLDER = 110
    NOT_SUSPENDED = 111
    UNKNOWN_GROUND = 112
    NOT_WITHIN_A_YEAR = 113
    NOT_YET_RESOLVED = 114
    NOT_AN_AUDITOR = 115
    NO_SUCH_PERIOD = 116
    THE_EXCHANGE_ITSELF = 117
    NEGATIVE_FEE = 118
    FIRST_YEAR_DIFFERS = 119

    # Access: 200 to 299
    USER_EXISTS = 200
    UNKNOWN_USER = 201
    TOO_MANY_USERS = 202
    TOO_MANY_KEYS = 203
    KEY_IN_USE = 204
    NO_PROOF_OF_POSSESSION = 205
    UNKNOWN_KEY = 206
    KEY_REVOKED = 207
    LAST_ADMINISTRATOR = 208
    NO_LEVEL = 209
    NOT_THE_PROPOSER = 210
    NO_VALIDITY = 211

    # Custody: 300 to 399
    UNKNOWN_ACCOUNT = 300
    UNKNOWN_LOT = 301
    LOT_LOCKED = 302
    NOT_ENOUGH_TONNES = 303
    NOT_WHOLE_CFIS = 304
    ACCOUNT_FULL = 305
    SAME_ACCOUNT = 306
    VINTAGE_TOO_LATE = 307
    LOT_RESTRICTED = 308
    TOO_MANY_ACCOUNTS = 309
    UNKNOWN_OFFER = 310
    TERMS_DIFFER = 311
    OFFER_EXPIRED = 312
    OFFER_NOT_OPEN = 313
    SAME_HOLDER = 314
    NO_PLATFORM_STANDING = 315
    EXPIRY_OUT_OF_RANGE = 316
    NO_PRICE = 317
    UNKNOWN_RECIPIENT = 318
    DELAY_TOO_LONG = 319
    ALREADY_TRUSTED = 320
    UNKNOWN_TRUSTED_ACCOUNT = 321
    UNKNOWN_TRANSFER = 322
    ALREADY_APPROVED = 323
    OWES_CFIS = 324
    TRADING_LIMITED = 325
    TOO_NEW_A_USER = 326

    # Baselines and allocation: 400 to 499
    UNKNOWN_FACILITY = 400
    BASELINE_STANDS = 401
    UNKNOWN_GAS = 402
    YEARS_OUT_OF_ORDER = 403
    ELECTION_CLOSED = 404
    UNKNOWN_PERIOD = 405
    NOT_FOR_POWER_PRODUCERS = 406
    UNKNOWN_MEMBER = 407
    NOTHING_FILED = 408
    NO_BASELINE_METHOD = 409
    DATA_NOT_ATTESTED = 410
    SHARE_TOO_LARGE = 411
    NO_BASELINE = 412
    FACILITY_HELD = 413
    MORE_THAN_FACILITY = 414
    NOT_ALLOCATED = 415
    NOTHING_TO_ADJUST = 416
    TRUE_UP_RUNNING = 417
    NO_POOL = 418
    ALREADY_ALLOCATED = 419
    NO_ALLOCATION_RUN = 420
    NO_SCHEDULE = 421
    PERCENTAGE_TOO_LARGE = 422
    DATES_OUT_OF_ORDER = 423
    TOO_MANY_DAYS = 424
    BASELINE_BELOW_ZERO = 425
    TOO_MANY_TONNES = 426
    SERIALS_USED_UP = 427
    WITHHELD_DIFFERS = 428
    INPUTS_CHANGED = 429

    # Reports: 500 to 549
    REPORT_FILED = 500
    UNKNOWN_REPORT = 501
    REPORT_NOT_THERE_YET = 502
    WARMING_SET_DIFFERS = 503
    YEAR_NOT_OVER = 504
    LINE_TWICE = 505
    RENEWABLES_NOT_EXCLUDED = 506

    # True-up: 550 to 599
    TRUE_UP_NOT_SCHEDULED = 550
    TRUE_UP_SCHEDULED_BEFORE = 551
    STAGE_NOT_OPEN = 552
    NOT_USABLE_THIS_YEAR = 553
    NOT_FIRST_OWNER = 554
    UNKNOWN_ELECTION = 555
    NOTHING_OWED = 556
    MORE_THAN_SHORT = 557
    OFFSET_LIMIT_REACHED = 558
    UNKNOWN_STAGE = 559
    STAGE_HAS_BEGUN = 560
    NOT_LATER = 561
    STAGES_OUT_OF_ORDER = 562
    TOO_MANY_LOTS = 563
    YEAR_NOT_IN_PROGRAMME = 564

    # Governance: 600 to 699
    CLOCK_NOT_STEPPED = 600
    CLOCK_NOT_LATER = 601
    WORK_DUE_BEFORE = 602
    UNKNOWN_PARAMETER = 603
    HEIGHT_NOT_AHEAD = 604
    UNKNOWN_VALIDATOR = 605
    VALIDATOR_EXISTS = 606
    LAST_VALIDATOR = 607
    TOO_MANY_VALIDATORS = 608
    NO_POWER = 609
    POWER_TOO_LARGE = 610
    POWER_CHANGES_TOO_FAST = 611
    UNKNOWN_NODE = 612
    NODE_EXISTS = 613
    NOT_THE_EXCHANGE = 614
    UPGRADE_WAITS = 615
    VERSION_NOT_LATER = 616
    UPGRADE_TOO_SOON = 617
    UNKNOWN_UPGRADE = 618
    PARAMETER_OUT_OF_RANGE = 619
    ADMISSION_KEY_TAKEN = 620


class RefusedError(Exception):
    """A rule refuses a transaction. It is caught in one place, where the receipt is made.

    `gas` are work units beyond those of the message's kind: what had to be looked through.
    """

    def __init__(self, refusal: Refusal, section: str, facts: Facts, gas: int = 0) -> None:
        super().__init__(f"{refusal.name} ({section}) {dict(facts)}")
        self.gas = gas
        self.refusal = refusal
        self.section = section
        self.facts = facts


class InvariantBroken(Exception):
    """Our own mistake: never a refusal."""


def require(holds: object, refusal: Refusal, section: str, **facts: Fact) -> None:
    """Refuse unless the condition holds; facts are the message's or the signer's own rows' only."""
    if not holds:
        raise RefusedError(refusal, section, facts)
