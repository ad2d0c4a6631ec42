"""Performances made complete and planted with mistakes whose truth is known."""
