"""The one sentence that every page, picture or table of this project carries."""

from covid_model.common.messages import Message

NOTICE = Message("For research and teaching, not for diagnosis.")
