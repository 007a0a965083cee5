"""Training: from a folder of labelled radiographs to a run folder."""
