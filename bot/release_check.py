"""What keeps a release back, told to the software that asked for it.

The same check as the studio's (`agent.checks`). Its warnings ask a person something; software is
not asked, so only errors count here.
"""

from agent.checks import Finding, check
from agent.errors import Invalid
from agent.services import Services
from agent.spec import Spec
from agent.world import world_of

SENTENCES = {
    "model_unknown": "model.name: there is no model {model}. Use openai:NAME, openrouter:NAME or "
    "offline, or leave it empty.",
    "key_missing": "model.name: the key {name} is not set. Set it, or leave the model empty.",
    "offline_live": "model.name: the built-in model does not serve real customers. Set the key of "
    "a model.",
    "base_gone": "knowledge.bases: one of them is gone. Remove it from the list.",
    "base_empty": "knowledge.bases: {base} is empty. Give it a file or page, or remove it.",
    "secret": "The texts hold what looks like a secret key. Remove it: the model reads them.",
}


def refuse_errors(services: Services, spec: Spec, channel: str) -> None:
    """Raise Invalid, with every sentence, when *spec* must not answer on *channel*."""
    found = check(spec, world_of(services, None, spec), channel)
    errors = [_sentence(one) for one in found if one.level == "error"]
    if errors:
        raise Invalid(" ".join(errors))


def _sentence(finding: Finding) -> str:
    known = SENTENCES.get(finding.code, "The agent cannot be released: {code}.")
    return known.format(**finding.values, code=finding.code)
