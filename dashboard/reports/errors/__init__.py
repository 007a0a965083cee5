"""What a network names wrongly."""
