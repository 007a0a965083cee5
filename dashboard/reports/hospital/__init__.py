"""What the page Your hospital shows: uploads with their truth, their evaluation, its report."""
