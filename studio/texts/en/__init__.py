"""Every word of the studio in English, one module a page."""

from studio.texts.en import (
    agents,
    channels,
    evaluation,
    form,
    guide,
    inbox,
    insights,
    knowledge,
    playground,
    shell,
    simulator,
    team,
    tokens,
    undelivered,
    versions,
    why,
)

TEXTS: dict[str, str] = {
    **agents.TEXTS,
    **channels.TEXTS,
    **evaluation.TEXTS,
    **form.TEXTS,
    **guide.TEXTS,
    **inbox.TEXTS,
    **insights.TEXTS,
    **knowledge.TEXTS,
    **playground.TEXTS,
    **shell.TEXTS,
    **simulator.TEXTS,
    **team.TEXTS,
    **tokens.TEXTS,
    **undelivered.TEXTS,
    **versions.TEXTS,
    **why.TEXTS,
}
