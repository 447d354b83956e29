"""
A believable support team, two years old: Linnet, which sells project software to companies.

About 3,000 contacts of 400 companies on four plans, 2,000 conversations with their threads, 150
tickets that are conversations besides, 120 articles. Teams answer at different speeds, topics come
with their tags, and old threads are mostly closed, so that an analyst's questions have answers.
"""

# ruff: noqa: PLR2004, RUF001, S311, SIM905 - chances, names and dice are what it is made of

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.records import Documents
from intercom_emulator.seeds.demo_details import add_details
from intercom_emulator.seeds.demo_tickets import TicketDesk
from intercom_emulator.seeds.library import add_library
from intercom_emulator.seeds.office import (
    DAY,
    FIRST_ADMIN_ID,
    FIRST_TAG_ID,
    FIRST_TEAM_ID,
    NOW,
    TAGS,
    TEAMS,
    add_office,
    segment_id,
)
from intercom_emulator.workspace import (
    COMPANY_IDS,
    CONTACT_IDS,
    CONVERSATION_IDS,
    Seed,
    ticket_ids,
)

CONTACTS, COMPANIES, CONVERSATIONS, ARTICLES, TICKETS = 3000, 400, 2000, 120, 150
_YEARS = 2
_OPENED_AT = NOW - _YEARS * 365 * DAY
_HOUR = 3600

_PLANS = (("1", "Free", 0), ("2", "Starter", 49), ("3", "Pro", 199), ("4", "Enterprise", 990))
_PLAN_WEIGHTS = (30, 34, 26, 10)
_PRIORITIES = ("none", "low", "medium", "high", "urgent")
_PRIORITY_WEIGHTS = (70, 5, 10, 10, 5)
_FIRST_NAMES = (
    "Ada Bruno Chloé Dmitri Elif Farid Giulia Hanna Ibrahim Jana Kenji Lucía Mateo Nadia Oluwaseun "
    "Petra Quentin Rosa Siobhán Tariq Uma Víctor Wei Ximena Yara Zoltán Anaïs Björn Çağla Đorđe"
).split()
_LAST_NAMES = (
    "Abbott Bianchi Costa Duarte Eriksson Fischer García Hansen Ivanova Jansen Kumar Laurent "
    "Moreau Novák O'Brien Petrov Quinn Rossi Schmidt Takahashi Usman Varga Weber Xu Yılmaz Zhang"
).split()
_COMPANY_NAMES = (
    "Alder Birch Cobalt Delta Ember Fjord Granite Harbor Indigo Juniper Kestrel Lumen Meridian "
    "Northwind Onyx Pioneer Quartz Redwood Summit Tidal Umbra Vertex Willow Zephyr"
).split()
_COMPANY_KINDS = ("Analytics", "Logistics", "Health", "Foods", "Studios", "Energy", "Robotics")
_INDUSTRIES = ("Software", "Retail", "Healthcare", "Education", "Finance", "Manufacturing")
_PLACES = (
    ("Ireland", "IE", "EU", "Leinster", "Dublin", "en"),
    ("Germany", "DE", "EU", "Berlin", "Berlin", "de"),
    ("United States", "US", "NA", "California", "San Francisco", "en"),
    ("United States", "US", "NA", "New York", "New York", "en"),
    ("Brazil", "BR", "SA", "São Paulo", "São Paulo", "pt-BR"),
    ("Japan", "JP", "AS", "Tokyo", "Tokyo", "ja"),
    ("Australia", "AU", "OC", "Victoria", "Melbourne", "en"),
    ("France", "FR", "EU", "Île-de-France", "Paris", "fr"),
)
_JOBS = ("Engineering", "Operations", "Marketing", "Finance", "Support", "Design")


@dataclass(frozen=True)
class Topic:
    """What people write about, who answers, how fast (median minutes), and how it is tagged."""

    question: str
    team: int
    minutes_to_reply: int
    tags: tuple[str, ...]
    weight: int


