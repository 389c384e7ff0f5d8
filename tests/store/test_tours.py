"""The tour a person is on."""

from store.db.database import Database
from store.people.people import People
from store.people.tours import Tour, Tours


def test_a_tour_is_remembered_for_each_person(database: Database) -> None:
    people, tours = People(database), Tours(database)
    for name in ("ana", "eva"):
        people.add(f"{name}@example.com", "editor", name)
    tours.keep("ana@example.com", Tour("agent").after("teach").after("describe"))
    again = tours.of("ana@example.com")
    assert (again.agent_id, again.done, again.next) == ("agent", ("describe", "teach"), "try")
    assert tours.of("eva@example.com") == Tour()
