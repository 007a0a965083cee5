"""What stands around every page: notice, error boundary, brand, language."""
