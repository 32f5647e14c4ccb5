"""Makes and keeps the counts reports are read from. Making a day or a month again gives the same.

Everything is read first; only the counts are written under the writer's lock, so that terminals' events hardly wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from fleet import database
from fleet.reports.counting import SUMS, Made, day_counts, month_counts
from fleet.reports.periods import DAY, day_of, month_end, month_of
from fleet.store import Store


def refresh(store: Store, now: float, *, months: bool = True, ended: Callable[[], bool] = lambda: False) -> None:
    """Bring everything up to ``now``: days since the last one made, months that are over, and the months that may have changed.

    ``ended``: asked between two of them; it goes on there the next time.
    """
    today = day_of(now)
    with store.reading() as db:
        first = _next(db, today)
        closed = _closed(db, today)
        changed = _changed(db, today) if months else set[str]()
        newest = db.execute("SELECT coalesce(max(id), 0) FROM ratings").fetchone()[0]
    day = first
    while day <= today:
        if ended():
            return
        with store.reading() as db:
            made = day_counts(db, day)
        with store.transaction() as db:
            _write_day(db, made, now)
        day += DAY
    for month in sorted(closed | {month_of(day) for day in _ends(first, today)}):
        with store.transaction() as db:
            _sum_up(db, month, now)
    for month in sorted(changed):
        if ended():
            return
        with store.reading() as db:
            made = month_counts(db, month)
        with store.transaction() as db:
            _write_month(db, made)
    if months:
        with store.transaction() as db:
            db.execute("DELETE FROM report_made WHERE what IN ('months', 'rating')")
            db.execute("INSERT INTO report_made VALUES ('months', ?, ?), ('rating', ?, ?)", (str(today), now, str(newest), now))


def forget(store: Store, since: date) -> None:
    """What was made from ``since`` on is not believed any more; :func:`refresh` makes it again."""
    with store.transaction() as db:
        db.execute("DELETE FROM report_made WHERE what = 'month' AND at >= ?", (month_of(since),))
        db.execute("DELETE FROM report_made WHERE what IN ('day', 'months', 'rating')")
        db.execute("INSERT INTO report_made VALUES ('day', ?1, 0), ('months', ?1, 0)", (str(since),))


def _write_day(db: database.Connection, made: Made, now: float) -> None:
    for table in SUMS:
        db.execute(f"DELETE FROM {table} WHERE grain = 'day' AND at = ?", (made.at,))  # noqa: S608 a name of ours
        _insert(db, table, [("day", made.at, *row) for row in made.rows[table]])
    db.executemany(
        "INSERT INTO report_items VALUES (?, ?) ON CONFLICT (item) DO UPDATE SET name = excluded.name", made.rows["report_items"]
    )
    db.execute("DELETE FROM report_made WHERE what = 'day'")
    db.execute("INSERT INTO report_made VALUES ('day', ?, ?)", (made.at, now))


def _write_month(db: database.Connection, made: Made) -> None:
    for table, rows in made.rows.items():
        db.execute(f"DELETE FROM {table} WHERE at = ?", (made.at,))  # noqa: S608 a name of ours
        _insert(db, table, [(made.at, *row) for row in rows])


def _sum_up(db: database.Connection, month: str, now: float) -> None:
    for table, (keys, measures) in SUMS.items():
        sums = ", ".join(f"sum({name})" for name in measures)
        db.execute(f"DELETE FROM {table} WHERE grain = 'month' AND at = ?", (month,))  # noqa: S608 a name of ours
        db.execute(
            f"INSERT INTO {table} SELECT 'month', ?1, {keys}, {sums} FROM {table} "  # noqa: S608 names of ours
            f"WHERE grain = 'day' AND at >= ?1 || '-01' AND at <= ?1 || '-31' GROUP BY {keys}",
            (month,),
        )
    db.execute(
        "INSERT INTO report_made VALUES ('month', ?, ?) ON CONFLICT (what, at) DO UPDATE SET made = excluded.made", (month, now)
    )


def _insert(db: database.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 a name of ours


def _next(db: database.Connection, today: date) -> date:
    """The day to go on with: the last one made, once more, or the first of which anything is kept."""
    row = db.execute("SELECT at FROM report_made WHERE what = 'day'").fetchone()
    if row is not None:
        return min(date.fromisoformat(row[0]), today)
    firsts = [db.execute(f"SELECT min(received) FROM {t}").fetchone()[0] for t in ("cases", "services")]  # noqa: S608 ours
    return min([today, *(day_of(first) for first in firsts if first)])


def _closed(db: database.Connection, today: date) -> set[str]:
    """Months that are over, have counts by day, and were not summed up."""
    rows = db.execute(
        "SELECT DISTINCT substr(at, 1, 7) FROM report_cases WHERE grain = 'day' AND at < ? "
        "AND substr(at, 1, 7) NOT IN (SELECT at FROM report_made WHERE what = 'month')",
        (f"{month_of(today)}-01",),
    )
    return {row[0] for row in rows}


def _ends(first: date, today: date) -> Iterable[date]:
    """Days from ``first`` on with which a month ended."""
    day = month_end(first)
    while day < today:
        yield day
        day = month_end(day + DAY)


def _changed(db: database.Connection, today: date) -> set[str]:
    """This month, those since it was looked last, and those of services that were rated since."""
    row = db.execute("SELECT at FROM report_made WHERE what = 'months'").fetchone()
    since = date.fromisoformat(row[0]) if row is not None else _next(db, today)
    found = {month_of(today), month_of(since)} | {month_of(day + DAY) for day in _ends(since, today)}
    seen = db.execute("SELECT at FROM report_made WHERE what = 'rating'").fetchone()
    newly = "number IN (SELECT number FROM ratings WHERE id > ?1)"
    served = " UNION ALL ".join(f"SELECT received FROM {t} WHERE {newly}" for t in ("cases", "services", "acts"))  # noqa: S608
    late = db.execute(served, (int(seen[0]) if seen is not None else 2**62,))
    return found | {month_of(day_of(received)) for (received,) in late}
