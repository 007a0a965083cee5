"""Networks asked about the radiographs of a hospital, for an evaluation."""

AUDITED = 100  # images that are shown with the lungs hidden too
