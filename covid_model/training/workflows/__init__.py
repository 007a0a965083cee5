"""One module a recipe: from a selection of images to what it writes."""
