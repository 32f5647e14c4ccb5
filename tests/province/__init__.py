"""A small province in one machine: RabbitMQ on three nodes, PostgreSQL, ingest workers, a console, and terminals' real ends, each
in a process that can be killed, on networks that can be cut. ``tests/system/test_province.py`` runs it.
"""
