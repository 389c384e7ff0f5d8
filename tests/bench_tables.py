"""`make bench-tables`: a table of 100,000 rows, asked by eight readers at once."""

import threading
import time

from agent.tables.query import Query, ask
from agent.tables.table import Table, table_of
from agent.toolkit.records import TableTool
from knowledge.base import TableRow

ROWS, READERS, QUESTIONS = 100_000, 8, 100


def main() -> None:
    """Print how long loading took, and the median and 95th percentile of a question."""
    started = time.perf_counter()
    table = large()
    print(f"{ROWS:,} rows read in {time.perf_counter() - started:.1f} s")
    for query in questions(0):
        ask(table, query)  # the first question about a column makes its index
    took: list[float] = []
    readers = [threading.Thread(target=read, args=(table, n, took)) for n in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    took.sort()
    middle, late = took[len(took) // 2], took[int(len(took) * 0.95)]
    print(f"{READERS} readers, {len(took)} questions: {middle:.2f} ms, p95 {late:.2f} ms")


def large() -> Table:
    """Return the table: forty makers, as many products as rows, years and prices."""
    rows = [TableRow(n, "b", "s", "large.csv", n, fields(n)) for n in range(ROWS)]
    table = table_of(TableTool(name="products"), rows)
    assert table is not None
    return table


def fields(n: int) -> dict[str, str]:
    """Return one row."""
    product = f"Producto {n}"
    figures = {"A\u00f1o": str(2000 + n % 25), "Precio": f"${100_000 + n * 7 % 90_000:,}"}
    return {"Fabricante": f"Casa {n % 40}", "Producto": product, **figures}


def questions(n: int) -> list[Query]:
    """Return filters, ranges, ends and one product by its name."""
    return [
        Query({"Fabricante": f"casa {n % 40}"}, {"A\u00f1o": 2010}, order=("Precio", "up")),
        Query(most={"Precio": 120_000}, order=("Precio", "lowest")),
        Query({"Producto": f"producto {n * 31 % ROWS}"}),
    ]


def read(table: Table, reader: int, took: list[float]) -> None:
    """Ask, one question after the other."""
    for n in range(QUESTIONS):
        for query in questions(reader * QUESTIONS + n):
            started = time.perf_counter()
            ask(table, query)
            took.append((time.perf_counter() - started) * 1000)


if __name__ == "__main__":
    main()
