"""What keeps a release back, told to the software that asked for it.

The same check as the studio's (`actions.checks`). Its warnings ask a person something; software is
not asked, so only errors count here.
"""

from dataclasses import asdict
from typing import Any

from flask import Flask, Response

from actions.checks import Finding
from actions.releases import KeptBack, Outlook, Replaced
from bot.failures import problem

SENTENCES = {
    "model_unknown": "model.name: there is no model {model}. Use openai:NAME, openrouter:NAME or "
    "offline, or leave it empty.",
    "key_missing": "model.name: the key {name} is not set. Set it, or leave the model empty.",
    "offline_live": "model.name: the built-in model does not serve real customers. Set the key of "
    "a model.",
    "sample_live": "brand: {brand} is the invented company of a sample, which does not serve real "
    "customers. Write your own company, its instructions and its knowledge.",
    "base_gone": "knowledge.bases: one of them is gone. Remove it from the list.",
    "base_empty": "knowledge.bases: {base} is empty. Give it a file or page, or remove it.",
    "base_unfinished": "knowledge.bases: {n} source(s) of {base} are still to be read. Wait for "
    "them.",
    "base_failed": "knowledge.bases: {n} source(s) of {base} could not be read. Look at each.",
    "base_noticed": "knowledge.bases: of {base} not everything was kept: {sources}. Look at their "
    "notices.",
    "knowledge_none": "knowledge.bases: it looks nothing up. Give it a file or page.",
    "table_empty": "tools: {tool} looks into a table, and none of the sources has one.",
    "tool_example": "tools: an example of {tool} does not come out. With {given} it gives: {got}. "
    "Correct the formula or the example.",
    "handoff_promised": "instructions: they promise a person ({words}), and the tool handoff is "
    "off. Turn it on, or take the words out.",
    "handoff_none": "tools: nobody can be handed over to. Turn handoff on, if a person should.",
    "greeting_language": "greeting: there is none in {language}. Write one.",
    "fallback_missing": "fallback: there is none in {language}. Write one.",
    "instructions_none": "instructions: there are none. Say what it is to do.",
    "tone_none": "tone: there is none. Say how it is to speak.",
    "tone_contradicts": "tone: it asks for formal and familiar at once. Choose one.",
    "emoji_contradicts": "tone: it asks for emojis and for none. Choose one.",
    "wait_contradicts": "conversation: it waits for a longer silence than its longest wait. Lower "
    "quiet_seconds.",
    "topic_contradicts": "guard.forbidden_topics: {topic} is forbidden, and the instructions speak "
    "of it. Take one out.",
    "hours_all_day": "handoff.office_hours: from {hour} until {hour} is the whole day. Correct "
    "one.",
    "away_missing": "handoff.office_hours.away: there is no text in {language}. Write one.",
    "away_when": "handoff.office_hours.away: the text in {language} does not say when somebody is "
    "there. Put {{when}} into it.",
    "topic_twice": "guard.forbidden_topics: {topic} is also a topic for a person. Take one out.",
    "bar_missed": "bar: {criterion} is missed, it is {value}. Correct the agent and run the "
    "experiment again.",
    "bar_fails_now": "bar: {criterion} is missed, {value} conversation(s) fail that passed: "
    "{detail}. Correct them and run the experiment again.",
    "bar_not_compared": "bar: {criterion} needs the version that answers now in an experiment on "
    "the same cases. Run one with both.",
    "bar_never": "bar: {criterion} was never looked at. Run an experiment on that dataset.",
    "bar_no_dataset": "bar: {criterion} names a dataset that this agent has not. Make it, or "
    "correct the name.",
    "bar_spec": "bar: {criterion} has no experiment of this very spec; the last ones asked "
    "another. Run one.",
    "bar_dataset": "bar: {criterion} is stale, for the dataset has changed since. Run the "
    "experiment again.",
    "bar_knowledge": "bar: {criterion} is stale, for the knowledge has changed since. Run the "
    "experiment again.",
    "bar_part": "bar: {criterion} was looked at on some of the cases. Run the experiment on all.",
    "bar_no_score": "bar: {criterion} names no score of the experiment and no tag of its cases. "
    "Score it, or correct the name.",
    "bar_client": "bar: {criterion} has only scores that somebody's program gave. An admin may let "
    "them count.",
    "secret": "The texts hold what looks like a secret key. Remove it: the model reads them.",
}


def register(app: Flask) -> None:
    """Let *app* answer releases that are kept back."""
    app.register_error_handler(KeptBack, kept_back)


def kept_back(error: KeptBack) -> Response:
    """Return a 422 with every sentence, or a 409 that names the agent that would fall silent."""
    errors = [_sentence(one) for one in error.outlook.errors]
    if errors or error.outlook.replaced is None:
        return problem(422, " ".join(errors))
    return problem(409, _silenced(error.outlook.replaced))


def looked_at(outlook: Outlook) -> dict[str, Any]:
    """Return as JSON what a release would meet."""
    there = outlook.replaced
    return {
        "findings": [
            {"level": one.level, "code": one.code, "sentence": _sentence(one)}
            for one in outlook.findings
        ],
        "replaced": {
            "agent_id": there.release.agent_id,
            "agent_name": there.release.agent_name,
            "address": there.release.address,
            "wrote": there.wrote,
        }
        if there
        else None,
        "evidence": dict(outlook.evidence),
        "bar": [
            {"criterion": one.line, "met": one.met, "why": one.why, "value": one.value}
            for one in outlook.bar.results
        ],
        "knowledge": [asdict(one) for one in outlook.knowledge],
    }


def _silenced(replaced: Replaced) -> str:
    there = replaced.release
    return (
        f"{there.agent_name} answers on {there.address} now; {replaced.wrote} customer(s) wrote "
        f'there in the last 24 hours. Send "replaces": "{there.agent_id}" to release in its place.'
    )


def _sentence(finding: Finding) -> str:
    known = SENTENCES.get(finding.code, "The agent cannot be released: {code}.")
    return known.format(**finding.values, code=finding.code)
