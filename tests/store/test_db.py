"""The database behaves the same on both kinds."""

import threading

import psycopg
import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from store.db.database import Database
from store.tables import audit


def _entry(person: str) -> dict[str, object]:
    return {"at": 0.0, "person": person, "action": "tested", "subject": "", "detail": ""}


def test_what_is_written_is_read(database: Database) -> None:
    with database.write() as tx:
        tx.execute(insert(audit).values(_entry("ana")))
    with database.read() as tx:
        assert tx.scalar(select(audit.c.person)) == "ana"


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with database.write() as tx:
            tx.execute(insert(audit).values(_entry("ana")))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(audit)) == 0


def _people(database: Database) -> list[str]:
    with database.read() as tx:
        return list(tx.scalars(select(audit.c.person).order_by(audit.c.id)))


def test_a_write_inside_a_write_is_kept_or_undone_with_it(database: Database) -> None:
    def write_twice_and_fail() -> None:
        with database.write() as tx:
            tx.execute(insert(audit).values(_entry("outer")))
            with database.write() as inner:
                inner.execute(insert(audit).values(_entry("inner")))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_twice_and_fail()
    assert _people(database) == []


def test_what_fails_inside_is_undone_alone_when_the_outer_goes_on(database: Database) -> None:
    def fail_inside() -> None:
        with database.write() as inner:
            inner.execute(insert(audit).values(_entry("inner")))
            inner.execute(text("SELECT * FROM nowhere"))

    with database.write() as tx:
        tx.execute(insert(audit).values(_entry("outer")))
        with pytest.raises(SQLAlchemyError):
            fail_inside()
        tx.execute(insert(audit).values(_entry("after")))
    assert _people(database) == ["outer", "after"]


def test_a_read_inside_a_write_sees_it_and_others_do_not(database: Database) -> None:
    seen: list[list[str]] = []
    with database.write() as tx:
        tx.execute(insert(audit).values(_entry("ana")))
        other = threading.Thread(target=lambda: seen.append(_people(database)))
        other.start()
        other.join()
        seen.append(_people(database))
    assert seen == [[], ["ana"]]


def test_what_is_due_on_commit_is_called_once_all_of_it_is_kept(database: Database) -> None:
    called: list[str] = []
    with database.write():
        with database.write():
            database.on_commit(lambda: called.append("inner"))
        assert called == []
    database.on_commit(lambda: called.append("at once"))
    assert called == ["inner", "at once"]


def test_what_was_undone_calls_nothing(database: Database) -> None:
    called: list[str] = []

    def fail() -> None:
        with database.write():
            database.on_commit(lambda: called.append("undone"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.write():
        database.on_commit(lambda: called.append("kept"))
        with pytest.raises(ZeroDivisionError):
            fail()
    assert called == ["kept"]


def test_what_no_rollback_takes_back_is_undone_by_what_was_noted_for_it(database: Database) -> None:
    called: list[str] = []

    def fail(what: str) -> None:
        with database.write():
            with database.write():
                database.on_undo(lambda: called.append(what))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail("whole")
    with database.write():
        database.on_undo(lambda: called.append("kept"))
        with pytest.raises(ZeroDivisionError):
            fail("part")
    database.on_undo(lambda: called.append("none is open"))
    assert called == ["whole", "part"]


def test_many_threads_write_at_once(database: Database) -> None:
    def write(number: int) -> None:
        with database.write() as tx:
            tx.execute(insert(audit).values(_entry(str(number))))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(audit)) == 24


def test_a_connection_that_the_server_closed_is_replaced_before_it_is_used(
    database: Database,
) -> None:
    with database.read() as tx:
        tx.execute(text("SELECT 1"))
    if not database.is_sqlite:
        others = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE pid <> "
        with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute(others + "pg_backend_pid() AND datname = current_database()")
    with database.write() as tx:
        assert tx.scalar(text("SELECT 1")) == 1


def test_an_error_of_the_database_does_not_repeat_what_was_written(database: Database) -> None:
    with pytest.raises(SQLAlchemyError) as caught, database.write() as tx:
        tx.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": "soy la clienta"})
    assert "clienta" not in str(caught.value)


def test_postgresql_undoes_what_a_frozen_process_has_begun(postgres_server: str) -> None:
    database = Database(postgres_server)
    with pytest.raises(ZeroDivisionError), database.write():
        _ = 1 / 0  # a rollback must not take the setting along
    with database.read() as tx:
        assert tx.scalar(text("SHOW idle_in_transaction_session_timeout")) == "5s"
    database.close()