_TOPICS = (
    Topic("I was charged twice this month", 1, 190, ("billing", "refund"), 9),
    Topic("Where do I find my invoices?", 1, 150, ("billing", "export"), 10),
    Topic("How do I change the plan?", 1, 120, ("billing",), 8),
    Topic("The import stops at 40 %", 3, 95, ("bug", "import"), 9),
    Topic("The API answers 500 since this morning", 3, 40, ("bug", "api", "urgent"), 6),
    Topic("Boards load slowly", 3, 110, ("performance", "bug"), 8),
    Topic("I can't log in on my phone", 0, 22, ("login", "mobile"), 14),
    Topic("How do I invite my team?", 0, 18, ("documentation",), 16),
    Topic("Can tasks repeat every week?", 0, 30, ("feature request",), 12),
    Topic("Is there a dark mode?", 0, 35, ("feature request", "mobile"), 6),
    Topic("We'd like help to get started", 2, 55, ("onboarding",), 9),
    Topic("How do we connect Slack?", 2, 60, ("onboarding", "integration"), 8),
    Topic("What does Enterprise cost?", 4, 14, ("VIP",), 5),
    Topic("We are thinking of leaving", 4, 25, ("churn risk", "VIP"), 3),
)
_REPLIES = (
    "Thanks for writing in. I'm looking into it now.",
    "I could reproduce this and have passed it on to the engineers.",
    "You'll find it under Settings → Billing.",
    "This is fixed now. Could you try once more?",
    "I've added a credit to your account.",
    "Here is the article that explains it step by step.",
)
_ANSWERS = (
    "That worked, thank you!",
    "Hm, I still see the same thing.",
    "Great, I'll tell the team.",
    "Could you have another look?",
    "Any news?",
)
_ARTICLES = ("Getting started with", "How to set up", "Troubleshooting", "All about", "Tips for")
_FEATURES = (
    "boards timelines invoices imports exports webhooks roles reports templates automations "
    "notifications calendars forms budgets goals integrations dashboards comments files search "
    "mobile billing security languages"
).split()


def demo(form_of_ticket_ids: str = "conversation") -> Seed:
    """The support team; always the same one."""
    return _Demo(form_of_ticket_ids).build()


