"""How quickly would Flask show the same rows with nothing around them: no sign-in, no wall, no menu, no filters?"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import psycopg
from flask import Flask, render_template_string, request

from tests.benchmarks.lists import bare_statement

_PAGE = """<!doctype html><title>Rows</title><table>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table>"""

app = Flask(__name__)


@app.get("/healthz")
def alive() -> str:
    return "alive"


@app.get("/<name>")
def page(name: str) -> str:
    """The rows of one of the bench's pages."""
    statement = bare_statement(name, request.args.get("frame", 0, int), request.args.get("rows", 0, int))
    return render_template_string(_PAGE, rows=_connection().execute(statement).fetchall()[:50])


@cache
def _connection() -> psycopg.Connection[Any]:
    return psycopg.connect(os.environ["DATABASE_URL"], options="-c role=portal_officer", autocommit=True)
