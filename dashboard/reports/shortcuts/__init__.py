"""The audit for shortcuts and of the maps."""
