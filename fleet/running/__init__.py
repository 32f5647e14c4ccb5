"""The processes one centre may be made of: everything in one, or ingest workers beside console processes behind a proxy.

``docs/decisions/processes-of-a-centre.md`` says who does what, and what must be known to more than one of them.
"""
