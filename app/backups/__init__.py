"""Backing the portal up, proving that a backup is whole, restoring it."""
