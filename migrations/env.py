"""Run the migrations on the connection that kit.migrate hands over."""

from alembic import context

from kit.db import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata)
context.run_migrations()
