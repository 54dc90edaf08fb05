"""How does a questionnaire read in words: what each question offers, when it is asked, and does it hold together?"""

from __future__ import annotations

from models.rules.tools.questionnaires import Question, Questionnaire, ShownIf


def answer_words(question: Question) -> str:
    """What kind of answer a question asks for, with the options to choose from.

    >>> from models.rules.tools.questionnaires import Option
    >>> answer_words(Question("a", "choice", "?", options=(Option("Home"), Option("School"))))
    'One choice: Home; School'
    >>> answer_words(Question("a", "date", "?"))
    'Date'
    """
    says_it_already = not question.labels or question.how.fixed_options
    return question.how.label if says_it_already else f"{question.how.label}: {'; '.join(question.labels)}"


def condition_words(questionnaire: Questionnaire, question: Question) -> str:
    """When a question is asked, naming the question it depends on; empty for one that is always asked.

    >>> from models.rules.tools.questionnaires import Section
    >>> seen = Question("seen", "yes_partly_no", "Was the child seen alone?")
    >>> why = Question("why", "text", "Why not?", shown_if=ShownIf("seen", ("Partly", "No")))
    >>> condition_words(Questionnaire("Form", sections=(Section("One", questions=(seen, why)),)), why)
    'Asked only if ‘Was the child seen alone?’ is Partly or No'
    """
    rule = question.shown_if
    if rule is None:
        return ""
    other = questionnaire.question(rule.key)
    return f"Asked only if ‘{other.text if other else rule.key}’ is {' or '.join(rule.answers)}"


def can_decide(question: Question) -> bool:
    """Whether other questions can depend on this one: it must offer answers to choose from.

    >>> can_decide(Question("a", "text", "?"))
    False
    """
    return bool(question.labels)


def earlier_questions(questionnaire: Questionnaire, key: str) -> list[Question]:
    """The questions asked before the one of that key on whose answers it can depend; all of them for an unknown key.

    >>> from models.rules.tools.questionnaires import Option, Section
    >>> home = Question("home", "choice", "?", options=(Option("Yes"), Option("No")))
    >>> form = Questionnaire("Form", sections=(Section("One", questions=(home, Question("b", "text", "?"))),))
    >>> [question.key for question in earlier_questions(form, "b")], earlier_questions(form, "home")
    (['home'], [])
    """
    questions: list[Question] = []
    for question in questionnaire.questions():
        if question.key == key:
            break
        if can_decide(question):
            questions.append(question)
    return questions


def faults(questionnaire: Questionnaire) -> list[str]:
    """What keeps a questionnaire from being answered as meant, in sentences; empty when it holds together.

    >>> from models.rules.tools.questionnaires import Section
    >>> late = Question("why", "text", "Why not?", shown_if=ShownIf("seen", ("No",)))
    >>> seen = Question("seen", "text", "Seen?")
    >>> faults(Questionnaire("Form", sections=(Section("One", questions=(late, seen)),)))
    ['‘Why not?’ depends on ‘Seen?’, which must be asked before it.']
    """
    sentences: list[str] = []
    before: dict[str, Question] = {}
    for question in questionnaire.questions():
        if question.shown_if is not None:
            sentences.append(_fault(questionnaire, question, question.shown_if, before))
        before[question.key] = question
    return [sentence for sentence in sentences if sentence]


def _fault(questionnaire: Questionnaire, question: Question, rule: ShownIf, before: dict[str, Question]) -> str:
    other = questionnaire.question(rule.key)
    if other is None:
        return f"‘{question.text}’ depends on a question that the tool does not ask."
    if rule.key not in before:
        return f"‘{question.text}’ depends on ‘{other.text}’, which must be asked before it."
    lost = [answer for answer in rule.answers if answer not in other.labels]
    if lost:
        return f"‘{question.text}’ is asked only if ‘{other.text}’ is {lost[0]}, which is no answer to it."
    return ""
