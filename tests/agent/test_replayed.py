"""Then and now are laid beside each other."""

from agent.hands import MOMENT, Hand, Proof, Word, worked_out
from agent.replayed import Reply, stretches
from agent.tried_words import Hit, TriedWords, hit

ASKED = [(1, "hola"), (2, "¿precio?"), (3, "gracias")]


def reply(*messages: int, text: str = "a", outcome: str = "answered", handoff: str = "") -> Reply:
    return Reply(messages, text, outcome, handoff)


def test_the_same_is_no_change() -> None:
    both = [reply(1, 2), reply(3)]
    found = stretches(ASKED, both, both)
    assert [(one.asked, one.changes) for one in found] == [
        (["hola", "¿precio?"], []),
        (["gracias"], []),
    ]


def test_each_change_has_its_name() -> None:
    [text] = stretches(ASKED[:1], [reply(1)], [reply(1, text="b")])
    [handed] = stretches(ASKED[:1], [reply(1)], [reply(1, outcome="handoff", handoff="asked")])
    assert text.changes == ["text"]
    assert handed.changes == ["outcome", "handoff"]


def test_bursts_that_are_cut_otherwise_are_one_stretch() -> None:
    one, rest = stretches(ASKED, [reply(1, 2), reply(3)], [reply(1), reply(2), reply(3)])
    assert one.asked == ["hola", "¿precio?"]
    assert "bursts" in one.changes
    assert rest.changes == []


def test_what_only_one_side_answered_is_a_change() -> None:
    [only] = stretches(ASKED, [], [reply(3)])
    assert (only.asked, len(only.then)) == (["gracias"], 0)
    assert only.changes == ["text", "outcome", "bursts"]


def test_a_turn_that_spoke_proves_that_the_bot_had_the_word() -> None:
    taken = Hand(10.0, Word.PERSON, "ana")
    assert worked_out([taken], [Proof(20.0, 22.0, Word.BOT)]) == [
        taken,
        Hand(20.0 - MOMENT, Word.BOT),
    ]
    waited = Proof(5.0, 22.0, Word.BOT)  # it was written before, and answered after
    assert worked_out([taken], [waited]) == [taken, Hand(22.0, Word.BOT)]


def test_a_turn_that_handed_over_needs_no_change_of_hands() -> None:
    proofs = [Proof(1.0, 2.0, Word.BOT, hands_over=True), Proof(3.0, 4.0, Word.PERSON)]
    assert worked_out([], proofs) == []


def test_words_are_tried_as_they_count_at_run_time() -> None:
    words = TriedWords(("persona",), ("abogado",), ("descuento",))
    assert hit(words, ["una PERSONA, por favor"], "") == Hit("handed_over", "persona")
    assert hit(words, ["¿tiene abogado?"], "con descuento") == Hit("handed_over", "abogado")
    assert hit(words, ["¿precio?"], "Con descuento: 5") == Hit("stopped", "descuento")
    assert hit(words, ["personas"], "descuentos") is None
