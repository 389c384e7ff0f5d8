"""Every word of the studio in English."""

from studio.texts.en import agents, knowledge, shell, talk

TEXTS = {**shell.TEXTS, **agents.TEXTS, **knowledge.TEXTS, **talk.TEXTS}
