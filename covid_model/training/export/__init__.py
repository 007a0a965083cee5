"""From trained networks to the run folder."""
