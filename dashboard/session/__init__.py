"""One visitor's state: files, readings, results."""
