"""Who takes part: classes of holders, levels of users, offices.  (RB 2.2, 2.3, 2.6.1, 3)"""

from enum import IntEnum, unique


@unique
class HolderClass(IntEnum):
    """A class of Registry Account Holder, or a body of the programme.  (RB 2.2)"""

    EXCHANGE = 1
    """The Exchange itself with its committees."""
    MEMBER = 2
    ASSOCIATE_MEMBER = 3
    OFFSET_PROVIDER = 4
    OFFSET_AGGREGATOR = 5
    LIQUIDITY_PROVIDER = 6
    MARKET_MAKER = 7
    EXCHANGE_PARTICIPANT = 8
    AUDITOR = 9
    """Reads everything under a recorded grant."""


@unique
class Level(IntEnum):
    """What a holder's user may do.  (RB 2.6.1)"""

    ADMINISTRATOR = 1
    """Manages users, keys and protections."""
    SUPER_USER = 2
    """Moves and trades."""
    TRADER = 3
    RISK_MANAGER = 4
    VIEW_ONLY = 5
    ACCOUNTING = 6


@unique
class Role(IntEnum):
    """An office of the Exchange.  (RB 3)"""

    PROGRAM_ADMINISTRATOR = 1
    """The registrar."""
    MARKET_OPERATIONS = 2
    CLEARING = 3
    COMPLIANCE = 4
    REGULATORY_SERVICES = 5
    EXECUTIVE_COMMITTEE = 6
    ENVIRONMENTAL_COMPLIANCE_COMMITTEE = 7
    FORESTRY_COMMITTEE = 8
    MEMBERSHIP_COMMITTEE = 9
    OFFSETS_COMMITTEE = 10
    TRADING_COMMITTEE = 11
    BOARD = 12
    GENERAL_COUNSEL = 13


@unique
class EligibilityCategory(IntEnum):
    """A category of Eligible Commercial Entity.  (RB 2.3)"""

    A = 1
    B = 2
    C = 3
    D = 4


@unique
class PeerKind(IntEnum):
    """Why a node may connect to the validators' network."""

    VALIDATOR = 1
    AUDITOR = 2
    """While its grant to read is in force."""
    GATEWAY = 3
    """The Exchange's own, which serves everybody else."""
