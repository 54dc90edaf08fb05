"""How does Alembic reach the database, and what does it compare?"""

from alembic import context
from sqlalchemy import NullPool, create_engine

from models.core.db import Base

_engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
with _engine.connect() as _connection:
    context.configure(
        connection=_connection,
        target_metadata=Base.metadata,
        compare_type=True,
        include_object=lambda item, name, kind, *_: not (kind == "table" and str(name).startswith("frame_rows_")),
    )
    with context.begin_transaction():
        context.run_migrations()
