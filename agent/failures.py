"""Why a turn went wrong, as `code: sentence` for staff, and whether trying again may help.

The codes are fixed; the studio shows them in the reader's language. Nothing of what the provider
or the customer said goes into a sentence: bodies of errors can repeat keys and prompts.
"""

import openai
from langchain_core.exceptions import ContextOverflowError
from langgraph.errors import GraphRecursionError

from agent.errors import AgentError, ModelUnavailable
from agent.grounding.guard import Ungrounded
from agent.reading import ends
from agent.servers.server import TooLong
from agent.spent import no_money, used_up
from knowledge.errors import KnowledgeError


class ModelRubbish(ModelUnavailable):
    """The model's answer could not be read."""


class CallLimit(AgentError):
    """The agent used up its model calls for one turn."""


class ToolLoop(AgentError):
    """The agent called a tool with the same arguments again and again."""


# From the most particular class to the least: the first that fits names the failure.
_SENTENCES: list[tuple[type[Exception], str, str]] = [
    (TooLong, "model_too_long", ""),
    (ContextOverflowError, "model_too_long", str(TooLong())),
    (openai.APITimeoutError, "model_timeout", "The model did not answer in time."),
    (openai.APIConnectionError, "model_unreachable", "The model's address cannot be reached."),
    (openai.AuthenticationError, "model_key", "The model's provider refuses the API key."),
    (openai.PermissionDeniedError, "model_key", "The API key may not use this model."),
    (openai.NotFoundError, "model_unknown", "The model's provider knows no model of that name."),
    (openai.RateLimitError, "model_rate_limit", "The model's provider says: too many requests."),
    (openai.InternalServerError, "model_error", "The model's provider failed."),
    (openai.APIStatusError, "model_refused", "The model's provider refused the request."),
    (ModelRubbish, "model_rubbish", ""),
    (ends.ThoughtAway, "model_thought", ""),
    (ends.Cut, "model_length", ""),
    (ends.Filtered, "model_filter", ""),
    (ends.Declined, "model_refusal", ""),
    (ends.BrokenOff, "model_broken_off", ""),
    (ends.Silent, "empty_reply", ""),
    (ends.BadCall, "model_call", ""),
    (Ungrounded, "ungrounded", ""),
    (ModelUnavailable, "model_unavailable", ""),
    (CallLimit, "call_limit", ""),
    (GraphRecursionError, "call_limit", "The agent went round in circles and was stopped."),
    (KnowledgeError, "knowledge", ""),
    (AgentError, "agent", ""),
    (openai.OpenAIError, "model_error", "The model's client failed."),
]


_NO_CREDIT = (
    "model_no_credit: The account at the model's provider has no credit left. Add credit or raise"
    " its spending limit there, or choose another model."
)
_QUOTA = (
    "model_quota: The quota at the model's provider is used up for now. Wait until it is renewed,"
    " raise it there, or choose another model."
)


def why(error: Exception) -> str:
    """Return `code: sentence` for *error*."""
    status = f" (HTTP {error.status_code})" if hasattr(error, "status_code") else ""
    if no_money(error) or used_up(error):
        return f"{_NO_CREDIT if no_money(error) else _QUOTA}{status}"
    for kind, code, sentence in _SENTENCES:
        if isinstance(error, kind):
            return f"{code}: {sentence or error}{status}"
    return f"unexpected: {type(error).__name__}"


def code_of(error: Exception) -> str:
    """Return the code of *error* alone."""
    return why(error).partition(":")[0]


def may_pass(error: Exception) -> bool:
    """True when the same call may succeed in a moment. A timeout has used up its time already."""
    if isinstance(error, openai.APITimeoutError) or no_money(error) or used_up(error):
        return False
    return isinstance(
        error,
        openai.APIConnectionError
        | openai.RateLimitError
        | openai.InternalServerError
        | ModelRubbish,
    )
