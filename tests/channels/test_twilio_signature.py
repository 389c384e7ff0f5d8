import pytest
from werkzeug.datastructures import Headers, MultiDict

from channels.errors import BadSignature
from channels.twilio.receive import SETTINGS, SIGNATURE, verify
from tests.bot.conftest import TOKEN, payload, signature

URL = "https://bot.example.com/webhooks/twilio"
SHA1 = "msquRc+PFEaMExOd1WU9yQ05LFI="
SHA256 = "FFWkOrdjLjgEoAPXwj2useVomooRlmcvcJnbRcL/jqY="


def check(form: dict[str, str], given: str, url: str = URL, **headers: str) -> None:
    verify(TOKEN, url, MultiDict(form), Headers({SIGNATURE: given, **headers}))


def test_the_published_sample_is_genuine() -> None:
    check(payload("text"), SHA1)


def test_a_shared_key_signs_with_sha256() -> None:
    check(payload("text"), SHA256, **{SETTINGS: "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"})


@pytest.mark.parametrize(
    "settings", ["", "algorithm=HMAC_SHA1", "key=k,algorithm=HMAC_MD5", "algorithm=none"]
)
def test_a_sha256_signature_needs_its_own_header(settings: str) -> None:
    with pytest.raises(BadSignature):
        check(payload("text"), SHA256, **{SETTINGS: settings})


def test_twilios_own_vector_is_genuine() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
        "Caller": "+14158675309",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    verify("12345", url, MultiDict(form), Headers({SIGNATURE: "RSOYDt4T1cUTdK1PDd93/VVr8B8="}))


def test_a_missing_signature_is_refused() -> None:
    with pytest.raises(BadSignature):
        verify(TOKEN, URL, MultiDict(payload("text")), Headers())


def test_without_a_token_nothing_is_genuine() -> None:
    form = payload("text")
    with pytest.raises(BadSignature):
        verify("", URL, MultiDict(form), Headers({SIGNATURE: signature(URL, form, token="")}))


@pytest.mark.parametrize("url", [f"{URL}/", f"{URL}?a=1", "http://bot.example.com/webhooks/twilio"])
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(BadSignature):
        check(payload("text"), SHA1, url=url)


def test_a_boundary_moved_between_address_and_field_is_refused() -> None:
    """The signed text has no delimiters: `out_id=42` and a field could be cut elsewhere."""
    form = {"AccountSid": "AC1", "MessageSid": "SM1", "MessageStatus": "sent"}
    genuine = signature(f"{URL}/status?out_id=42", form)
    moved = {"2AccountSid": "AC1", "MessageSid": "SM1", "MessageStatus": "sent"}
    with pytest.raises(BadSignature):
        check(moved, genuine, url=f"{URL}/status?out_id=4")


def test_a_host_that_is_no_host_is_refused() -> None:
    with pytest.raises(BadSignature):
        check(payload("text"), SHA1, url="http://host:port/webhooks/twilio")
