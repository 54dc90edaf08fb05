"""How does a page with a form of its own ask, refuse in a sentence, do the thing once, and go back?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from wtforms import Form

from admin_views.kit.conflicts import CONFLICT, opened_version, saved_meanwhile, status_of, version_of
from admin_views.kit.fields import all_problems
from admin_views.kit.forms import offer_choices
from admin_views.kit.refusals import REFUSALS, problems_of
from admin_views.kit.saving import already_sent

Problems = list[tuple[str, str]]
Act = Callable[[], str | tuple[str, str]]


class FormPages:
    """What a view with its own WTForms form calls: `return self.ask(form, back, act, title=…, button=…)`."""

    session: Any
    render: Callable[..., str]

    def ask(
        self,
        form: Form,
        back: str,
        act: Act,
        *,
        template: str = "kit/ask.html",
        over: Sequence[object] = (),
        **values: Any,
    ) -> ResponseReturnValue:
        """Show the form (`title`, `button`, and as wanted `lead` and `panels`), or do what it asks, once, and commit.

        `act()` calls the verb and returns the sentence to show on the page `back`, or the sentence and the page to go
        on to. A form that does not hold, and a verb that refuses, show the form again with what was typed, the
        sentences, and status 422. `over` is what the form shows and saves over: records, None for one that is still to
        be made. Whoever saves second is told with status 409 and sees what is saved now.
        """
        offer_choices(self.session, form)
        current = version_of(over)
        opened = opened_version(current) if over else ""
        if request.method == "GET":
            return self.render(template, form=form, problems=[], back=back, row_version=opened, theirs=[], **values)
        if already_sent(self.session) is not None:
            self.session.rollback()
            return redirect(back)
        if over and opened != current and form.validate():
            return self._told_of_conflict(template, form, back=back, row_version=current, **values)
        problems, where = self._validated(form, act, back)
        if not problems:
            return redirect(where)
        shown = self.render(template, form=form, problems=problems, back=back, row_version=opened, theirs=[], **values)
        return shown, status_of(problems)

    def _told_of_conflict(self, template: str, form: Form, **values: Any) -> ResponseReturnValue:
        """What was typed stays; what is saved now stands above it. A second "Save" is then a decision."""
        self.session.rollback()
        theirs = saved_meanwhile(form)
        return self.render(template, form=form, problems=[("", CONFLICT)], theirs=theirs, **values), 409

    def press(self, back: str, act: Act) -> ResponseReturnValue:
        """Do at once what a button of a page asks, once, and go back with its sentence or the refusal's."""
        if already_sent(self.session) is not None:
            self.session.rollback()
            return redirect(back)
        problems, where = self._carried_out(Form(), act, back)
        for _, sentence in problems:
            flash(sentence, "error")
        return redirect(where)

    def _validated(self, form: Form, act: Act, back: str) -> tuple[Problems, str]:
        if form.validate():
            return self._carried_out(form, act, back)
        self.session.rollback()
        return all_problems(form), back

    def _carried_out(self, form: Form, act: Act, back: str) -> tuple[Problems, str]:
        """Call the verb and commit; the refusal as a problem, and the page to go on to."""
        try:
            answer = act()
            self.session.commit()
        except REFUSALS as error:
            self.session.rollback()
            problems = problems_of(error, form)
            if problems is None:
                raise
            return problems, back
        sentence, where = answer if isinstance(answer, tuple) else (answer, back)
        flash(sentence, "success")
        return [], where
