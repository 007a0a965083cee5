"""One visitor's state: files, readings, results, uploads, inference."""
