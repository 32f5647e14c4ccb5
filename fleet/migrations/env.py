"""Alembic's environment: the revisions run on the connection that :func:`fleet.migrations.upgrade` opened, in its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
