"""What keeps a release back, told to the software that asked for it.

The same check as the studio's (`actions.checks`). Its warnings ask a person something; software is
not asked, so only errors count here.
"""

from flask import Flask, Response

from actions.checks import Finding
from actions.releases import KeptBack, Replaced
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


def _silenced(replaced: Replaced) -> str:
    there = replaced.release
    return (
        f"{there.agent_name} answers on {there.address} now; {replaced.wrote} customer(s) wrote "
        f'there in the last 24 hours. Send "replaces": "{there.agent_id}" to release in its place.'
    )


def _sentence(finding: Finding) -> str:
    known = SENTENCES.get(finding.code, "The agent cannot be released: {code}.")
    return known.format(**finding.values, code=finding.code)
