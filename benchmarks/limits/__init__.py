"""What the machine could do at best beside what the networks reach on it."""
