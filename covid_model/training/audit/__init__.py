"""The audit of trained networks for shortcuts and of their maps."""
