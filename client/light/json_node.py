"""CometBFT's JSON, read strictly, with the path of whatever is wrong.

Numbers of 64 bits are strings, hashes and addresses hexadecimal, keys and signatures base64. What
is absent or null has its zero value, as it has for CometBFT.
"""

import json
import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from cfi.client.light.moments import parse_moment
from cfi.contracts.wire.headers import ZERO_TIME, Timestamp

MAX_JSON_BYTES: Final = 32 * 1024 * 1024
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,19})")
_HEX: Final = re.compile(r"(?:[0-9A-F]{2})*|(?:[0-9a-f]{2})*")
_INT64: Final = (-(2**63), 2**63 - 1)
_UINT64: Final = (0, 2**64 - 1)


class MalformedError(ValueError):
    """The text is not the JSON that it should be."""


@dataclass(frozen=True, slots=True)
class JsonNode:
    """A value of a JSON document, and where it stands."""

    value: object
    path: str = "$"

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """Read a document; raises MalformedError where it is no JSON or names a field twice."""
        if len(text) > MAX_JSON_BYTES:
            raise MalformedError(f"longer than {MAX_JSON_BYTES} bytes")
        try:
            return cls(json.loads(text.decode(), object_pairs_hook=_object))
        except (ValueError, RecursionError) as error:
            reason = str(error).replace("\n", " ")
            raise MalformedError(f"not JSON: {reason}") from error

    @property
    def absent(self) -> bool:
        """Whether there is no value."""
        return self.value is None

    def field(self, name: str) -> "JsonNode":
        """A field of an object; absent where the object is, or lacks it."""
        if not self.absent and not isinstance(self.value, dict):
            raise self.fault("not an object")
        value = self.value.get(name) if isinstance(self.value, dict) else None
        return JsonNode(value, f"{self.path}.{name}")

    def items(self) -> Iterator["JsonNode"]:
        """The items of an array."""
        if not self.absent and not isinstance(self.value, list):
            raise self.fault("not an array")
        for index, item in enumerate(self.value if isinstance(self.value, list) else ()):
            yield JsonNode(item, f"{self.path}[{index}]")

    def text(self) -> str:
        """A string."""
        value = "" if self.absent else self.value
        if not isinstance(value, str) or any("\ud800" <= each <= "\udfff" for each in value):
            raise self.fault("not a text")
        return value

    def hexadecimal(self) -> bytes:
        """Bytes in hexadecimal digits."""
        text = self.text()
        if _HEX.fullmatch(text) is None:
            raise self.fault("not hexadecimal")
        return bytes.fromhex(text)

    def base64(self) -> bytes:
        """Bytes in base64."""
        try:
            return b64decode(self.text(), validate=True)
        except (Base64Error, ValueError) as error:
            raise self.fault("not base64") from error

    def int64(self) -> int:
        """A signed number of 64 bits, in a string."""
        return self._in_string(_INT64)

    def uint64(self) -> int:
        """An unsigned number of 64 bits, in a string."""
        return self._in_string(_UINT64)

    def number(self, least: int, greatest: int) -> int:
        """A bare number within bounds."""
        value = 0 if self.absent else self.value
        if type(value) is not int or not least <= value <= greatest:
            raise self.fault(f"not a number from {least} to {greatest}")
        return value

    def moment(self) -> Timestamp:
        """A time in UTC."""
        if self.absent:
            return ZERO_TIME
        text = self.text()
        if not text.endswith("Z"):
            raise self.fault("not a time in UTC")
        try:
            return parse_moment(text)
        except ValueError as error:
            raise self.fault(str(error)) from error

    def fault(self, reason: str) -> MalformedError:
        """The error that says what is wrong with this value."""
        return MalformedError(f"{self.path}: {reason}")

    def _in_string(self, bounds: tuple[int, int]) -> int:
        text = "0" if self.absent else self.text()
        if _INTEGER.fullmatch(text) is None or not bounds[0] <= int(text) <= bounds[1]:
            raise self.fault("not a number of 64 bits in a string")
        return int(text)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise ValueError("a field is named twice")
    return named
