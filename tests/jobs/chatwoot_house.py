"""A Chatwoot stand-in, a bot and a worker in one process, on one clock that is moved by hand."""

import dataclasses
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import Flask

from actions.intake import accept
from actions.services import Services
from agent.spec import Spec
from bot import failures
from bot.webhooks import webhooks
from channels.chatwoot.client import ChatwootApi
from channels.chatwoot.receive import ChatwootReceiver
from channels.chatwoot.send import ChatwootChannel
from jobs import deliver, turn
from jobs.context import Heartbeat, WorkerContext
from jobs.reconcile import Reconciler
from store.spool import Spool
from tests.fakes import Clock
from tests.jobs.fakes import EchoRuntime
from tests.standins.chatwoot import USER_TOKEN
from tests.standins.chatwoot_account import Account, Conversation

SECRET = "secret-of-the-bot"
OURS = "inbox:7"


def configured(services: Services, address: str, token: str = USER_TOKEN, **more: Any) -> Services:
    """Return *services* of an installation that is connected to the stand-in at *address*."""
    known = services.settings.model_validate(
        {
            **services.settings.model_dump(),
            "chatwoot_api_url": address,
            "chatwoot_account_id": "3",
            "chatwoot_api_token": token,
            "chatwoot_webhook_secret": SECRET,
            **more,
        }
    )
    return dataclasses.replace(services, settings=known)


@dataclass
class House:
    """What a customer of Chatwoot meets. `account` is the stand-in's side of it."""

    services: Services
    account: Account
    runtime: EchoRuntime
    clock: Clock
    patience: float = 5.0  # seconds for an answer of Chatwoot's
    context: WorkerContext = field(init=False)
    reconciler: Reconciler = field(init=False)
    spool: Spool = field(init=False)

    def __post_init__(self) -> None:
        settings, services = self.services.settings, self.services
        channel = ChatwootChannel(settings, timeout=self.patience, clock=self.clock)
        heartbeat = Heartbeat(services.store.turns, services.store.outbox)
        channels: dict[str, Any] = {"chatwoot": channel}
        runtime: Any = self.runtime
        self.context = WorkerContext(services, runtime, channels, heartbeat, self.clock)
        self.reconciler = Reconciler(services, ChatwootApi(settings, timeout=5), self.clock)
        self.spool = Spool(settings.data_dir / "spool", partial(accept, services))
        self._client = self._app().test_client()
        self.account.post = self.post
        agent_id = services.store.agents.create(Spec(name="Sofía"), "ana")
        services.store.agents.release_draft(agent_id, "chatwoot", OURS, "ana")

    def _app(self) -> Flask:
        app = Flask("bot")
        failures.register(app)
        receiver = ChatwootReceiver(self.services.settings, self.clock)
        app.register_blueprint(
            webhooks(self.services, {"/webhooks/chatwoot": receiver}, self.spool)
        )
        return app

    def post(self, raw: bytes, headers: dict[str, str]) -> int:
        """Take a webhook, as the bot does."""
        return self._client.post("/webhooks/chatwoot", data=raw, headers=headers).status_code

    def write(self, here: Conversation, text: str) -> None:
        """The customer writes, and the webhook comes."""
        self.account.customer_writes(here, text)
        self.account.deliver()

    def work(self, seconds: float = 10.0) -> None:
        """Let *seconds* pass; whatever is due by then is done, as workers and sweeper would."""
        for _ in range(max(int(seconds / 4), 1)):
            self.clock.pass_seconds(4)
            self.account.deliver()
            for waiting in self.services.store.turns.all_waiting():
                turn.take(self.context, waiting.conversation_id)
            for number in self.services.store.outbox.due():
                deliver.send(self.context, number)
            self.account.deliver()

    def owner(self) -> str:
        """Who speaks in the first conversation, as we know it."""
        return self.services.store.conversations.get(1).owner
