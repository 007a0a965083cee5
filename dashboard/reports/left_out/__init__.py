"""Section on groups left out of training, such as hospitals."""
