"""Settings: everything that differs between installations, read from the environment and `.env`.

`.env.sample` is rendered from this class by `python -m agent.settings`; a test compares the two.
An empty value means "not set".
"""

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from agent.addresses import Proxies
from agent.limits import Limits
from agent.private import kept

SIMULATOR_NUMBER = "+14155238886"
TWILIO_API = "https://api.twilio.com"
META_API = "https://graph.facebook.com"
VALKEY_PASSWORD, CHROMA_ADDRESS = "valkey-password", "chroma-address"  # files in DATA_DIR


class Settings(BaseSettings):
    """One installation. Names are the environment's names in lower case."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    environment: Literal["development", "production"] = Field(
        "development", description="production refuses to start with open doors"
    )
    data_dir: Path = Field(Path("data"), description="files, and the default stores")
    database_url: str = Field(
        "", description="postgresql://user:password@host/name; empty: SQLite in DATA_DIR"
    )
    redis_url: str = Field("", description="redis://host:6379/0; empty: the one `make run` starts")
    chroma_url: str = Field("", description="http://host:8000; empty: the one `make run` starts")
    public_base_url: str = Field(
        "", description="https://bot.example.com, exactly as the providers are given it"
    )
    trusted_proxies: str = Field(
        "",
        description="addresses or networks, by commas, of the proxies in front of the studio whose"
        " X-Forwarded-For and X-Forwarded-Proto are believed; empty: nobody's",
    )
    bot_port: int = Field(3000, description="webhooks and API")
    studio_port: int = Field(7860, description="the studio")
    simulator_port: int = Field(3030, description="the WhatsApp simulator, loopback only")
    valkey_port: int = Field(6391, description="the Valkey that `make run` starts, loopback only")
    chroma_port: int = Field(8391, description="the Chroma that `make run` starts, loopback only")

    openai_api_key: SecretStr | None = Field(None, description="models and transcription")
    openai_base_url: str = Field("", description="any OpenAI-compatible server; empty: OpenAI")
    openrouter_api_key: SecretStr | None = Field(None, description="models by OpenRouter")
    openrouter_base_url: str = Field("https://openrouter.ai/api/v1", description="OpenRouter")
    chat_model: str = Field(
        "",
        description="openai:NAME, openrouter:NAME or offline; empty: by the first key that is set",
    )

    transcription_model: str = Field("gpt-4o-mini-transcribe", description="hears voice notes")
    vision_model: str = Field("gpt-4.1-mini", description="looks at customers' photos")

    embeddings: Literal["", "words"] = Field(
        "",
        description="how knowledge is found without Jina: empty: by meaning, with the model that"
        " comes along (70 MB in each worker); words: by words alone",
    )
    jina_api_key: SecretStr | None = Field(
        None, description="embeddings by Jina; empty: the built-in model"
    )
    jina_base_url: str = Field("https://api.jina.ai", description="Jina, or what speaks like it")
    jina_reader_url: str = Field("https://r.jina.ai", description="Jina Reader, for pages")
    jina_model: str = Field(
        "",
        description="embedding model; empty: jina-embeddings-v3, or jina-embeddings-v2-base-es "
        "when JINA_BASE_URL is a service of yours (jina_service)",
    )
    jina_dimensions: int = Field(0, ge=0, description="length of a vector; 0: the model's own")
    jina_reranker: str = Field(
        "", description="jina-reranker-v2-base-multilingual, for one; empty: no reranking"
    )

    twilio_account_sid: str = Field("", description="AC...; empty: the built-in simulator")
    twilio_auth_token: SecretStr | None = Field(None, description="signs webhooks, sends replies")
    twilio_whatsapp_number: str = Field(SIMULATOR_NUMBER, description="+14155238886")
    twilio_base_url: str = Field(TWILIO_API, description="Twilio, or a stand-in")
    twilio_late_template: str = Field(
        "",
        description="HX..., an approved template whose {{1}} takes a reply that comes after"
        " WhatsApp's 24 hours; empty: staff decide",
    )

    chatwoot_api_url: str = Field("", description="https://chat.example.com")
    chatwoot_api_token: SecretStr | None = Field(
        None, description="a user's token (best: it can also read) or an agent-bot's"
    )
    chatwoot_account_id: str = Field("", description="account number")
    chatwoot_inbox_id: str = Field(
        "", description="inbox numbers, separated by commas; empty: every inbox"
    )
    chatwoot_webhook_token: SecretStr | None = Field(
        None, description="secret in the address, for Chatwoot before 4.12"
    )
    chatwoot_webhook_secret: SecretStr | None = Field(
        None, description="signs webhooks; one for each webhook, bot and inbox, by commas"
    )
    chatwoot_late_template: str = Field(
        "",
        description="name:language:category, an approved template whose {{1}} takes a reply that"
        " comes after WhatsApp's 24 hours (category: UTILITY unless it is another); empty: staff"
        " decide",
    )
    chatwoot_handoff_labels: str = Field(
        "handoff", description="added to a conversation that is handed to a person, by commas"
    )
    chatwoot_handoff_team_id: str = Field("", description="team that gets it; empty: nobody")
    chatwoot_handoff_assignee_id: str = Field("", description="user that gets it; empty: nobody")

    meta_app_secret: SecretStr | None = Field(None, description="signs webhooks")
    meta_verify_token: SecretStr | None = Field(None, description="the word you gave Meta")
    meta_access_token: SecretStr | None = Field(None, description="sends replies")
    meta_phone_number_id: str = Field(
        "", description="the numbers' ids, not the numbers, by commas; empty: every number"
    )
    meta_base_url: str = Field(f"{META_API}/v24.0", description="Meta")
    meta_late_template: str = Field(
        "",
        description="name:language, an approved template whose {{1}} takes a reply that comes after"
        " WhatsApp's 24 hours; empty: staff decide",
    )

    studio_url: str = Field(
        "",
        description="https://studio.example.com, as people open it; links in e-mails begin with it",
    )
    notebook_api: str = Field(
        "",
        description="http://bot:3000, where notebooks that workers run reach the API; empty:"
        " BOT_PORT of this machine",
    )
    smtp_host: str = Field("", description="sends e-mail, alerts above all; empty: no e-mail")
    smtp_port: int = Field(587, ge=1, le=65_535, description="of that server")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="starttls (587), tls (465), none (a relay on this machine)"
    )
    smtp_user: str = Field("", description="empty: the server asks for none")
    smtp_password: SecretStr | None = Field(None, description="of that user")
    smtp_from: str = Field("", description="the sender, as in: Studio <studio@example.com>")
    alert_webhook_url: str = Field("", description="is posted every alert; empty: nowhere")
    alert_webhook_secret: SecretStr | None = Field(
        None, description="signs those posts (Standard Webhooks), long and random"
    )

    api_keys: SecretStr | None = Field(
        None,
        description="comma-separated keys of the HTTP API, long and random; empty: one is made at"
        " first start (`make token` prints it)",
    )
    api_requests_a_minute: int = Field(
        120, ge=0, description="with one person's API token; more wait; 0: no limit"
    )
    admin_email: str = Field("admin@localhost", description="the first person in the studio")
    admin_password_hash: SecretStr | None = Field(
        None, description="Argon2id; empty: a one-time password on the console at first start"
    )
    secret_key: SecretStr | None = Field(
        None,
        description="keys the hashes that stay of erased messages, signs devices; keep it for"
        " good; empty: one is made and kept in DATA_DIR/secret-key",
    )
    messages_a_minute: float = Field(
        10, ge=0, description="of one customer that are answered; more wait their turn; 0: no limit"
    )
    messages_burst: int = Field(20, ge=1, description="so many at once before that limit holds")
    turns_a_day: int = Field(200, ge=0, description="of one customer, then a person; 0: no limit")
    cost_cap_customer: float = Field(
        0, ge=0, description="US dollars one customer may cost a day, then a person; 0: no limit"
    )
    cost_cap_day: float = Field(
        0, ge=0, description="US dollars all answers of a day may cost, then people; 0: no limit"
    )
    unpriced_dollars: float = Field(
        10,
        ge=0,
        description="what a million tokens of a model without a known price count as, under a cap",
    )
    turn_slots: int = Field(128, ge=1, le=512, description="turns in flight in one worker")
    offline_on_live_numbers: bool = Field(
        False, description="let the built-in model answer real customers"
    )
    log_level: str = Field("INFO", description="DEBUG shows customers' words: never in production")

    @field_validator("twilio_whatsapp_number")
    @classmethod
    def _bare_number(cls, value: str) -> str:
        return value.removeprefix("whatsapp:")

    @field_validator("twilio_late_template")
    @classmethod
    def _content_sid(cls, value: str) -> str:
        if value and not re.fullmatch(r"HX[0-9a-fA-F]{32}", value):
            raise ValueError("TWILIO_LATE_TEMPLATE is a ContentSid: HX and 32 hexadecimal digits.")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies(cls, value: str) -> str:
        Proxies.from_text(value)
        return value

    @field_validator("database_url")
    @classmethod
    def _psycopg_driver(cls, value: str) -> str:
        return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg://", value)

    @field_validator(
        "public_base_url",
        "openai_base_url",
        "openrouter_base_url",
        "jina_base_url",
        "jina_reader_url",
        "meta_base_url",
        "twilio_base_url",
        "chatwoot_api_url",
        "chroma_url",
        "studio_url",
    )
    @classmethod
    def _no_last_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @property
    def proxies(self) -> Proxies:
        """The proxies that are believed."""
        return Proxies.from_text(self.trusted_proxies)

    @property
    def studio_address(self) -> str:
        """Where people open the studio."""
        return self.studio_url or f"http://localhost:{self.studio_port}"

    @property
    def sql_url(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'studio.db'}"

    @property
    def redis_in_force(self) -> str:
        """The Redis or Valkey in force, with the password that `make run` made for its own."""
        password = kept(self.data_dir / VALKEY_PASSWORD)
        own = f":{password}@127.0.0.1" if password else "127.0.0.1"
        return self.redis_url or f"redis://{own}:{self.valkey_port}/0"

    @property
    def chroma_in_force(self) -> str:
        """The Chroma server in force."""
        return self.chroma_url or f"http://{self.chroma_host}:{self.chroma_port}"

    @property
    def chroma_host(self) -> str:
        """The address that `make run` chose for its Chroma."""
        return kept(self.data_dir / CHROMA_ADDRESS) or "127.0.0.1"

    @property
    def files_dir(self) -> Path:
        """Where uploaded knowledge is kept, under random names."""
        return self.data_dir / "files"

    @property
    def media_dir(self) -> Path:
        """Where files that customers sent are kept, under random names."""
        return self.data_dir / "media"

    @property
    def twilio_address(self) -> str:
        """The number customers write to, as Twilio spells it."""
        return f"whatsapp:{self.twilio_whatsapp_number}"

    @property
    def limits(self) -> Limits:
        """What customers may use."""
        return Limits(
            self.messages_a_minute,
            self.messages_burst,
            self.turns_a_day,
            self.cost_cap_customer,
            self.cost_cap_day,
            self.unpriced_dollars,
        )

    @property
    def model_in_force(self) -> str:
        """The model of agents that name none."""
        if self.chat_model:
            return self.chat_model
        if self.openai_api_key:
            return "openai:gpt-4.1-mini"
        if self.openrouter_api_key:
            return "openrouter:openai/gpt-4.1-mini"
        return "offline"

    @property
    def keys(self) -> tuple[str, ...]:
        """The API keys that open the HTTP API."""
        raw = self.api_keys.get_secret_value() if self.api_keys else ""
        return tuple(key.strip() for key in raw.split(",") if key.strip())


def sample() -> str:
    """Return the text of `.env.sample`."""
    lines = ["# Copy to .env and fill in what you have. Everything here may stay empty."]
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = "" if default is None else str(default)
        lines += ["", f"# {field.description}", f"{name.upper()}={shown}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(sample(), end="")
