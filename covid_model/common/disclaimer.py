"""The one sentence that every page, picture or table of this project carries."""

from covid_model.common.messages import Sentence

NOTICE = Sentence("For research and teaching, not for diagnosis.")
