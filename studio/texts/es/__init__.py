"""Every word of the studio in Spanish."""

from studio.texts.es import agents, knowledge, shell, talk

TEXTS = {**shell.TEXTS, **agents.TEXTS, **knowledge.TEXTS, **talk.TEXTS}
