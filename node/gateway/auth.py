"""Who signs a request: a fresh signature of this request to this gateway, once.  (RFC 9421; ours)

The window of nonces is in memory. What was created before the gateway's own start is refused, so a
restart forgets nothing that could be replayed.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

from cfi.client.light.signed_request import (
    RequestSignature,
    RequestSignatureError,
    read_request_signature,
    signs,
)

_NOT_SIGNED: Final = (
    "the signature doesn't verify for this request: another key, method, path, query or body, or "
    "a proxy that changes them or the Host header"
)
MOST_AGE_SECONDS: Final = 60
MOST_AHEAD_SECONDS: Final = 10
MOST_NONCES: Final = 200_000
MOST_OF_HOLDER: Final = MOST_NONCES // 16


class DeniedError(Exception):
    """A request's signature isn't accepted; the code is stable."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class Nonces:
    """The nonces of the last minute, each with the key that used it; no holder's keys take more
    than a share of the room.
    """

    def __init__(self, most: int = MOST_NONCES, most_of_holder: int = MOST_OF_HOLDER) -> None:
        self._most = most
        self._most_of_holder = most_of_holder
        self._seen: dict[tuple[bytes, bytes], None] = {}
        self._of_holder: dict[str, int] = {}
        self._by_age: deque[tuple[float, str, tuple[bytes, bytes]]] = deque()

    def use(self, holder: str, key: bytes, nonce: bytes, now: float) -> bool:
        """Note a nonce; False if this key has used it, or if there is no room to remember it."""
        self._forget(now - (MOST_AGE_SECONDS + MOST_AHEAD_SECONDS + 1))
        name, used = (key, nonce), self._of_holder.get(holder, 0)
        if name in self._seen or len(self._seen) >= self._most or used >= self._most_of_holder:
            return False
        self._seen[name] = None
        self._of_holder[holder] = used + 1
        self._by_age.append((now, holder, name))
        return True

    def _forget(self, before: float) -> None:
        while self._by_age and self._by_age[0][0] < before:
            _, holder, name = self._by_age.popleft()
            del self._seen[name]
            self._of_holder[holder] -= 1
            if not self._of_holder[holder]:
                del self._of_holder[holder]


class Door:
    """Checks signed requests to one node."""

    def __init__(self, now: Callable[[], float], nonces: Nonces | None = None) -> None:
        self._now = now
        self._started = now()
        self._nonces = Nonces() if nonces is None else nonces

    def read(self, headers: Mapping[str, str], node: str) -> RequestSignature:
        """What the headers claim, if it is fresh and for this node; raises DeniedError."""
        try:
            told = read_request_signature(headers)
        except RequestSignatureError as error:
            raise DeniedError("unsigned", str(error)) from error
        now = self._now()
        if told.node != node:
            raise DeniedError("other-node", "the request is signed for another node")
        # Whole seconds: a request of the very second of the start may have been made before it.
        if told.created <= int(self._started):
            raise DeniedError("before-start", "the request is older than this gateway; sign anew")
        if told.created < now - MOST_AGE_SECONDS:
            raise DeniedError("stale", f"the request is over {MOST_AGE_SECONDS} s old")
        if told.created > now + MOST_AHEAD_SECONDS:
            raise DeniedError("ahead", f"the request is over {MOST_AHEAD_SECONDS} s ahead")
        return told

    def verify(
        self, told: RequestSignature, method: str, authority: str, target: str, body: bytes
    ) -> None:
        """Raise DeniedError unless the key signed this request to this authority."""
        if not signs(told, method, authority, target, body):
            raise DeniedError("bad-signature", _NOT_SIGNED)

    def let_in(self, told: RequestSignature, holder: str) -> None:
        """Raise DeniedError unless this is the first time. Only what a holder's live key signed is
        remembered: keys of strangers cost nothing to make.
        """
        if not self._nonces.use(holder, told.public_key, told.nonce, self._now()):
            raise DeniedError("replayed", "the nonce has been used, or can't be remembered now")
