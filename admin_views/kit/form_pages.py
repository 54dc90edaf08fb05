"""How does a page with a form of its own ask, refuse in a sentence, do the thing once, and go back?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from wtforms import Form

from admin_views.kit.fields import all_problems
from admin_views.kit.forms import offer_choices
from admin_views.kit.refusals import REFUSALS, sentence_of
from admin_views.kit.saving import already_sent

Problems = list[tuple[str, str]]


class FormPages:
    """What a view with its own WTForms form calls: `return self.ask(form, back, act, title=…, button=…)`."""

    session: Any
    render: Callable[..., str]

    def ask(
        self, form: Form, back: str, act: Callable[[], str], *, template: str = "kit/ask.html", **values: Any
    ) -> ResponseReturnValue:
        """Show the form (`title`, `button`, and as wanted `lead` and `panels`), or do what it asks, once, and commit.

        `act()` calls the verb and returns the sentence to show on the page `back`. A form that does not hold, and a
        verb that refuses, show the form again with what was typed, the sentences, and status 422.
        """
        offer_choices(self.session, form)
        if request.method == "GET":
            return self.render(template, form=form, problems=[], back=back, **values)
        if already_sent(self.session) is not None:
            self.session.rollback()
            return redirect(back)
        problems = self._problems(form, act)
        if not problems:
            return redirect(back)
        return self.render(template, form=form, problems=problems, back=back, **values), 422

    def _problems(self, form: Form, act: Callable[[], str]) -> Problems:
        if not form.validate():
            self.session.rollback()
            return all_problems(form)
        try:
            sentence = act()
            self.session.commit()
        except REFUSALS as error:
            self.session.rollback()
            refusal = sentence_of(error)
            if refusal is None:
                raise
            return [("", refusal)]
        flash(sentence, "success")
        return []
