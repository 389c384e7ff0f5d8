"""`.env.sample` says what the settings are."""

from pathlib import Path

from agent.settings import Settings, sample

ROOT = Path(__file__).parent.parent


def test_the_sample_is_rendered_from_the_settings() -> None:
    assert (ROOT / ".env.sample").read_text() == sample()


def test_the_sample_reads_back_as_the_defaults() -> None:
    from_sample = Settings(_env_file=ROOT / ".env.sample")
    assert from_sample == Settings(_env_file=None)


def test_secrets_never_show() -> None:
    settings = Settings(_env_file=None, openai_api_key="sk-canary-1234567890")
    assert "canary" not in repr(settings)
