"""Which keys speak for somebody, for acts that wait: looked up once, and again only after a row was
written that says so or after a key's own time has come.
"""

from typing import Final

from cfi.contracts.state.view import StateView
from cfi.contracts.transition.authorise import live_signer
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import PublicKey

_FOR_EVER: Final = Instant(2**62)


class LiveKeys:
    """Answers by key, each with the moment up to which it holds."""

    def __init__(self) -> None:
        self._known: dict[PublicKey, tuple[bool, Instant]] = {}

    def lives(self, view: StateView, key: PublicKey, now: Instant) -> bool:
        """True if the key speaks for an active user of a holder; a key that nobody has is not
        remembered.
        """
        known = self._known.get(key)
        if known is not None and now < known[1]:
            return known[0]
        found = view.keys.find(key)
        if found is None:
            return False
        row = found[1]
        changes = [at for at in (row.valid_from, row.valid_to) if at is not None and now < at]
        live = live_signer(view, key, now) is not None
        self._known[key] = (live, min(changes, default=_FOR_EVER))
        return live

    def forget(self) -> None:
        """A row was written, or taken back, that says who may do what."""
        self._known.clear()
