"""What a message points to, as each provider tells it: a quoted message, a product, an ad."""

import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from agent.answer import AboutKind
from channels.chatwoot.receive import of_message
from channels.meta.receive import events
from channels.twilio.receive import message as of_form
from store.conversations.inbox import Inbound
from tests.standins.meta import NUMBER, about_us

CASES = Path(__file__).parents[1] / "cases"
CUSTOMER, BUSINESS = "5215500000001", "15550001111"
FORM = {
    "MessageSid": "SM1",
    "From": f"whatsapp:+{CUSTOMER}",
    "To": "whatsapp:+14155238886",
    "Body": "¿y este?",
}
CONVERSATION = {"id": 7, "inbox_id": 5, "status": "pending"}
AD = {"headline": "Frenos -20 %", "body": "Solo en marzo", "source_url": "https://fb.me/1"}
AD_TOLD = {
    "kind": AboutKind.AD,
    "text": "Frenos -20 %\nSolo en marzo",
    "url": "https://fb.me/1",
}


def case(name: str) -> Any:
    return json.loads((CASES / name).read_text(encoding="utf-8"))


def meta(*messages: dict[str, Any]) -> list[Inbound]:
    usual = {"from": CUSTOMER, "timestamp": "1764500000"}
    sent = [{**usual, **one} for one in messages]
    found = events(about_us({"messages": sent}), frozenset({NUMBER}))
    return [one for one in found if isinstance(one, Inbound)]


def said(**more: Any) -> dict[str, Any]:
    return {"id": "wamid.1", "type": "text", "text": {"body": "¿y este?"}, **more}


def twilio(**more: str) -> Inbound:
    found = of_form(MultiDict({**FORM, **more}))
    assert found is not None
    return found


def chatwoot(attributes: dict[str, Any], **more: Any) -> list[Any]:
    message = {"id": 9, "content": "¿y este?", "message_type": "incoming", **more}
    return list(of_message({**message, "content_attributes": attributes}, CONVERSATION))


def test_a_quoted_message_of_each_provider_is_named_by_its_id() -> None:
    [of_meta] = meta(case("quoted-reply/meta_context.json"))
    of_twilio = twilio(**case("quoted-reply/twilio.json"))
    sent = {**case("quoted-reply/chatwoot.json"), "id": 9}
    [of_chatwoot] = of_message(sent, CONVERSATION)
    assert isinstance(of_chatwoot, Inbound)
    assert [one.about for one in (of_meta, of_twilio, of_chatwoot)] == [
        ({"kind": "message", "id": "wamid.OF-OUR-REPLY"},),
        ({"kind": "message", "id": "SM-OF-OUR-REPLY"},),
        ({"kind": "message", "id": "123"},),
    ]


def test_a_product_is_named_by_the_shops_own_number() -> None:
    [found] = meta(case("quoted-reply/meta_product.json"))
    assert found.about == ({"kind": "product", "text": "LLANTA-R15"},)


def test_an_ad_is_its_headline_its_words_and_its_address_in_all_three() -> None:
    [of_meta] = meta(said(referral={**AD, "source_type": "ad"}))
    of_twilio = twilio(
        ReferralHeadline=AD["headline"],
        ReferralBody=AD["body"],
        ReferralSourceUrl=AD["source_url"],
        ReferralNumMedia="0",
    )
    [of_chatwoot] = chatwoot({"referral": AD})
    assert [one.about for one in (of_meta, of_twilio, of_chatwoot)] == [(AD_TOLD,)] * 3


@pytest.mark.parametrize(
    "tap",
    [
        {
            "type": "interactive",
            "interactive": {"type": "list_reply", "list_reply": {"title": "A"}},
        },
        {"type": "button", "button": {"text": "A"}},
    ],
)
def test_a_tap_names_the_message_that_offered_it(tap: dict[str, Any]) -> None:
    [found] = meta({"id": "wamid.2", "context": {"id": "wamid.OUT"}, **tap})
    assert found.about == ({"kind": "choice", "id": "wamid.OUT"},)
    assert twilio(ButtonPayload="a", OriginalRepliedMessageSid="SM9").about == (
        {"kind": "choice", "id": "SM9"},
    )


