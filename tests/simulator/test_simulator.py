"""The simulator against the real bot, both served on loopback."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

from bot import chat
from channels.twilio.receive import verify
from simulator import Faults, create_simulator
from simulator.ledger import Message
from tests.standins.server import serve

SID, TOKEN, NUMBER = "AC00000000000000000000000000000001", "secret", "whatsapp:+14155238886"
CUSTOMER = "%2B5215512345678"
SEND = f"/2010-04-01/Accounts/{SID}/Messages.json"
AUTH = (SID, TOKEN)
AT_HOME = "what make token prints"


class Bot:
    """A bot that verifies what it is sent, remembers it, and can answer at once."""

    def __init__(self, public: str = "") -> None:
        self.public = public
        self.seen: list[dict[str, str]] = []
        self.status = 200
        self.reply: Any = lambda form: None
        self.app = Flask("bot")
        self.app.add_url_rule("/<path:path>", view_func=self.take, methods=["POST"])

    def take(self, path: str) -> tuple[str, int]:
        base = request.host_url.rstrip("/")
        url = request.url.replace(base, self.public or base)
        verify(TOKEN, url, request.form, Headers(request.headers))
        self.seen.append({**request.form, **request.args})
        self.reply(request.form)
        return "", self.status


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
def simulator(bot: Bot) -> Iterator[Flask]:
    with serve(bot.app) as url:
        webhook = f"{url}/webhooks/twilio"
        yield create_simulator(SID, TOKEN, webhook, NUMBER, Faults(), token=AT_HOME)


@pytest.fixture
def client(simulator: Flask) -> FlaskClient:
    return at_home(simulator)


def at_home(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {AT_HOME}"
    return client


def reply(client: FlaskClient, text: str, **more: str) -> Any:
    form = {"From": NUMBER, "To": "whatsapp:+5215512345678", "Body": text, **more}
    return client.post(SEND, data=form, auth=AUTH)


def test_a_customers_message_is_a_signed_webhook_with_every_field(
    client: FlaskClient, bot: Bot
) -> None:
    answer = client.post(f"/customers/{CUSTOMER}/messages", json={"text": "¿Abren hoy?"})
    assert answer.status_code == 201
    [seen] = bot.seen
    assert seen["Body"] == "¿Abren hoy?"
    assert (seen["From"], seen["To"]) == ("whatsapp:+5215512345678", NUMBER)
    assert seen["MessageSid"] == answer.json["sid"]
    assert {"ProfileName", "WaId", "SmsStatus", "ChannelMetadata", "ExternalUserId"} <= set(seen)


def test_it_signs_for_the_public_address_and_posts_to_the_local_one() -> None:
    public = Bot(public="https://bot.example.com")
    with serve(public.app) as url:
        webhook, known = f"{url}/webhooks/twilio", "https://bot.example.com"
        app = create_simulator(SID, TOKEN, webhook, NUMBER, public_base_url=known, token=AT_HOME)
        answer = at_home(app).post(f"/customers/{CUSTOMER}/messages", json={"text": "hola"})
    assert answer.status_code == 201


def test_a_file_arrives_as_media(client: FlaskClient, bot: Bot) -> None:
    media = [{"url": "https://example.com/a.ogg", "media_type": "audio/ogg"}]
    client.post(f"/customers/{CUSTOMER}/messages", json={"media": media})
    [seen] = bot.seen
    assert (seen["NumMedia"], seen["MediaUrl0"]) == ("1", "https://example.com/a.ogg")
    assert seen["MessageSid"].startswith("MM")


def test_an_uploaded_file_is_fetched_by_its_account_only(client: FlaskClient, bot: Bot) -> None:
    form = {"file": (io.BytesIO(b"%PDF-1.4"), "factura.pdf")}
    sent = client.post(f"/customers/{CUSTOMER}/files", data=form).json
    client.post(f"/customers/{CUSTOMER}/messages", json={"media": [sent]})
    [seen] = bot.seen
    assert (seen["MessageType"], seen["MediaContentType0"]) == ("document", "application/pdf")
    assert client.get(seen["MediaUrl0"], auth=AUTH).data == b"%PDF-1.4"
    assert client.get(seen["MediaUrl0"]).status_code == 401
    assert client.get(seen["MediaUrl0"] + "0", auth=AUTH).status_code == 404


def test_an_empty_file_is_refused(client: FlaskClient) -> None:
    form = {"file": (io.BytesIO(b""), "nada.pdf")}
    assert client.post(f"/customers/{CUSTOMER}/files", data=form).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"text": ""},
        {"text": "x" * 1601},
        {"text": 5},
        {"media": "x"},
        {"media": [{"url": "x"}]},
        [1],
    ],
)
def test_an_empty_message_is_refused(client: FlaskClient, bot: Bot, body: object) -> None:
    assert client.post(f"/customers/{CUSTOMER}/messages", json=body).status_code == 422
    assert bot.seen == []


def test_a_bot_that_refuses_is_told_to_the_customer(client: FlaskClient, bot: Bot) -> None:
    bot.status = 503
    answer = client.post(f"/customers/{CUSTOMER}/messages", json={"text": "hola"})
    assert (answer.status_code, answer.json["bot_status"]) == (502, 503)


def test_the_thread_shows_both_ways_and_can_be_followed(client: FlaskClient) -> None:
    first = client.post(f"/customers/{CUSTOMER}/messages", json={"text": "hola"}).json["number"]
    reply(client, "Buenas")
    thread = client.get(f"/customers/{CUSTOMER}/messages").json["messages"]
    assert [(one["direction"], one["text"]) for one in thread] == [
        ("inbound", "hola"),
        ("outbound", "Buenas"),
    ]
    later = client.get(f"/customers/{CUSTOMER}/messages?after={first}").json["messages"]
    assert [one["text"] for one in later] == ["Buenas"]


def test_a_thread_can_be_forgotten(client: FlaskClient) -> None:
    client.post(f"/customers/{CUSTOMER}/messages", json={"text": "hola"})
    assert client.delete(f"/customers/{CUSTOMER}/messages").status_code == 204
    assert client.get(f"/customers/{CUSTOMER}/messages").json["messages"] == []


def test_a_send_answers_as_twilio_does(client: FlaskClient) -> None:
    answer = reply(client, "Buenas")
    assert answer.status_code == 201
    assert answer.json["sid"].startswith("SM")
    assert (answer.json["status"], answer.json["date_sent"]) == ("queued", None)
    assert answer.json["date_created"].endswith("+0000")
    assert answer.json["direction"] == "outbound-api"


def test_status_callbacks_are_signed_and_in_order(
    client: FlaskClient, simulator: Flask, bot: Bot
) -> None:
    base = simulator.extensions["postman"]._local
    reply(client, "Buenas", StatusCallback=f"{base}/webhooks/twilio/status?out_id=42")
    simulator.extensions["postman"].settle()
    assert [(one["MessageStatus"], one["out_id"]) for one in bot.seen] == [
        ("sent", "42"),
        ("delivered", "42"),
    ]


def test_callbacks_go_to_nobody_but_the_bot(client: FlaskClient, simulator: Flask) -> None:
    assert simulator.extensions["postman"].post("http://127.0.0.1:1/x", {"a": "b"}) == 0
    assert simulator.extensions["postman"].post("https://example.com/x", {"a": "b"}) == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21619),
        ({"To": "+5215"}, 21211),
        ({"To": NUMBER}, 63031),
        ({"From": "whatsapp:+1"}, 63007),
        ({"Body": "x" * 1601}, 21617),
        ({"StatusCallback": "http://a_b.example/x"}, 21609),
    ],
)
def test_it_is_as_strict_as_twilio(client: FlaskClient, change: dict[str, str], code: int) -> None:
    answer = reply(client, "Buenas", **change)
    assert (answer.status_code, answer.json["code"]) == (400, code)


@pytest.mark.parametrize("auth", [None, (SID, "wrong"), ("AC2", TOKEN)])
def test_only_the_account_may_send(client: FlaskClient, auth: tuple[str, str] | None) -> None:
    assert client.post(SEND, data={"Body": "x"}, auth=auth).json["code"] == 20003


def test_another_account_is_not_there(client: FlaskClient) -> None:
    path = SEND.replace(SID, "AC2")
    assert client.post(path, data={"Body": "x"}, auth=AUTH).status_code == 404


def test_the_list_is_newest_first_in_pages(client: FlaskClient) -> None:
    for number in range(5):
        reply(client, f"n{number}")
    page = client.get(f"{SEND}?PageSize=3&From={NUMBER.replace('+', '%2B')}", auth=AUTH).json
    assert [one["body"] for one in page["messages"]] == ["n4", "n3", "n2"]
    rest = client.get(page["next_page_uri"], auth=AUTH).json
    assert [one["body"] for one in rest["messages"]] == ["n1", "n0"]
    assert rest["next_page_uri"] is None


def test_a_queued_message_has_no_day_to_be_filtered_by(
    client: FlaskClient, simulator: Flask
) -> None:
    ledger = simulator.extensions["ledger"]
    ledger.put(Message("SMq", NUMBER, "whatsapp:+1", "x", False, ledger.clock(), "queued"))
    assert client.get(f"{SEND}?DateSent>=2020-01-01", auth=AUTH).json["messages"] == []
    assert len(client.get(SEND, auth=AUTH).json["messages"]) == 1


def test_typing_is_for_a_message_that_is_there(client: FlaskClient) -> None:
    sid = client.post(f"/customers/{CUSTOMER}/messages", json={"text": "hola"}).json["sid"]
    typing = "/v2/Indicators/Typing.json"
    good = client.post(typing, data={"messageId": sid, "channel": "whatsapp"}, auth=AUTH)
    assert good.json == {"success": True}
    assert client.post(typing, data={"messageId": "SM0"}, auth=AUTH).status_code == 400


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {AT_HOME}"])
def test_a_customers_phone_is_for_who_is_at_home_on_this_machine(
    simulator: Flask, shown: str
) -> None:
    stranger, headers = simulator.test_client(), {"Authorization": shown}
    for path in (f"/customers/{CUSTOMER}/messages", f"/customers/{CUSTOMER}/files"):
        answer = stranger.post(path, json={"text": "x"}, headers=headers)
        assert answer.status_code == 401
        assert "make token" in answer.json["error"]


def test_a_simulator_without_a_token_keeps_its_phones_shut(bot: Bot) -> None:
    app = create_simulator(SID, TOKEN, "http://127.0.0.1:9/webhooks/twilio", NUMBER)
    for shown in ("Bearer", "Bearer ", "Bearer x"):
        headers = {"Authorization": shown}
        path = f"/customers/{CUSTOMER}/messages"
        assert app.test_client().get(path, headers=headers).status_code == 401


# --- make chat


def test_chat_sends_lines_and_shows_the_reply(simulator: Flask, bot: Bot) -> None:
    client, shown = at_home(simulator), list[str]()
    bot.reply = lambda form: reply(client, f"eco: {form['Body']}")
    with serve(simulator) as url:
        phone = chat.Phone(url, "+5215512345678", AT_HOME)
        assert chat.ask(phone, ["hola", "¿y el precio?"], shown.append)
    assert shown == ["eco: hola", "eco: ¿y el precio?"]


def test_chat_says_when_the_stack_is_not_running(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SIMULATOR_PORT", "1")
    monkeypatch.setenv("LANG", "es_MX.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setattr("sys.argv", ["chat"])
    monkeypatch.setattr("sys.stdin", io.StringIO("hola\n"))
    assert chat.main() == 1
    assert "make run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lang", "spoken"), [("es_MX.UTF-8", "es"), ("en_US.UTF-8", "en"), ("C", "es"), ("", "es")]
)
def test_chat_speaks_the_terminals_language(
    monkeypatch: pytest.MonkeyPatch, lang: str, spoken: str
) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", lang)
    assert chat.language() == spoken
    assert chat.TEXTS["es"].keys() == chat.TEXTS["en"].keys()
