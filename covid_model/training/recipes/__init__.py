"""The recipes: every value that decides a training, in frozen dataclasses."""
