"""How long are ended sign-ins, old attempts and sent forms remembered?"""

from __future__ import annotations

from jobs.core.queue import Done, Run, job
from models.accounts.password_asks import forget_old_asks
from models.accounts.sign_ins import forget_old_sign_ins as forget
from models.accounts.work_sign_ins import forget_work_sign_ins
from models.core.clock import now
from models.core.form_receipts import forget_receipts


@job()
def forget_old_sign_ins(run: Run) -> Done:
    """Delete sign-ins that are over, old attempts and asks, and receipts of forms nobody will send again."""
    moment = now()
    forgotten = forget(run.session, moment) + forget_receipts(run.session, moment)
    forgotten += forget_old_asks(run.session, moment) + forget_work_sign_ins(run.session, moment)
    return Done(f"{forgotten} old sign-ins and form receipts forgotten.")
