"""Token buckets: how often an address, a key at an address, and a key may ask, and how much work
may be asked for.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

MOST_REMEMBERED: Final = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """Tokens a second, and the most that are saved up."""

    per_second: float
    burst: float


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Quota:
    """A bucket for each name; the names asked longest ago are forgotten first.

    A forgotten name begins with a full bucket, which is what it would have after a while anyway.
    """

    def __init__(self, rate: Rate, most_remembered: int = MOST_REMEMBERED) -> None:
        self._rate = rate
        self._most = most_remembered
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait_for(self, name: str, now: float, tokens: int = 1) -> float:
        """Take so many tokens; 0 if there were as many, else the seconds until there are. Of more
        than a full bucket has the rest is owed.
        """
        rate = self._rate
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket(rate.burst, now)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(name)
            earned = max(now - bucket.at, 0.0) * rate.per_second
            bucket.tokens, bucket.at = min(bucket.tokens + earned, rate.burst), now
        wanted = min(tokens, rate.burst)
        if bucket.tokens >= wanted:
            bucket.tokens -= tokens
            return 0.0
        return (wanted - bucket.tokens) / rate.per_second

    def give_back(self, name: str, tokens: int) -> None:
        """Return what was taken too much; what was taken too little is owed."""
        bucket = self._buckets.get(name)
        if bucket is not None:
            bucket.tokens = min(bucket.tokens + tokens, self._rate.burst)
