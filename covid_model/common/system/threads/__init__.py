"""What threads share: turns at the processor, the silencing of warnings."""
