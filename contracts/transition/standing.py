"""Who may send what in a block, looked up once and again only after a row was written that says so.
(RB 2.6.1)
"""

from typing import Final

from cfi.contracts.state.overlay import Overlay
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.authorise import Signer, access_rule, authorise, live_signer
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.refusal import Refusal, require
from cfi.contracts.wire.schema import PublicKey

DEFAULT_GAS: Final = 1


class Standing:
    """Signers, work units and permissions by an overlay as it stands now."""

    __slots__ = ("_allowed", "_gas", "_known_since", "_now", "_overlay", "_signers", "_state")

    def __init__(self, overlay: Overlay, state: StateView, now: Instant) -> None:
        self._overlay = overlay
        self._state = state
        self._now = now
        self._known_since = overlay.standing_writes
        self._signers: dict[PublicKey, Signer] = {}
        self._gas: dict[int, int] = {}
        self._allowed: dict[tuple[PublicKey, int], Signer] = {}

    def signer(self, key: PublicKey) -> Signer | None:
        """Whom a key speaks for now, or None."""
        self._forget_what_changed()
        known = self._signers.get(key)
        if known is None:
            known = live_signer(self._state, key, self._now)
            if known is not None:
                self._signers[key] = known
        return known

    def gas_of(self, message_number: int) -> int:
        """Work units of a message kind."""
        self._forget_what_changed()
        gas = self._gas.get(message_number)
        if gas is None:
            rule = self._state.access.get(number_key(message_number))
            gas = self._gas[message_number] = DEFAULT_GAS if rule is None else rule.gas
        return gas

    def may_decide_alone(self, key: PublicKey, signer: Signer, message_number: int) -> None:
        """Refuse unless whom the key speaks for may send the message, and needs nobody beside."""
        self._forget_what_changed()
        if self._allowed.get((key, message_number)) is signer:
            return
        rule = access_rule(self._state, message_number)
        authorise(rule, signer)
        require(
            not rule.four_eyes, Refusal.NEEDS_FOUR_EYES, "RB 3.6", message_number=message_number
        )
        self._allowed[key, message_number] = signer

    def _forget_what_changed(self) -> None:
        if self._known_since != self._overlay.standing_writes:
            self._known_since = self._overlay.standing_writes
            self._signers.clear()
            self._gas.clear()
            self._allowed.clear()
