"""What every package shares: classes, architectures, messages, errors, paths."""
