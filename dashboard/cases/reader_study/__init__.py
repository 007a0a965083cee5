"""Read first: a reader's answer before the networks'."""
