"""Run Alembic on the connection that kit.migrate hands over, beside the declared tables."""

from alembic import context
from alembic.autogenerate import render
from sqlalchemy.types import TypeDecorator

from kit.db import Base


def ours(_object, name, kind, _reflected, _other) -> bool:
    """Whether Alembic compares this: the jobs' tables and its own are not declared by us."""
    return not (kind == "table" and (name or "").startswith(("procrastinate", "alembic")))


def plain(kind, item, autogen_context):
    """Write a type of our own as the one the database knows: revisions import no app code."""
    own = isinstance(item, TypeDecorator) and not type(item).__module__.startswith("sqlalchemy.")
    return render._repr_type(item.impl_instance, autogen_context) if own else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=ours,
    render_item=plain,
    compare_server_default=True,
    # CHECK constraints by name only: one whose words change takes a new name.
    autogenerate_plugins=["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
)
context.run_migrations()
