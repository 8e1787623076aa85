"""What the gateway counts, in Prometheus' text format."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

BOUNDS: Final = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0)
"""Seconds; a request is counted in the first bucket that it fits, and in the last, without end."""


Counted = tuple[str, float | Mapping[str, float]]
"""What a counter counts, and how much: in all, or by reason."""


class Metrics:
    """Requests by route and status, how long they took, and refusals by reason."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._refusals: Counter[str] = Counter()
        self._buckets = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests[method, route, status] += 1
        self._buckets[bisect_left(BOUNDS, seconds)] += 1
        self._seconds += seconds

    def refused(self, code: str) -> None:
        """Count one refusal by its code."""
        self._refusals[code] += 1

    def text(self, gauges: Mapping[str, tuple[str, float]], counters: Mapping[str, Counted]) -> str:
        """The whole page; gauges and counters are the help and the value by name."""
        lines = [*_head("cfi_gateway_requests_total", "Requests answered.", "counter")]
        for (method, route, status), count in sorted(self._requests.items()):
            labels = _labels(method=method, route=route, status=str(status))
            lines.append(f"cfi_gateway_requests_total{labels} {count}")
        lines += _head("cfi_gateway_refusals_total", "Requests refused, by code.", "counter")
        for code, count in sorted(self._refusals.items()):
            lines.append(f"cfi_gateway_refusals_total{_labels(code=code)} {count}")
        lines += self._histogram()
        for name, (help_text, value) in sorted(gauges.items()):
            lines += [*_head(name, help_text, "gauge"), f"{name} {value:.15g}"]
        for name, (help_text, counted) in sorted(counters.items()):
            lines += [*_head(name, help_text, "counter"), *_counted(name, counted)]
        return "\n".join(lines) + "\n"

    def _histogram(self) -> Iterable[str]:
        name = "cfi_gateway_request_seconds"
        yield from _head(name, "How long requests took.", "histogram")
        running = 0
        for bound, count in zip((*BOUNDS, None), self._buckets, strict=True):
            running += count
            limit = "+Inf" if bound is None else f"{bound:g}"
            yield f"{name}_bucket{_labels(le=limit)} {running}"
        yield f"{name}_sum {self._seconds:.6f}"
        yield f"{name}_count {running}"


def _counted(name: str, counted: float | Mapping[str, float]) -> Iterable[str]:
    if not isinstance(counted, Mapping):
        yield f"{name} {counted:.15g}"
        return
    for reason, count in sorted(counted.items()):
        yield f"{name}{_labels(reason=reason)} {count:.15g}"


def _head(name: str, help_text: str, kind: str) -> tuple[str, str]:
    return f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"


def _labels(**labels: str) -> str:
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{inside}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
