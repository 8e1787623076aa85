"""Files that are replaced whole, as the node's parts name them."""

from cfi.client.files import sync_folder, write_atomically, write_synced

__all__ = ["sync_folder", "write_atomically", "write_synced"]
