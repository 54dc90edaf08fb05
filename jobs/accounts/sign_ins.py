"""Who is told of tries to sign in as them, and how long are tries, sign-ins and sent forms remembered?"""

from __future__ import annotations

from jobs.core.queue import Done, Run, job
from models.accounts.known_browsers import forget_unused_browsers
from models.accounts.password_asks import forget_old_asks
from models.accounts.recovery_codes import forget_idle_codes
from models.accounts.sign_ins import forget_old_sign_ins as forget
from models.accounts.try_letters import tell_of_tries as tell
from models.accounts.work_sign_ins import forget_work_sign_ins
from models.core.clock import now
from models.core.form_receipts import forget_receipts


@job()
def forget_old_sign_ins(run: Run) -> Done:
    """Delete sign-ins that are over, old attempts and asks, receipts of forms nobody will send again, and recovery
    codes that stand in for nothing any more.
    """
    moment = now()
    forgotten = forget(run.session, moment) + forget_receipts(run.session, moment)
    forgotten += forget_old_asks(run.session, moment) + forget_work_sign_ins(run.session, moment)
    forgotten += forget_unused_browsers(run.session, moment)
    forget_idle_codes(run.session)
    return Done(f"{forgotten} old sign-ins and form receipts forgotten.")


@job()
def tell_of_tries(run: Run) -> Done:
    """Write to whoever's account strangers have locked, if there is such a person. What came of it is told nobody."""
    tell(run.session, run.arguments["attempt_id"], letterhead=run.equipment.letterhead(run.session), now=now())
    return Done("The tries were looked at.")
