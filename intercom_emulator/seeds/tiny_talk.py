"""The tiny workspace's conversations and tickets, and what hangs on them."""

from __future__ import annotations

from itertools import count

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.records import Documents
from intercom_emulator.seeds.library import FIRST_STATE_ID
from intercom_emulator.seeds.office import DAY, FIRST_ADMIN_ID, FIRST_TEAM_ID, NOW
from intercom_emulator.shapes import contact_list
from intercom_emulator.workspace import CONVERSATION_IDS, Seed

LONG_THREAD = 600
LONG_TICKET = 501
TICKETS_TWINS = (4, 9, 10, 11, 12, 13)
"""The positions of the conversations that the tickets are."""

_OPENED_AT = NOW - 90 * DAY
_START = _OPENED_AT + DAY


class _Desk:
    """Who writes, and the ids of what is written."""

    def __init__(self, seed: Seed, contacts: list[Json]) -> None:
        self.seed = seed
        self.joe, self.lead = contacts[0], contacts[2]
        self.customer = shapes.author("user", self.joe["id"], "Joe Bloggs", self.joe["email"])
        self.agent = shapes.author(
            "admin", str(FIRST_ADMIN_ID + 1), "Tomás Ribeiro", "tomás@example.com"
        )
        self.bot = shapes.author(
            "bot", str(FIRST_ADMIN_ID + 11), "Fin", "operator+emu1ator@intercom.io"
        )
        self._part_ids = count(10_001)

    def part(self, created_at: int, who: Json, **fields: object) -> Json:
        return shapes.part(str(next(self._part_ids)), created_at, who, **fields)

    def conversation(self, ordinal: int, parts: list[Json], **fields: object) -> Json:
        one = shapes.conversation(
            CONVERSATION_IDS.to_id(ordinal),
            _OPENED_AT + ordinal * DAY,
            source=shapes.source(
                str(403_918_334 + ordinal), self.customer, f"<p>Question {ordinal}</p>"
            ),
            contacts=contact_list(self.joe),
        )
        one.update(fields)
        one["conversation_parts"] = shapes.conversation_parts(parts)
        one["statistics"] = shapes.statistics(one)
        if parts:
            one["updated_at"] = max(one["updated_at"], parts[-1]["updated_at"])
        return one


def add_talk(seed: Seed, contacts: list[Json]) -> None:
    """Give the seed its conversations and tickets."""
    desk = _Desk(seed, contacts)
    tickets = [_ticket(desk, number) for number in range(len(TICKETS_TWINS))]
    twins = [_twin(desk, ticket, at) for ticket, at in zip(tickets, TICKETS_TWINS, strict=True)]
    conversations = [
        desk.conversation(0, [], source=None, contacts=contact_list(desk.lead)),
        _with_everything(desk, tickets[0]),
        desk.conversation(2, _endless(desk), title="A long thread"),
        desk.conversation(3, [], state="snoozed", snoozed_until=NOW + DAY),
        twins[0],
        *(desk.conversation(n, [], updated_at=NOW - 2 * DAY) for n in range(5, 9)),
        *twins[1:],
    ]
    links = [
        {"type": "ticket", "id": one["id"], "category": one["category"]} for one in tickets[:2]
    ]
    conversations[5]["linked_objects"] = shapes.linked_objects(links)
    seed.conversations = Documents(conversations)
    seed.tickets = Documents(tickets)
    seed.objects["deleted_conversations"] = [
        shapes.deleted_conversation(
            str(100 + number), NOW - number * DAY, metrics_retained=number % 2 == 0
        )
        for number in range(3)
    ]
    _add_events(desk)
    _add_asides(desk)


