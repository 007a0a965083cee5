"""The program's name, and the disclaimer that every page, picture and table carries."""

from covid_model.common.messages import Message

NAME = Message("Chest radiograph networks")
NOTICE = Message("For research and teaching, not for diagnosis.")
