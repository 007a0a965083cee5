"""What the evaluation pages show of a run."""