def _everything_said(desk: _Desk) -> list[Json]:
    team = shapes.reference("team", str(FIRST_TEAM_ID))
    picture = {
        "type": "upload",
        "name": "ünï.png",
        "content_type": "image/png",
        "url": "https://files.example.com/a?expires=1",
        "filesize": 100,
        "width": 100,
        "height": 100,
    }
    change = {"attribute": {"name": "Kind"}, "value": {"name": "Bug", "previous": None}}
    return [
        desk.part(_START + 60, desk.bot, body="<p>Hi, I am Fin.</p>", part_type="comment"),
        desk.part(_START + 120, desk.agent, part_type="assignment", assigned_to=team),
        desk.part(
            _START + 300,
            desk.agent,
            body="<p>Hello <b>Joe</b> &amp; team</p>",
            tags=[shapes.tag("102", _OPENED_AT, name="billing")],
            attachments=[picture],
        ),
        desk.part(
            _START + 400,
            desk.customer,
            part_type="conversation_attribute_updated_by_admin",
            event_details=change,
        ),
        desk.part(
            _START + 500, desk.customer, body="<p>This message was deleted</p>", redacted=True
        ),
        desk.part(_START + 600, desk.agent, part_type="close", state="closed"),
    ]


def _with_everything(desk: _Desk, ticket: Json) -> Json:
    bug = shapes.tag("103", _OPENED_AT, name="bug")
    applied = shapes.applied(bug, _START + 310, str(FIRST_ADMIN_ID))
    link = {"type": "ticket", "id": ticket["id"], "category": "Customer"}
    helpers = [
        shapes.reference("admin", str(FIRST_ADMIN_ID + 1)),
        shapes.reference("team", str(FIRST_TEAM_ID)),
    ]
    return desk.conversation(
        1,
        _everything_said(desk),
        open=False,
        state="closed",
        read=True,
        priority="urgent",
        title="A thread with everything",
        admin_assignee_id=FIRST_ADMIN_ID + 1,
        team_assignee_id=FIRST_TEAM_ID,
        tags={"type": "tag.list", "tags": [applied]},
        conversation_rating=_rating(desk),
        first_contact_reply={"created_at": _START + 1, "type": "conversation", "url": None},
        sla_applied={"type": "conversation_sla_summary", "sla_name": "1 h", "sla_status": "hit"},
        teammates={"type": "admin.list", "admins": helpers},
        custom_attributes=_values(desk),
        ai_agent_participated=True,
        ai_agent=shapes.ai_agent(_START),
        linked_objects=shapes.linked_objects([link]),
        **_judgements(),
    )


def _values(desk: _Desk) -> Json:
    order = shapes.public(desk.seed.objects["custom_object_instances"][0])
    return {
        "Kind": "Bug",
        "Priority score": 3,
        "Escalated": "true",
        "Due": "2026-11-04T09:46:14Z",
        "Orders": {"type": "Order.list", "instances": [order]},
    }


def _judgements() -> Json:
    return {
        "_monitor_evaluations": [
            shapes.monitor_evaluation("31", _START + 900),
            shapes.monitor_evaluation("31", _START + 1900, result="fail", explanation="Too curt"),
            shapes.monitor_evaluation("32", None, monitor_name=None),
        ],
        "_scorecards": [
            shapes.scorecard("41", _START + 2000),
            shapes.scorecard("41", None, scorecard_version_id="2", passed=None, score=None),
        ],
    }


def _rating(desk: _Desk) -> Json:
    return {
        "rating": 5,
        "remark": "Great 👍",
        "created_at": _START + 700,
        "updated_at": _START + 700,
        "contact": contact_list(desk.joe)["contacts"][0],
        "teammate": shapes.reference("admin", str(FIRST_ADMIN_ID + 1)),
    }


def _endless(desk: _Desk) -> list[Json]:
    return [
        desk.part(
            _OPENED_AT + 2 * DAY + number * 60,
            (desk.agent, desk.customer)[number % 2],
            body=f"<p>Message {number}</p>",
        )
        for number in range(LONG_THREAD)
    ]


