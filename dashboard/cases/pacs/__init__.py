"""Films from a PACS, results back into it."""
