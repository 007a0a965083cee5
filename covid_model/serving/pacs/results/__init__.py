"""What is given back to a PACS: instances in the study of a film."""
