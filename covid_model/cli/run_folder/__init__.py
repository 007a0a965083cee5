"""Commands on one run: its card, reports, digests, signature."""
