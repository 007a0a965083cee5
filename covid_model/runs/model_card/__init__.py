"""A run's model card, written from its own files alone."""
