"""To which bodies must a review's findings go, and in which order?

Source: framework, "The process", 4: the findings and recommendations go to the Executive Board; then meetings of the
Children's Group and the Adults Group are convened, which may be combined when the focus calls for it.
"""

from __future__ import annotations

from collections.abc import Collection

from models.core.choices import Choice


class Body(Choice):
    """The bodies that findings are presented to, in order.

    >>> Body.JOINT_GROUPS.label
    "Children's Group and Adults Group together"
    """

    BOARD = "board", "Executive Board"
    CHILDRENS_GROUP = "childrens_group", "Children's Group"
    ADULTS_GROUP = "adults_group", "Adults Group"
    JOINT_GROUPS = "joint_groups", "Children's Group and Adults Group together"


_GROUPS = (Body.CHILDRENS_GROUP, Body.ADULTS_GROUP)


def bodies_missing(held: Collection[Body]) -> list[Body]:
    """Which bodies have not heard the findings yet; a joint meeting counts for both groups.

    >>> [body.value for body in bodies_missing([])]
    ['board', 'childrens_group', 'adults_group']
    >>> bodies_missing([Body.BOARD, Body.JOINT_GROUPS])
    []
    """
    heard = {*held, *(_GROUPS if Body.JOINT_GROUPS in held else ())}
    return [body for body in (Body.BOARD, *_GROUPS) if body not in heard]


def may_hear(body: Body, held: Collection[Body]) -> bool:
    """Whether it is a body's turn: the Board first, then the groups.

    >>> may_hear(Body.ADULTS_GROUP, []), may_hear(Body.BOARD, []), may_hear(Body.ADULTS_GROUP, [Body.BOARD])
    (False, True, True)
    """
    return body is Body.BOARD or Body.BOARD in held
