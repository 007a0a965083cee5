"""Classification on a cluster, by Ray."""
