"""`python -m cfi.client`."""

from cfi.client.cli.main import client

client()
