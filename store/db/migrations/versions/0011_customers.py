"""Customers are found by who they are, however a provider spells their phone

The rules are those of `agent.phones` on the day this landed. Of contacts that are one customer the
one written to last goes on, the others keep their conversations and are called former; no rows of
conversations are moved, since turns name ranges of a conversation's messages. Whoever asked for
silence in one spelling is silent in all.
"""

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

PHONES = ("twilio", "meta")
PHONE = re.compile(r"(?:whatsapp:)?\+?(\d{8,15})")
RULES = (
    (re.compile(r"521(\d{10})"), r"52\1"),
    (re.compile(r"55([1-9]{2})([6-9]\d{7})"), r"55\g<1>9\2"),
    (re.compile(r"549(\d{10})"), r"54\1"),
    (re.compile(r"54(?=\d{12}$)(11|[23]\d{2,3}?)15(\d+)"), r"54\1\2"),
)
contacts = sa.table(
    "contacts",
    *(sa.column(name) for name in ("id", "channel", "address", "alias", "opted_out_at")),
    *(sa.column(name) for name in ("identity", "customer")),
)
conversations = sa.table(
    "conversations",
    *(sa.column(name) for name in ("contact_id", "last_message_at", "id")),
    sa.column("facts", sa.JSON()),
)


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("contacts") as batch:
        batch.add_column(sa.Column("identity", sa.String(200), nullable=True))
        batch.add_column(sa.Column("customer", sa.String(200), nullable=True))
    fill(op.get_bind())
    with op.batch_alter_table("contacts") as batch:
        batch.alter_column("identity", existing_type=sa.String(200), nullable=False)
        batch.alter_column("customer", existing_type=sa.String(200), nullable=False)
        batch.drop_constraint("uq_contacts_channel_address", type_="unique")
        batch.create_unique_constraint("uq_contacts_channel_identity", ["channel", "identity"])
        batch.create_index("ix_contacts_address", ["channel", "address"])
        batch.create_index("ix_contacts_customer", ["channel", "customer"])


def fill(bind: sa.Connection) -> None:
    """Say of every contact who it is; silence is the customer's, not an address's."""
    change = sa.update(contacts).where(contacts.c.id == sa.bindparam("contact"))
    values: dict[str, Any] = {
        name: sa.bindparam(name) for name in ("alias", "identity", "customer")
    }
    rows = list(filled(bind))
    if rows:
        bind.execute(change.values(**values, opted_out_at=sa.bindparam("silent")), rows)


def filled(bind: sa.Connection) -> Iterator[dict[str, Any]]:
    """Yield what each contact becomes, those written to last first."""
    known = bind.execute(newest_first()).all()
    facts = dict(bind.execute(sa.select(conversations.c.contact_id, conversations.c.facts)).all())
    told = [(row, *who(row, facts.get(row.id) or {})) for row in known]
    silent: dict[tuple[str, str], float] = {}
    for row, _, customer in told:
        if row.opted_out_at is not None:
            one = (row.channel, customer)
            silent[one] = max(row.opted_out_at, silent.get(one, 0.0))
    taken: set[tuple[str, str]] = set()
    for row, identity, customer in told:
        is_former = (row.channel, identity) in taken
        taken.add((row.channel, identity))
        yield {
            "contact": row.id,
            "alias": alias(row),
            "identity": f"former:{row.id}" if is_former else identity,
            "customer": customer,
            "silent": silent.get((row.channel, customer)),
        }


def newest_first() -> sa.Select[Any]:
    """Every contact, with the time of the last message of theirs."""
    last = (
        sa.select(
            conversations.c.contact_id, sa.func.max(conversations.c.last_message_at).label("at")
        )
        .group_by(conversations.c.contact_id)
        .subquery()
    )
    names = ("id", "channel", "address", "alias", "opted_out_at")
    return (
        sa.select(*(contacts.c[name] for name in names))
        .outerjoin(last, last.c.contact_id == contacts.c.id)
        .order_by(sa.func.coalesce(last.c.at, 0).desc(), contacts.c.id.desc())
    )


def who(row: Any, facts: dict[str, Any]) -> tuple[str, str]:
    """Return what finds a contact, and the customer it is."""
    if row.channel not in PHONES:
        phone = str(facts.get("phone") or "")[:200] if isinstance(facts, dict) else ""
        return row.address, one_spelling(phone) or row.address
    number = row.alias if hides(row) else row.address
    return one_spelling(number), one_spelling(number)


def hides(row: Any) -> bool:
    """Whether the number is hidden today, and known from before."""
    return bool(PHONE.fullmatch(row.alias)) and not PHONE.fullmatch(row.address)


def alias(row: Any) -> str:
    """The other address is the provider's own id from now on, never the number."""
    return str(row.address if row.channel in PHONES and hides(row) else row.alias)


def one_spelling(address: str) -> str:
    """Return what stands for a phone in every spelling."""
    found = PHONE.fullmatch(address)
    if found is None:
        return address
    for pattern, spelling in RULES:
        if match := pattern.fullmatch(found[1]):
            return match.expand(spelling)
    return found[1]
