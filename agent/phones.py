"""One phone, several spellings: which numbers are the same customer of WhatsApp.

WhatsApp's id of a phone is not always its number. Mexico's mobiles were dialled with a 1 after the
country's code until 2019, Brazil gave its mobiles a ninth digit, a 9 before the old eight, and
Argentina's have a 9 before the area from abroad and a 15 behind it at home; providers hand over
either spelling, of one customer both. Sources: WhatsApp Help Center, "About international phone
number format" (https://faq.whatsapp.com/1294841057948784); Meta, "Cloud API: Phone numbers", which
says of Brazil and Mexico that the added prefix may change
(https://developers.facebook.com/docs/whatsapp/cloud-api/phone-numbers); Anatel's resolution 553 of
2010 for the ninth digit. A number of another country is what it is.

What is written to stays as the provider spelled it: only who somebody is goes by this.
"""

import re

_PHONE = re.compile(r"(?:whatsapp:)?\+?(\d{8,15})")
# What a number looks like, and the one spelling that stands for it. Old numbers of Brazil's mobiles
# begin with 6 to 9; what begins with less is a line in a house.
_RULES = (
    (re.compile(r"521(\d{10})"), r"52\1"),
    (re.compile(r"55([1-9]{2})([6-9]\d{7})"), r"55\g<1>9\2"),
    (re.compile(r"549(\d{10})"), r"54\1"),
    (re.compile(r"54(?=\d{12}$)(11|[23]\d{2,3}?)15(\d+)"), r"54\1\2"),
)


def identity(address: str) -> str:
    """Return what stands for whoever has *address*, in any spelling; no phone stays as it is."""
    found = _PHONE.fullmatch(address)
    if found is None:
        return address
    for pattern, spelling in _RULES:
        if match := pattern.fullmatch(found[1]):
            return match.expand(spelling)
    return found[1]
