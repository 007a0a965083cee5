"""The disclaimer that every page, picture and table carries."""

from covid_model.common.messages import Message

NOTICE = Message("For research and teaching, not for diagnosis.")
