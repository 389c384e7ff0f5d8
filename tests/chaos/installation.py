"""An installation on three channels: what its operator sets, and the one agent on all of them."""

from sqlalchemy.exc import SQLAlchemyError

from actions.queues import SilentWakeUp
from actions.services import Services, open_services
from agent.settings import Settings
from agent.spec import GuardRules, ModelChoice, Spec
from store.db.migrate import migrate
from tests.chaos.chatwoot_side import INBOX, SECRET
from tests.stack.running import OURS, SID, TOKEN
from tests.standins import chatwoot, meta
from tests.waiting import until

ADDRESSES = {"twilio": OURS, "meta": meta.NUMBER, "chatwoot": f"inbox:{INBOX}"}


def accounts(providers: dict[str, str]) -> dict[str, str]:
    """Return the environment of somebody who has an account with each of *providers*."""
    return {
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_WHATSAPP_NUMBER": OURS,
        "TWILIO_BASE_URL": providers["twilio"],
        "META_BASE_URL": providers["meta"],
        "META_APP_SECRET": meta.SECRET,
        "META_ACCESS_TOKEN": meta.TOKEN,
        "META_VERIFY_TOKEN": "verify",
        "META_PHONE_NUMBER_ID": meta.NUMBER,
        "CHATWOOT_API_URL": providers["chatwoot"],
        "CHATWOOT_ACCOUNT_ID": "3",
        "CHATWOOT_API_TOKEN": chatwoot.USER_TOKEN,
        "CHATWOOT_INBOX_ID": str(INBOX),
        "CHATWOOT_WEBHOOK_SECRET": SECRET,
    }


def install() -> None:
    """Migrate, and release an agent without knowledge that answers by number."""
    services = open_services(Settings(_env_file=None), SilentWakeUp())
    until(lambda: _migrated(services), what="the database's start")
    spec = Spec(
        name="Sofía",
        model=ModelChoice(name="openai:standin", max_tokens=8_000),
        tools=(),
        guard=GuardRules(max_input_characters=50_000),
    )
    agent_id = services.store.agents.create(spec, "chaos")
    for channel, address in ADDRESSES.items():
        services.store.agents.release_draft(agent_id, channel, address, "chaos", "chaos")
    services.database.close()


def _migrated(services: Services) -> bool:
    try:
        migrate(services.database)
    except (SQLAlchemyError, OSError):  # the server is still starting
        return False
    return True
