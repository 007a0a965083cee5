"""Figures held beside others: networks, hospitals, readers."""