def _ticket(desk: _Desk, number: int) -> Json:
    """
    The first ticket is bare, the second has more parts than are shown.

    The third changed its state after its `updated_at`, the fourth has none but its type's title,
    the fifth two contacts, the sixth is a tracker.
    """
    created_at = _OPENED_AT + number * DAY
    objects = desk.seed.objects
    kind = objects["ticket_types"][2 if number == 5 else number % 2]  # noqa: PLR2004
    parts = _ticket_parts(desk, number, created_at)
    state = objects["ticket_states"][1 if number == 2 else 0]  # noqa: PLR2004
    one = shapes.ticket(
        desk.seed.ticket_ids.to_id(number),
        created_at,
        ticket_id=str(number + 1),
        category=kind["category"],
        ticket_type=shapes.render_ticket_type(kind, objects["ticket_states"], with_states=False),
        ticket_state=shapes.short_state(state),
        previous_ticket_state_id=str(FIRST_STATE_ID) if number == 2 else None,  # noqa: PLR2004
        contacts=contact_list(desk.joe),
        ticket_attributes={"_default_title_": f"Ticket {number}", "_default_description_": None},
        ticket_parts=shapes.ticket_parts(parts),
        _conversation_id=CONVERSATION_IDS.to_id(TICKETS_TWINS[number]),
    )
    if number == 0:
        links = [{"type": "conversation", "id": each, "category": None} for each in ("502", "506")]
        one["linked_objects"] = shapes.linked_objects(links)
        one["snoozed_until"] = NOW + DAY
    elif number == 1:
        one["ticket_attributes"] |= {"Amount": 12.5, "Severity": "high", "Affected users": 3}
        one["linked_objects"] = shapes.linked_objects(
            [{"type": "conversation", "id": "506", "category": None}]
        )
        one["admin_assignee_id"] = FIRST_ADMIN_ID + 1
    elif number == 4:  # noqa: PLR2004
        one["contacts"]["contacts"] += contact_list(desk.lead)["contacts"]
    return one


def _ticket_parts(desk: _Desk, number: int, created_at: int) -> list[Json]:
    many = {1: LONG_TICKET, 2: 2}.get(number, 0)
    kind = "ticket_state_updated_by_admin" if number == 2 else "comment"  # noqa: PLR2004
    return [
        shapes.ticket_part(
            str(20_001 + number * 1000 + nth),
            created_at + 600 + nth * 60,
            (desk.agent, desk.customer)[nth % 2],
            part_type=kind if nth == many - 1 else "comment",
            body=None if kind != "comment" and nth == many - 1 else f"<p>Part {nth}</p>",
            ticket_state="in_progress" if kind != "comment" and nth else "submitted",
        )
        for nth in range(many)
    ]


def _twin(desk: _Desk, ticket: Json, ordinal: int) -> Json:
    """The conversation that a ticket is too."""
    parts = [shapes.twin_part(one) for one in ticket["ticket_parts"]["ticket_parts"]]
    return desk.conversation(
        ordinal,
        parts,
        created_at=ticket["created_at"],
        updated_at=ticket["updated_at"],
        title=ticket["ticket_attributes"]["_default_title_"],
        ticket={"type": "ticket", "id": ticket["id"], "ticket_id": ticket["ticket_id"]},
    )


def _add_events(desk: _Desk) -> None:
    """Three events of one conversation, two of them within one second."""
    teammate = {"type": "admin", "id": FIRST_ADMIN_ID, "name": "Ciara Byrne"}
    told = (("paused", 900, "Lunch"), ("resumed", 1500, None), ("paused", 1500, None))
    desk.seed.objects["handling_events"] = [
        shapes.handling_event(
            f"handling-{number}",
            _START + after,
            type=kind,
            reason=reason,
            teammate={**teammate, "email": None if number else "ciara@support.example.com"},
            _conversation_id="502",
        )
        for number, (kind, after, reason) in enumerate(told)
    ]


def _add_asides(desk: _Desk) -> None:
    """Side conversations: of three parts, of one, and a page and one more of them."""
    told = [("502", 3), ("502", 1), *(("503", 1) for _ in range(26))]
    desk.seed.objects["side_conversations"] = []
    for number, (conversation_id, many) in enumerate(told):
        parts = [
            desk.part(_START + 1000 + nth, desk.agent, body=f"<p>Aside {nth}</p>")
            for nth in range(many)
        ]
        desk.seed.objects["side_conversations"].append(
            shapes.side_conversation(
                str(5001 + number),
                _START,
                conversation_parts=parts,
                total_count=many,
                _conversation_id=conversation_id,
            )
        )
