"""Mara, who leads the product team: plans, wording, branches, pictures."""

from __future__ import annotations

from scripts.sample.chat import Chat, answer, ask, reply, think
from scripts.sample.values import at, oid

LAUNCH_PROJECT = oid("project halden", at("2026-01-05 08:00"))

SPRING_PLAN = """Here is a lean plan for the Halden launch:

| Week | What | Who |
|---|---|---|
| 9 | Photos in the showroom | Yuki |
| 10 | Texts in five languages | Priya |
| 11 | Retailers get samples | Tomás |
| 12 | **Launch** and newsletter | Mara |

The one risk I see: samples need the new cord, and the cord is two weeks late."""

SPRING_PLAN_AGAIN = """A plan with more air in it:

1. **Weeks 8 and 9** – photos and texts, side by side
2. **Week 10** – samples to the twelve largest retailers
3. **Week 13** – launch, with the newsletter the evening before

Week 12 stays empty on purpose, for whatever goes wrong."""

CHATS = (
    Chat(
        "spring-plan", "mara", "Spring launch plan for Halden", "2026-01-13 09:15",
        pinned=True, tags=("launch", "Q2 planning"), system="You are a calm project planner.",
        extra={"chatProjectId": None, "temperature": 0.4},
        turns=(
            ask("We launch the Halden pendant in spring. Draft a plan for the last four weeks.",
                key="q1"),
            reply(SPRING_PLAN, key="a1"),
            reply(SPRING_PLAN_AGAIN, key="a1-again", after="q1"),
            ask("What do we tell retailers if the cord is late?", key="q2", after="a1-again"),
            reply("Tell them early and give a date you can keep:\n\n> Samples ship on 16 March "
                  "with a temporary cord. The final cord follows by 1 April, free of charge.",
                  key="a2"),
            ask("What do we tell retailers if the cord is late? Keep it to one sentence.",
                key="q2-edited", after="a1-again"),
            reply("“Your samples ship on 16 March with a temporary cord; we send the final "
                  "one by 1 April.”", key="a2-short"),
        ),
    ),
    Chat(
        "warranty", "mara", "Warranty wording", "2026-01-14 13:02", endpoint="anthropic",
        model="claude-sonnet-4-5", sender="Claude", tags=("launch",),
        # Somebody went back to the first answer and continued there: either leaf is defensible.
        current=("third", "continued"),
        turns=(
            ask("Write a five-year warranty clause a customer can understand.", key="q"),
            reply("We repair or replace your lamp free of charge for five years, as long as it "
                  "was installed as described in the manual.", key="first"),
            reply("Five years. If it stops working and you did nothing odd to it, we fix it.",
                  key="second", after="q"),
            reply("For five years from the day you bought it, your lamp works, or we make it "
                  "work.", key="third", after="q"),
            ask("I prefer the first one. Add that shipping is included.", key="on-first",
                after="first"),
            reply("We repair or replace your lamp free of charge for five years, **shipping "
                  "included**, as long as it was installed as described in the manual.",
                  key="continued"),
        ),
    ),
    Chat(
        "dusk", "mara", "Why lamps look warmer at dusk", "2026-01-15 17:40", endpoint="anthropic",
        model="claude-sonnet-4-5", sender="Claude",
        turns=(
            ask("Customers say our lamps look more orange in the evening. Are they imagining it?"),
            reply(
                think("Colour constancy: the eye adapts to the dominant light. At dusk daylight "
                      "is about 10 000 K, so 2 700 K looks more orange beside it."),
                "They are not imagining it, but the lamp is not changing either.\n\nThe eye takes "
                "the brightest light as *white*. At dusk that is bluish daylight, and next to it "
                "a 2 700 K lamp looks orange.",
                think({"value": "Offer a practical remark."}),
                "An hour later, with the curtains closed, the same lamp looks white again.",
                reasoning=("Colour constancy: the eye adapts to the dominant light.",
                           "Offer a practical remark."),
            ),
        ),
    ),
    Chat(
        "photos", "mara", "Feedback on the product photo", "2026-01-16 10:05",
        extra={"chatProjectId": str(LAUNCH_PROJECT), "files": []},
        turns=(
            ask("Is the light in this photo too yellow for the catalogue?",
                files=("product-photo", "lost", "remote"), keeps_files=("product-photo",)),
            reply("A little. The shade reads as orange rather than oak. I would lower the colour "
                  "temperature by about 300 K and leave the shadow as it is."),
            ask("And do these colours go together?", files=("mood-board",),
                keeps_files=("mood-board",)),
            reply("Yes. Oak, brick and moss share the same depth; the grey keeps them from "
                  "getting cosy. I would use the yellow only for light itself."),
            ask("Where would you hang the pendants in the showroom?", files=("floor-plan",),
                keeps_files=("floor-plan",)),
            reply("Left of the wall, three in a row, so that people see them from the counter."),
        ),
    ),
    Chat(
        "two-models", "mara", "One slogan, two models", "2026-01-19 08:30", endpoint="agents",
        model="gpt-4o",
        turns=(
            ask("A slogan for Halden, at most five words.", extra={"addedConvo": True}),
            reply(
                {"type": "text", "text": "Light, grown slowly.",
                 "agentId": "openAI__gpt-4o___GPT-4o____0", "groupId": 1},
                {"type": "text", "text": "Oak above, evening below.",
                 "agentId": "anthropic__claude-sonnet-4-5___Claude____1", "groupId": 1},
                shows=("Light, grown slowly.", "Oak above, evening below."),
                extra={"addedConvo": True},
            ),
        ),
    ),
    Chat(
        "rated", "mara", "Name for the reading lamp", "2026-01-20 11:00",
        turns=(
            ask("A short Scandinavian name for a reading lamp?"),
            reply("**Lyng** – heather. Easy to say, and the domain is free.",
                  extra={"feedback": {"rating": "thumbsUp", "tag": "creative"}}),
            ask("And one for the outdoor version?"),
            reply("**Regn** – rain. Perhaps too honest.",
                  extra={"feedback": {"rating": "thumbsDown", "text": "nobody buys rain",
                                      "tag": {"key": "not_helpful", "label": "Not helpful"}}}),
        ),
    ),
    Chat(
        "office-move", "mara", "Office move 2024: checklist", "2024-08-12 07:45", archived=True,
        model="gpt-4-turbo", sender="GPT-4", tags=("office",),
        turns=(
            ask("What do people forget when an office moves?"),
            answer("Usually these:\n\n- the lift at the new place has to be booked\n- meter "
                   "readings at the old one\n- the coffee machine travels *last* and arrives "
                   "*first*"),
        ),
    ),
    Chat(
        "article-numbers", "mara", "Scheme for article numbers", "2026-01-21 14:10",
        shared_id="same-id", model=None, endpoint="openAI",
        turns=(
            ask("Do our article numbers need a check digit?"),
            reply("With fewer than a thousand articles: no. Make the size part of the number and "
                  "let the shop's search forgive the rest."),
        ),
    ),
    Chat(
        "untitled", "mara", None, "2026-02-02 06:55", endpoint=None, model=None, sender="",
        turns=(ask("Remind me to ask Björn about the cords"),),
    ),
)  # fmt: skip
