"""What the tables share. Times are seconds since 1970 (UTC) as doubles; ids of people's things
are random strings, ids that order things are rising integers.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData

from knowledge.tables import NAMING

metadata = MetaData(naming_convention=NAMING)
# SQLite makes only INTEGER keys rise by themselves.
Rising = BigInteger().with_variant(Integer(), "sqlite")


def reference(name: str, target: str, nullable: bool = False) -> Column[Any]:
    """A column that names a row of another table."""
    return Column(name, ForeignKey(target), nullable=nullable)
