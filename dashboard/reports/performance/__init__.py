"""Performance: metrics, curves, prevalence, subgroups."""
