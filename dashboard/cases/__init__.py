"""What Classify and Compare show of a file."""
