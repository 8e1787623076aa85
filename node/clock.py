"""The machine's clock: only headers carry it."""

import time

from cfi.contracts.wire.headers import Timestamp


def machine_time() -> Timestamp:
    """The moment now, as this machine's clock has it."""
    return Timestamp.of_nanos(time.time_ns())
