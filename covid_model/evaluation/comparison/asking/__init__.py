"""Networks asked about the radiographs of a hospital, for an evaluation."""
