"""Does the demo load, and what is in it?"""
import time

from sqlalchemy import func, select

from app.demo.partnership import load_demo
from models.audit_samples import AuditSample
from models.case_audits import CaseAudit
from models.clock import today
from models.moderations import grades_by_level
from models.starting_words import give_starting_words


def test_demo_loads_in_some_time_and_has_audits(session):
    give_starting_words(session)
    t=time.time(); load_demo(session, today=today(), password="x y z password"); print("load", time.time()-t)
    print(session.execute(select(CaseAudit.status, func.count()).group_by(CaseAudit.status)).all())
    for s in session.scalars(select(AuditSample)): print(s.reference, grades_by_level(session, s.id).counts)