class _Demo:
    def __init__(self, form_of_ticket_ids: str) -> None:
        self._rng = random.Random(8420)
        ids = ticket_ids(form_of_ticket_ids, range(CONVERSATIONS, CONVERSATIONS + TICKETS))
        seed = Seed(now=NOW, ticket_ids=ids)
        self._seed = add_library(add_office(seed, _OPENED_AT), _OPENED_AT)
        self._companies: list[Json] = []
        self._contacts: list[Json] = []
        self._next_part = 20_000_000
        self._admins = [
            shapes.author("admin", one["id"], one["name"], one["email"])
            for one in self._seed.objects["admins"][:-1]
        ]
        self._bot = shapes.author(
            "bot", str(FIRST_ADMIN_ID + 11), "Fin", "operator+emu1ator@intercom.io"
        )

    def build(self) -> Seed:
        self._companies = [self._company(ordinal) for ordinal in range(COMPANIES)]
        self._contacts = [self._contact(ordinal) for ordinal in range(CONTACTS)]
        conversations = [
            self._conversation(ordinal, created_at)
            for ordinal, created_at in enumerate(self._moments(CONVERSATIONS))
        ]
        self._seed.companies = Documents(self._companies)
        self._seed.contacts = Documents(self._contacts)
        desk = TicketDesk(self._seed, self._seed.ticket_ids, CONVERSATIONS)
        opened = list(desk.make(self._moments(TICKETS), self._known_contact))
        self._seed.tickets = Documents([ticket for ticket, _ in opened])
        self._seed.conversations = Documents([*conversations, *(twin for _, twin in opened)])
        self._seed.objects["articles"] = [self._article(number) for number in range(ARTICLES)]
        self._seed.objects["deleted_conversations"] = [
            shapes.deleted_conversation(
                str(100 + number),
                _OPENED_AT + (number + 1) * 20 * DAY,
                metrics_retained=number % 3 > 0,
            )
            for number in range(30)
        ]
        add_details(self._seed, self._contacts, self._companies, conversations)
        return self._seed

    def _moments(self, size: int) -> list[int]:
        """Moments of the two years in order: ever more of them, mostly on working days."""
        moments: list[int] = []
        span = NOW - _HOUR - _OPENED_AT
        while len(moments) < size:
            day = int(span * self._rng.random() ** 0.6) // DAY
            weekday = (_OPENED_AT // DAY + day + 3) % 7
            if weekday >= 5 and self._rng.random() < 0.75:
                continue
            second = int(self._rng.triangular(6 * _HOUR, 22 * _HOUR, 14 * _HOUR))
            moments.append(min((_OPENED_AT // DAY + day) * DAY + second, NOW - _HOUR))
        return sorted(moments)

    def _company(self, ordinal: int) -> Json:
        rng = self._rng
        created_at = _OPENED_AT + ordinal * (NOW - _OPENED_AT - 30 * DAY) // COMPANIES
        plan_id, plan, price = rng.choices(_PLANS, _PLAN_WEIGHTS)[0]
        seats = rng.randint(1, 20) * (1 + 3 * (plan == "Enterprise"))
        name = f"{rng.choice(_COMPANY_NAMES)} {rng.choice(_COMPANY_KINDS)}"
        updated_at = rng.randint(created_at, NOW - 60)
        one = shapes.company(
            COMPANY_IDS.to_id(ordinal),
            created_at,
            company_id=f"acct_{1000 + ordinal}",
            name=name,
            updated_at=updated_at,
            last_request_at=rng.randint(created_at, NOW - 60),
            plan={"type": "plan", "id": plan_id, "name": plan},
            monthly_spend=price * max(1, seats // 5),
            session_count=rng.randint(0, 4000),
            custom_attributes={
                "contract_number": f"{ordinal:05}",
                "seats": seats,
                "health_score": round(rng.uniform(0.1, 1.0), 2),
                "is_partner": rng.random() < 0.1,
                "renewal_at": created_at + 365 * DAY * rng.randint(1, 3),
            },
            tags={
                "type": "tag.list",
                "tags": [self._tag("VIP")] if plan == "Enterprise" else [],
            },
        )
        if rng.random() < 0.8:
            one["industry"] = rng.choice(_INDUSTRIES)
            one["size"] = seats * 4
            one["website"] = f"https://{name.lower().replace(' ', '-')}.example.com"
        return one

    def _contact(self, ordinal: int) -> Json:
        rng = self._rng
        created_at = _OPENED_AT + ordinal * (NOW - _OPENED_AT - DAY) // CONTACTS
        is_lead = rng.random() < 0.15
        first, last = rng.choice(_FIRST_NAMES), rng.choice(_LAST_NAMES)
        seen_at = rng.randint(created_at, NOW - 60)
        segments = [segment_id(4)] if is_lead else []
        if seen_at > NOW - 30 * DAY:
            segments.append(segment_id(0))
        elif not is_lead:
            segments.append(segment_id(2))
        one = shapes.contact(
            CONTACT_IDS.to_id(ordinal),
            created_at,
            role="lead" if is_lead else "user",
            external_id=None if is_lead else str(10_000 + ordinal),
            name=f"{first} {last}",
            email=f"{_ascii(first)}.{_ascii(last)}{ordinal}@example.com",
            signed_up_at=None if is_lead else created_at,
            last_seen_at=seen_at,
            updated_at=seen_at,
            last_contacted_at=seen_at - _HOUR if seen_at - _HOUR > created_at else None,
            _segments=segments,
            **self._habits(ordinal, created_at),
        )
        self._join(one, ordinal, is_lead=is_lead)
        self._hang_lists(one, ordinal)
        return one

    def _habits(self, ordinal: int, created_at: int) -> Json:
        """Where somebody lives and works, and with what."""
        rng = self._rng
        country, code, continent, region, city, language = rng.choice(_PLACES)
        return {
            "phone": f"+1555{ordinal:07}" if rng.random() < 0.4 else None,
            "owner_id": str(FIRST_ADMIN_ID + rng.randint(8, 10)) if rng.random() < 0.3 else None,
            "browser": rng.choice(("chrome", "firefox", "safari")),
            "browser_language": language,
            "language_override": language if rng.random() < 0.2 else None,
            "os": rng.choice(("OS X 14.5", "Windows 11", "Linux", "iOS 18.1")),
            "unsubscribed_from_emails": rng.random() < 0.08,
            "location": {
                "type": "location",
                "country": country,
                "region": region,
                "city": city,
                "country_code": code,
                "continent_code": continent,
            },
            "custom_attributes": {
                "job_function": rng.choice(_JOBS),
                "lifetime_orders": rng.randint(0, 60),
                "satisfaction": round(rng.uniform(1, 5), 1),
                "beta_tester": rng.random() < 0.12,
                "trial_ends_at": created_at + 14 * DAY,
            },
        }

    def _hang_lists(self, contact: Json, ordinal: int) -> None:
        """Tags, now and then a note, and a choice about e-mails."""
        rng = self._rng
        for name in rng.sample(TAGS, rng.choices((0, 1, 2, 12), (70, 20, 9, 1))[0]):
            entry = {
                **shapes.addressable("tag", self._tag(name)["id"], "tags"),
                "_applied_at": contact["updated_at"],
                "_applied_by": str(FIRST_ADMIN_ID + 1),
            }
            self._hang(contact, "tags", entry)
        if rng.random() < 0.05:
            note = shapes.note(
                str(17_495_962 + ordinal),
                contact["updated_at"],
                contact=shapes.reference("contact", contact["id"]),
                author=self._seed.objects["admins"][rng.randrange(8)],
                body="<p>Call again.</p>",
            )
            self._seed.objects["notes"].append(note)
            self._hang(contact, "notes", shapes.addressable("note", note["id"], "notes"))
        if not contact["unsubscribed_from_emails"] and rng.random() < 0.5:
            entry = shapes.addressable("subscription", "92", "subscription_types")
            self._hang(contact, "opted_in_subscription_types", entry)

    def _join(self, contact: Json, ordinal: int, *, is_lead: bool) -> None:
        """Make it a member of a company that existed by then, now and then of two."""
        if is_lead and self._rng.random() < 0.7:
            return
        reachable = max(1, (ordinal + 1) * COMPANIES // CONTACTS - 8)
        for number in {self._rng.randrange(reachable), self._rng.randrange(reachable * 20)}:
            if number < reachable:
                company = self._companies[number]
                company["user_count"] += 1
                entry = shapes.addressable("company", company["id"], "companies")
                self._hang(contact, "companies", entry)

    @staticmethod
    def _hang(contact: Json, name: str, entry: Json) -> None:
        entries = [*contact[name]["data"], entry]
        contact[name] = shapes.nested_list(contact["id"], name, entries)

    @staticmethod
    def _tag(name: str) -> Json:
        return shapes.tag(str(FIRST_TAG_ID + TAGS.index(name)), _OPENED_AT, name=name)

    def _conversation(self, ordinal: int, created_at: int) -> Json:
        rng = self._rng
        topic = rng.choices(_TOPICS, [one.weight for one in _TOPICS])[0]
        contact = self._known_contact(created_at)
        customer = shapes.author(contact["role"], contact["id"], contact["name"], contact["email"])
        agent = self._admins[rng.choice(TEAMS[topic.team][1])]
        channel = rng.choices(("messenger", "email"), (70, 30))[0]
        one = shapes.conversation(
            CONVERSATION_IDS.to_id(ordinal),
            created_at,
            title=topic.question,
            source=shapes.source(
                str(403_000_000 + ordinal),
                customer,
                f"<p>{topic.question}</p>",
                type="email" if channel == "email" else "conversation",
                subject=topic.question if channel == "email" else "",
            ),
            channel={"initial": channel, "current": channel},
            contacts=shapes.contact_list(contact),
            team_assignee_id=FIRST_TEAM_ID + topic.team,
            admin_assignee_id=int(agent["id"]),
            priority=rng.choices(_PRIORITIES, _PRIORITY_WEIGHTS)[0],
            read=True,
            waiting_since=created_at,
        )
        parts = self._thread(one, topic, customer, agent)
        one["conversation_parts"] = shapes.conversation_parts(parts)
        tagged_at = parts[-1]["created_at"] if parts else created_at
        one["tags"]["tags"] = [
            shapes.applied(self._tag(name), tagged_at, agent["id"])
            for name in topic.tags
            if rng.random() < 0.85
        ]
        one["statistics"] = _statistics(one, topic)
        one["updated_at"] = tagged_at
        one["custom_attributes"] = _conversation_values(ordinal, topic, created_at)
        if not one["open"] and rng.random() < 0.35:
            self._rate(one, contact, agent)
        return one

    def _known_contact(self, created_at: int) -> Json:
        """A contact who existed by then."""
        share = (created_at - _OPENED_AT) / (NOW - _OPENED_AT - DAY)
        known = max(1, min(CONTACTS, int(CONTACTS * share)))
        return self._contacts[self._rng.randrange(known)]

    def _thread(self, one: Json, topic: Topic, customer: Json, agent: Json) -> list[Json]:
        """Fin, an assignment, a first reply at the team's pace, some back and forth, a close."""
        rng = self._rng
        at = one["created_at"]
        parts: list[Json] = []

        def add(seconds: float, who: Json, **fields: object) -> bool:
            nonlocal at
            at += max(1, int(seconds))
            if at >= NOW:
                return False
            self._next_part += 1
            parts.append(shapes.part(str(self._next_part), at, who, **fields))
            return True

        if rng.random() < 0.35:
            add(5, self._bot, body="<p>Hi, I'm Fin. Let me find that for you.</p>")
            self._let_fin_try(one)
        team = shapes.reference("team", str(FIRST_TEAM_ID + topic.team))
        add(rng.randint(5, 90), self._bot, part_type="assignment", assigned_to=team)
        wait = rng.lognormvariate(0, 0.8) * topic.minutes_to_reply * 60
        going = add(wait, agent, body=f"<p>{rng.choice(_REPLIES)}</p>")
        if going:
            one["waiting_since"] = None
        for _ in range(rng.choices((0, 1, 2, 3, 6, 20), (20, 30, 25, 15, 9, 1))[0]):
            if not going:
                break
            answer = f"<p>{rng.choice(_ANSWERS)}</p>"
            going = add(rng.expovariate(1 / (2 * _HOUR)), customer, body=answer)
            if going and one["first_contact_reply"] is None:
                one["first_contact_reply"] = {"created_at": at, "type": "conversation", "url": None}
            if going and rng.random() < 0.05:
                add(60, agent, part_type="note", body="<p>Internal: same as last week.</p>")
            wait = rng.lognormvariate(0, 0.8) * topic.minutes_to_reply * 40
            going = going and add(wait, agent, body=f"<p>{rng.choice(_REPLIES)}</p>")
        is_old = one["created_at"] < NOW - 14 * DAY
        ends = going and rng.random() < (0.95 if is_old else 0.45)
        if ends and add(rng.expovariate(1 / (5 * _HOUR)), agent, part_type="close", state="closed"):
            one.update(open=False, state="closed")
        return parts

    def _let_fin_try(self, one: Json) -> None:
        ending = self._rng.choice(("escalated", "assumed_resolution"))
        one["ai_agent_participated"] = True
        one["ai_agent"] = shapes.ai_agent(one["created_at"], resolution_state=ending)

    def _rate(self, one: Json, contact: Json, agent: Json) -> None:
        rated_at = one["updated_at"] + 600
        if rated_at >= NOW:
            return
        rating = self._rng.choices((1, 2, 3, 4, 5), (5, 6, 12, 30, 47))[0]
        one["conversation_rating"] = {
            "rating": rating,
            "remark": "Quick and kind!" if rating == 5 else "",
            "created_at": rated_at,
            "updated_at": rated_at,
            "contact": shapes.contact_list(contact)["contacts"][0],
            "teammate": shapes.reference("admin", agent["id"]),
        }
        one["updated_at"] = rated_at

    def _article(self, number: int) -> Json:
        rng = self._rng
        title = f"{_ARTICLES[number % len(_ARTICLES)]} {_FEATURES[number // len(_ARTICLES)]}"
        created_at = _OPENED_AT + number * 5 * DAY
        updated_at = rng.randint(created_at, NOW - DAY)
        views = rng.randint(0, 9000)
        return shapes.article(
            str(39 + number),
            created_at,
            title=title,
            description=f"What you need to know: {title.lower()}.",
            body=f"<h2>{title}</h2><p>{'It takes a minute. ' * rng.randint(3, 40)}</p>",
            body_markdown=f"## {title}",
            author_id=FIRST_ADMIN_ID + rng.randrange(10),
            state="draft" if rng.random() < 0.1 else "published",
            updated_at=updated_at,
            url=f"https://help.linnet.example.com/en/articles/{39 + number}",
            parent_ids=[18 + number % 6],
            _statistics={
                "type": "article_statistics",
                "views": views,
                "conversions": views // 90,
                "reactions": views // 30,
                "happy_reaction_percentage": 62.5,
                "neutral_reaction_percentage": 25.0,
                "sad_reaction_percentage": 12.5,
            },
        )


def _statistics(conversation: Json, topic: Topic) -> Json:
    """What is counted about a conversation, the team's first answer included."""
    counted = shapes.statistics(conversation)
    replied_after = counted.get("time_to_admin_reply")
    if replied_after is not None:
        response = {
            "team_id": FIRST_TEAM_ID + topic.team,
            "team_name": TEAMS[topic.team][0],
            "response_time": replied_after,
        }
        counted["assigned_team_first_response_time"] = [response]
    return counted


def _conversation_values(ordinal: int, topic: Topic, created_at: int) -> Json:
    """What the team filled in; the older half of its attributes is filled in more often."""
    rng = random.Random(ordinal)
    kind = "Bug" if "bug" in topic.tags else rng.choice(("Question", "Question", "Praise"))
    values: Json = {"Kind": kind, "Priority score": rng.randint(1, 5)}
    if rng.random() < 0.6:
        values["Summary"] = topic.question
    if "refund" in topic.tags and rng.random() < 0.7:
        values["Refund amount"] = round(rng.uniform(5, 200), 2)
    if rng.random() < 0.4:
        values["Escalated"] = rng.random() < 0.3
    if rng.random() < 0.2:
        due_at = datetime.fromtimestamp(created_at + rng.randint(1, 9) * DAY, UTC)
        values["Due"] = due_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return values


def _ascii(name: str) -> str:
    """A name as it may stand in an e-mail address."""
    return "".join(letter for letter in name.lower() if letter.isascii() and letter.isalpha())
