"""Inputs of calculators, as they come from a file."""

import json

from cfi.client.calc.reading import parse


def as_input(given: object) -> object:
    """What is parsed from the JSON of a value."""
    return parse(json.dumps(given))
