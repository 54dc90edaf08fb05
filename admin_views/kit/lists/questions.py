"""How do the filters of a list stand on its page: as fields of a form, and as those that narrow it now?

Put together in Python, as rows are: a list has up to twenty fields, and each piece of a template costs more than it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from admin_views.kit.lists.filters import Filter
from admin_views.kit.lists.pages import ListArgs, Page

Choices = Sequence[tuple[str, str]]


def fields_of(screen: Any, page: Page) -> Markup:
    """Every question that the list asks of whoever reads it, as a field with the answer that is given."""
    kept = screen.kept_arguments()
    asked = [known for known in screen.listing.filter_of.values() if known.arg not in kept and known.is_offered]
    return Markup("".join([_field(known, page) for known in asked]))  # noqa: S704 (what is not ours is escaped)


def _field(known: Filter, page: Page) -> str:
    answer = page.args.filters.get(known.arg, "")
    problem = known.problem(answer) if answer else ""
    choices = known.offered or page.options.get(known.arg, [])
    said, mark = "", ""
    if problem:
        mark = " wrong"
        said = f'<p class="problem" id="f-{known.arg}-problem"><span class="unseen">Error: </span>{escape(problem)}</p>'
    label = f'<label for="f-{known.arg}">{escape(known.name)}</label>'
    return f'<div class="field{mark}">{label}\n{said}{_control(known, choices, answer, problem)}</div>'


def _control(known: Filter, choices: Choices, answer: str, problem: str) -> str:
    named = f'id="f-{known.arg}" name="{known.arg}"'
    if known.is_typed(choices):
        value, listed = escape(dict(choices).get(answer, answer)), f"f-{known.arg}-choices"
        typed = f'value="{value}" list="{listed}" maxlength="200" placeholder="Any" autocomplete="off"'
        return f'<input {named} {typed}><datalist id="{listed}">{known.offer(choices)}</datalist>\n'
    if known.control == "select":
        return f'<select {named}><option value="">Any</option>\n{known.offer(choices, answer)}</select>\n'
    described = f' aria-invalid="true" aria-describedby="f-{known.arg}-problem"' if problem else ""
    return f'<input {named} type="{known.control}" value="{escape(answer)}"{described}>'


def has_problems(screen: Any, args: ListArgs) -> bool:
    """Whether a field has an answer that cannot be read."""
    filter_of, kept = screen.listing.filter_of, screen.kept_arguments()
    return any(filter_of[arg].problem(answer) for arg, answer in args.filters.items() if arg not in kept)


def filters_in_use(screen: Any, page: Page) -> list[tuple[str, str, str]]:
    """Each filter that narrows the list: its name, its answer in words, and the address without it."""
    asked, kept = page.args.arguments(), screen.kept_arguments()
    known = {arg: screen.listing.filter_of[arg] for arg in page.args.filters if arg not in kept}
    without = {arg: {key: asked[key] for key in asked if key != arg} for arg in known}
    words = {arg: each.in_words(asked[arg], page.options) for arg, each in known.items()}
    return [(str(each.name), words[arg], screen.list_url(**without[arg])) for arg, each in known.items()]
