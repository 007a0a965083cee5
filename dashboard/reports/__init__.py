"""Contents of the evaluation pages: Reports, Shortcuts, Errors."""
