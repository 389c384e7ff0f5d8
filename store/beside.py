"""A database beside the one in use, to be filled and checked before it takes its place.

On SQLite it is a file in another folder, and moving that file is the change. On PostgreSQL it is a
schema: `swap` changes both in one transaction.
"""

from sqlalchemy import Connection, make_url, text

from store.db.database import Database

BESIDE = "restoring_"  # begins the name of a schema that is being filled
# Everything but what belongs to an extension: pg_depend says so.
_MOVE = """DO $$ DECLARE one text; BEGIN
    FOR one IN
        SELECT 'ALTER TABLE ' || oid::regclass || ' SET SCHEMA {target}' FROM pg_class
        WHERE relnamespace = to_regnamespace('{source}') AND relkind IN ('r', 'p')
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
        UNION ALL
        SELECT 'ALTER ROUTINE ' || oid::regprocedure || ' SET SCHEMA {target}' FROM pg_proc
        WHERE pronamespace = to_regnamespace('{source}')
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    LOOP EXECUTE one; END LOOP;
END $$"""
_OTHERS = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND usename IS NOT NULL
    AND coalesce(backend_type, 'client backend') = 'client backend'"""


def url_of(url: str, schema: str) -> str:
    """The address of *schema* in the PostgreSQL at *url*."""
    place = make_url(url)
    given = place.query.get("options", "")
    options = f"{given if isinstance(given, str) else ' '.join(given)} -csearch_path={schema}"
    return place.update_query_dict({"options": options.strip()}).render_as_string(False)


def others(database: Database) -> int:
    """How many are connected to the PostgreSQL beside us."""
    with database.read() as tx:
        return int(tx.scalar(text(_OTHERS)) or 0)


def make(database: Database, schema: str) -> None:
    """Make an empty *schema*; those that a restore left half filled are dropped."""
    with database.write() as tx:
        for left in _schemas(tx, BESIDE):
            tx.exec_driver_sql(f'DROP SCHEMA "{left}" CASCADE')
        tx.exec_driver_sql(f'CREATE SCHEMA "{schema}"')


def swap(database: Database, schema: str, aside: str) -> None:
    """Put *schema* in place of what is there, which goes to *aside*. Does nothing a second time."""
    with database.write() as tx:
        if schema not in _schemas(tx, schema):
            return
        here = str(tx.scalar(text("SELECT quote_ident(current_schema())")))
        tx.exec_driver_sql(f'CREATE SCHEMA "{aside}"')
        tx.exec_driver_sql(_MOVE.format(source=here, target=aside))
        tx.exec_driver_sql(_MOVE.format(source=schema, target=here))
        tx.exec_driver_sql(f'DROP SCHEMA "{schema}"')


def holds(database: Database, schema: str) -> bool:
    """Whether anything is in *schema*; it is dropped if not."""
    count = text("SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace(:name)")
    with database.write() as tx:
        if tx.scalar(count, {"name": schema}):
            return True
        tx.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{schema}"')
    return False


def _schemas(tx: Connection, beginning: str) -> list[str]:
    like = text("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, :beginning)")
    return list(tx.scalars(like, {"beginning": beginning}))
