"""What the tables share. Times are seconds since 1970 (UTC) as doubles; ids of people's things
are random strings, ids that order things are rising integers.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# SQLite makes only INTEGER keys rise by themselves.
Rising = BigInteger().with_variant(Integer(), "sqlite")


def reference(name: str, target: str, nullable: bool = False) -> Column:
    """A column that names a row of another table."""
    return Column(name, ForeignKey(target), nullable=nullable)
