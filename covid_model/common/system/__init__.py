"""Files of the installation: where they lie, digests, packages that are missing."""
