"""The installation's secret is made once, read by nobody else, and never lost sight of."""

import multiprocessing
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select

from actions.queues import SilentWakeUp
from actions.services import open_services
from agent.errors import Invalid
from agent.keys import kept_secret, secret_keys
from agent.settings import Settings
from store.conversations.inbox import Inbound
from store.erasure import grave
from store.tables import tombstones


def house(folder: Path, key: str = "") -> Settings:
    return Settings(_env_file=None, data_dir=folder, secret_key=SecretStr(key))


def test_an_installation_without_a_key_makes_one_and_keeps_it(tmp_path: Path) -> None:
    made = secret_keys(house(tmp_path / "new" / "data"))
    assert len(made[0]) == 64
    assert secret_keys(house(tmp_path / "new" / "data")) == made
    [kept] = (tmp_path / "new" / "data").iterdir()
    assert (kept.name, kept.stat().st_mode & 0o777) == ("secret-key", 0o600)
    assert secret_keys(house(tmp_path / "other"))[0] != made[0]


@pytest.mark.parametrize("blank", ["", "   "])
def test_a_blank_key_is_none(tmp_path: Path, blank: str) -> None:
    assert len(secret_keys(house(tmp_path, blank))[0]) == 64


def test_the_key_of_the_environment_wins_and_makes_no_file(tmp_path: Path) -> None:
    assert secret_keys(house(tmp_path, "given")) == ("given", "")
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_was_made_is_remembered_beside_one_that_is_given_later(tmp_path: Path) -> None:
    [made, _] = secret_keys(house(tmp_path))
    assert secret_keys(house(tmp_path, "given")) == ("given", made, "")


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(kept_secret, [tmp_path / "secret-key"] * 16))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_a_key_file_that_cannot_be_used_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "secret-key"
    for content in (b"", b"\n", b"\xff\xfe\x00"):
        path.write_bytes(content)
        with pytest.raises(Invalid, match="secret-key"):
            secret_keys(house(tmp_path))
    path.unlink()
    path.mkdir()
    with pytest.raises(Invalid, match="secret-key"):
        secret_keys(house(tmp_path))


@pytest.mark.parametrize("then", ["", "a key that was given", "the one that was made"])
@pytest.mark.parametrize("now", ["", "given now"])
def test_who_was_erased_under_a_former_key_stays_erased(
    settings: Settings, then: str, now: str
) -> None:
    if then == "the one that was made":
        then = secret_keys(settings)[0]
    elif then:
        now = then  # only the environment remembers such a one
    chosen = settings.model_copy(update={"secret_key": SecretStr(now)})
    services = open_services(chosen, SilentWakeUp())
    with services.database.write() as tx:
        tx.execute(insert(tombstones).values(hash=grave(then, "twilio", "SM1"), erased_at=1.0))
    [again] = services.store.inbox.accept([Inbound("twilio", "SM1", "us", "her", "hola")])
    [other] = services.store.inbox.accept([Inbound("twilio", "SM2", "us", "him", "hola")])
    services.database.close()
    assert (again.is_new, other.is_new) == (False, True)


def test_what_stays_of_an_erased_message_is_keyed_without_a_key_being_given(
    settings: Settings,
) -> None:
    services = open_services(settings, SilentWakeUp())
    message = Inbound("twilio", "SM1", "us", "her", "hola")
    [accepted] = services.store.inbox.accept([message])
    services.store.erasure.customer(accepted.conversation_id)
    with services.database.read() as tx:
        stayed = tx.scalars(select(tombstones.c.hash)).all()
    [again] = services.store.inbox.accept([message])
    services.database.close()
    assert stayed == [grave(secret_keys(settings)[0], "twilio", "SM1")]
    assert stayed != [grave("", "twilio", "SM1")]
    assert not again.is_new
