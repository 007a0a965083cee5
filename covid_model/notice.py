"""The one sentence that every page, picture or table of this project carries."""

NOTICE = "For research and teaching, not for diagnosis."
