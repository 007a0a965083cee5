"""Charts that several pages draw, and what all of them look like."""