def test_a_quote_whose_message_twilio_does_not_name_is_a_quote_all_the_same() -> None:
    found = twilio(OriginalRepliedMessageSender="whatsapp:+14155238886")
    assert found.about == ({"kind": "message", "id": ""},)


NOTHING: list[dict[str, Any]] = [
    {},
    {"context": {"forwarded": True}},
    {"context": {"id": ""}},
    {"context": {"id": "x" * 201}},
    {"context": [1]},
    {"context": {"id": 5}},
    {"context": {"referred_product": "no"}},
    {"referral": {"source_id": "1", "ctwa_clid": "x"}},
    {"referral": "ad"},
]


@pytest.mark.parametrize("more", NOTHING)
def test_what_points_to_nothing_leaves_nothing(more: dict[str, Any]) -> None:
    [found] = meta(said(**more))
    assert (found.text, found.about) == ("¿y este?", ())


@pytest.mark.parametrize(
    ("attributes", "about"),
    [
        ({"in_reply_to": 5, "in_reply_to_external_id": "wamid.X"}, [("message", "5")]),
        ({"in_reply_to": None, "in_reply_to_external_id": "wamid.X"}, [("message", "wamid.X")]),
        ({"in_reply_to": "77"}, [("message", "77")]),
        ({"in_reply_to": None, "in_reply_to_external_id": None}, []),
        ({"in_reply_to": True}, []),
        ({"in_reply_to_external_id": ["x"]}, []),
        ({"referral": []}, []),
    ],
)
def test_chatwoot_has_two_ids_for_a_message(
    attributes: dict[str, Any], about: list[tuple[str, str]]
) -> None:
    [found] = chatwoot(attributes)
    assert [(one["kind"], one["id"]) for one in found.about] == about


def test_what_chatwoot_could_not_take_over_is_answered_like_metas() -> None:
    sent = case("chatwoot-unsupported/message.json")
    [found] = of_message(sent, sent["conversation"])
    [of_meta] = meta({"id": "wamid.3", "type": "unsupported"})
    assert isinstance(found, Inbound)
    assert found.text == of_meta.text == "[mensaje no compatible: desconocido]"


@pytest.mark.parametrize("content", [None, "", "  "])
@pytest.mark.parametrize("mark", [True, "true"])
def test_unsupported_without_words_is_a_message(content: str | None, mark: object) -> None:
    [found] = chatwoot({"is_unsupported": mark}, content=content)
    assert found.text == "[mensaje no compatible: desconocido]"


@pytest.mark.parametrize(
    "more",
    [
        {"content": "Este mensaje no se admite."},
        {
            "content": None,
            "attachments": [{"file_type": "image", "data_url": "https://c.example/a.jpg"}],
        },
    ],
)
def test_unsupported_with_something_to_read_is_what_it_is(more: dict[str, Any]) -> None:
    [found] = chatwoot({"is_unsupported": True}, **more)
    assert found.text == (more["content"] or "")
    assert len(found.media) == len(more.get("attachments", ()))


@pytest.mark.parametrize("mark", [False, None, "no", 0])
def test_without_the_mark_an_empty_message_is_nothing(mark: object) -> None:
    assert chatwoot({"is_unsupported": mark}, content=None) == []


def test_an_edit_names_its_original_and_has_an_id_of_its_own() -> None:
    first, second = meta(
        *({"timestamp": "1", **one} for one in case("edited-message/messages.json"))
    )
    assert (first.text, first.corrects) == ("quiero 2", "")
    assert (second.text, second.corrects) == ("quiero 3", "wamid.A")
    assert second.provider_message_id not in ("", "wamid.A")


def test_an_edit_is_the_same_message_each_time_it_comes() -> None:
    edit = {"type": "edit", "edit": {"original_message_id": "wamid.A", "message": said()}}
    names = {meta({"id": own, **edit})[0].provider_message_id for own in ("", "wamid.A")}
    assert len(names) == 1
    assert meta({"id": "wamid.E", **edit})[0].provider_message_id == "wamid.E"


def test_what_is_taken_back_names_its_original_and_says_nothing() -> None:
    sent = {"id": "wamid.R", "type": "revoke", "revoke": {"original_message_id": "wamid.A"}}
    [found] = meta(sent)
    assert (found.text, found.corrects, found.withdrawn) == ("", "wamid.A", True)
