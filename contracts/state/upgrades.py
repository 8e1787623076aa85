"""Which version of the rules decides which height.  (ours 0026)"""

from typing import Final

from cfi.contracts.state.rows.governance import Upgrade
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.quantities import Count

_AFTER_ALL: Final = b"\xff" * 8


def app_version_at(state: StateView, height: int) -> Count:
    """The version in force at a height, as all scheduled so far will have it."""
    upgrade = state.upgrades.latest(number_key(height))
    if upgrade is not None:
        return upgrade.app_version
    chain = state.chain.get(b"chain")
    assert chain is not None, "genesis writes the chain row"
    return chain.app_version


def waiting_upgrade(state: StateView, height: int) -> Upgrade | None:
    """The upgrade that takes effect after a height, or None."""
    latest = state.upgrades.latest(_AFTER_ALL)
    return latest if latest is not None and latest.from_height > height else None
