"""The centre's interface for programs: ``/api/v1/…`` on the console's server, JSON, described by ``/api/v1/openapi.json``.

A subject is a module here with ``routes(api)``, named in ``fleet/api/app.py``. A route is a typed function; its types are the
document, and what does not fit them is refused before it is called::

    class Quiet(Write, frozen=True, forbid_unknown_fields=True):     # what is sent; Write brings `why`
        until: float

    def routes(api: Api) -> None:
        api.refuses(NoAlertError)                                    # its text goes back with 422

        @api.get("/alerts", Act.SEE)
        def alerts(call: Call, ask: Paged) -> Page[Alert]:
            \"\"\"Open alerts, newest first.\"\"\"
            def read(after: tuple[float, str] | None, most: int) -> list[Alert]:
                return listed(call.db, call.only(Act.SEE), after, most)

            return paged(ask, tuple[float, str], read, lambda one: (one.at, one.id))

        @api.post("/alerts/<alert>/quiet", Act.STEER)
        def quiet(call: Call, alert: Name, body: Quiet) -> None:
            \"\"\"Say nothing of it until then.\"\"\"
            hush(call.db, alert, body.until, call.only(Act.STEER), by=call.who, why=body.why, now=call.now)

* ``call``: who asks (``call.who`` goes into the record), for which parties (``call.only(act)``: ``None`` for all), the database.
  ``call.db`` is read-only for a GET and one transaction for a write: raise anything and nothing was written.
* ``ask``: a Struct of what may stand in the query; ``body``: a :class:`~fleet.api.frame.Write`; the rest stands in the path.
* The same functions as the pages': a read of ``(db, …, only)``, a write that writes its line of the record in the same transaction.
* Somebody else's thing is :func:`~fleet.api.frame.absent` (404), as if it did not exist.
* ``tests/fleet/test_rights_matrix.py`` fails until the new route has its row.
"""
