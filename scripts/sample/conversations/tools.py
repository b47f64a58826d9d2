"""Answers with tools in them: code, search, files, pictures, artifacts, every kind of part."""

from __future__ import annotations

from scripts.sample.agents import AGENTS
from scripts.sample.chat import Chat, ask, call_id, reply, think, tool
from scripts.sample.files import FILES
from scripts.sample.media import render
from scripts.sample.values import Document

ANALYST = AGENTS["analyst"]
READER = AGENTS["reader"]
COPYWRITER = AGENTS["copywriter"]


def _attached(name: str, call: Document) -> Document:
    return FILES[name].copy(render()) | {"toolCallId": call_id(call)}


CODE = tool(
    "execute_code",
    '{"lang":"py","code":"import csv, collections\\nprint(\'North 43.5 %\')"}',
    "stdout:\nNorth 43.5 %\n\nGenerated files:\n- /mnt/data/units.png\n- /mnt/data/share.csv",
)
SEARCH = tool("web_search", '{"query":"lighting fair 2026"}', "Two results")
SEARCH_AGAIN = tool("web_search", '{"query":"lighting fair 2026 dates"}', "One result")
READ = tool("file_search", '{"query":"notice period"}', "7.1 Either party may end …")
DRAW = tool(
    "image_gen_oai", {"prompt": "A pendant lamp of oak, dark background", "size": "1024x1536"},
    "Image displayed to the user.",
)  # fmt: skip
WIKI = tool(
    "search_pages_mcp_Company-Wiki", '{"q":"stocktaking"}', '{"hits":[{"title":"Stocktaking"}]}',
    mcpServerName="Company-Wiki",
)  # fmt: skip
SIGN_IN = {
    "type": "tool_call",
    "tool_call": {
        "id": "call_signin", "name": "create_issue_mcp_tracker", "args": '{"title": broken',
        "type": "tool_call", "auth": "https://tracker.lumenoak.example/oauth", "progress": 0.1,
    },
}  # fmt: skip
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwAD"
    "hgGAWjR9awAAAABJRU5ErkJggg=="
)


def _result(title: str, link: str, snippet: str) -> Document:
    return {"title": title, "link": link, "snippet": snippet, "attribution": "lightfair.example"}


FAIR = "https://lightfair.example/2026"
HOTELS = "https://travel.example/frankfurt-hotels"
DATES = "https://lightfair.example/2026/dates"
ARTIFACT = """Here is a first version:

:::artifact{identifier="halden-page" type="text/html" title="Halden landing page"}
```html
<h1>Halden</h1>
<p>Light, grown slowly.</p>
```
:::

It has one heading and one sentence, on purpose."""
MERMAID = """:::artifact{identifier="order-flow" type="application/vnd.mermaid" title="Order flow"}
```mermaid
graph LR
  Shop --> Warehouse --> Customer
```
:::"""
CUT_OFF = """:::artifact{identifier="halden-page" type="text/html" title="Halden landing page"}
```html
<h1>Halden</h1>
<button>Find a ret"""

CHATS = (
    Chat(
        "sales", "mara", "Sales by region, last quarter", "2026-01-22 09:00", endpoint="agents",
        model=ANALYST.id, sender="Sales analyst", extra={"agent_id": ANALYST.id},
        turns=(
            ask("Which region sold best? Please draw it.", files=("sales",),
                keeps_files=("sales",)),
            reply(
                think("A bar chart with three bars is enough."),
                "I count the units first.", CODE,
                "**North** leads with 184 units, 43.5 % of the total. Export is still below 100.",
                reasoning=("A bar chart with three bars is enough.",), tools=("execute_code",),
                attachments=[_attached("chart", CODE), _attached("result", CODE)],
                keeps_files=("chart", "result"),
            ),
            ask("Thank you, that was quick."),
            reply("You are welcome. Shall I look at the returns as well?"),
        ),
    ),
    Chat(
        "fair", "mara", "Lighting fair 2026", "2026-01-23 08:20",
        turns=(
            ask("When is the lighting fair this year, and is it worth going?"),
            reply(
                SEARCH,
                "The fair opens on 8 March \ue202turn0search0 and fills most hotels "
                "\ue200\ue202turn0search0\ue202turn0search1\ue201. \ue203Tickets are 60 euros"
                "\ue204 \\ue202turn1search0.",
                SEARCH_AGAIN, "For a new pendant: yes. \ue202turn7search9",
                shows=("The fair opens on 8 March", "and fills most hotels",
                       "Tickets are 60 euros", "For a new pendant: yes."),
                tools=("web_search", "web_search"), sources=(FAIR, HOTELS, DATES),
                attachments=[
                    {"type": "web_search", "toolCallId": call_id(SEARCH), "web_search": {
                        "turn": 0, "organic": [
                            _result("Lighting fair 2026", FAIR, "Opens on 8 March."),
                            _result("Hotels in Frankfurt", HOTELS, "Early March is full."),
                        ]}},
                    {"type": "web_search", "toolCallId": call_id(SEARCH_AGAIN), "web_search": {
                        "turn": 1, "organic": [_result("Dates and prices", DATES, "60 euros.")],
                    }},
                ],
            ),
        ),
    ),
    Chat(
        "contract", "mara", "Ask the supply agreement", "2026-01-26 15:30", endpoint="agents",
        model=READER.id, sender="Contract reader", extra={"agent_id": READER.id},
        turns=(
            ask("How much notice does the sawmill have to give us?"),
            reply(
                READ, "Three months, by clause 7.1 \ue202turn0file0.",
                shows=("Three months, by clause 7.1",), tools=("file_search",),
                attachments=[{
                    "type": "file_search", "toolCallId": call_id(READ), "file_search": {"sources": [
                        {"type": "file", "fileId": FILES["contract"].id,
                         "fileName": "supply-agreement.pdf", "relevance": 0.93, "pages": [1],
                         "content": "Either party may end this agreement with three months' notice",
                         "pageRelevance": {"1": 0.93}, "metadata": {"storageType": "local"}},
                    ]}}],
            ),
        ),
    ),
    Chat(
        "poster", "mara", "Poster for the window", "2026-01-27 16:00", endpoint="agents",
        tags=("launch",),
        turns=(
            ask("Draw a poster with one pendant lamp, dark background."),
            reply(
                DRAW, "Here is your poster. The lamp hangs a little left of the middle, so that "
                "the text has room.",
                tools=("image_gen_oai",), attachments=[_attached("poster", DRAW)],
                keeps_files=("poster",),
            ),
        ),
    ),
    Chat(
        "landing-page", "mara", "Landing page, first sketch", "2026-01-28 09:45",
        turns=(
            ask("Sketch a landing page for Halden as HTML."),
            reply(ARTIFACT, shows=("Here is a first version:", "<h1>Halden</h1>",
                                   "<p>Light, grown slowly.</p>",
                                   "It has one heading and one sentence, on purpose.")),
            ask("And the way an order takes, as a diagram."),
            reply(MERMAID, shows=("graph LR", "Shop --> Warehouse --> Customer")),
            ask("Add a button to the page."),
            reply(CUT_OFF, shows=("<h1>Halden</h1>", "<button>Find a ret"),
                  extra={"unfinished": True, "finish_reason": "incomplete"}),
        ),
    ),
    Chat(
        "audit", "mara", "Preparing the stocktaking", "2026-02-03 08:10", endpoint="agents",
        model=ANALYST.id, sender="Sales analyst", extra={"agent_id": ANALYST.id},
        turns=(
            ask("Prepare the stocktaking with the warehouse assistant.",
                extra={"quotes": ["Stocktaking is on 28 February."]}),
            reply(
                {"type": "summary", "content": [{"type": "text", "text": "Mara plans the year-end "
                                                 "stocktaking."}], "tokenCount": 8},
                {"type": "agent_update", "agent_update": {
                    "index": 0, "runId": "run_1", "agentId": COPYWRITER.id}},
                "I look into the wiki first.",
                {"type": "activity_label", "activity_label": "Searched the wiki"},
                WIKI, SIGN_IN, None, {"type": "text", "text": "  "},
                {"type": "text", "text": {"value": "Count the pendants first: they are fragile, "
                                          "and they sell."}},
                {"type": "steer", "steer": "Please mention the cords as well."},
                {"type": "text", "text": "Cords are counted by weight."},
                {"type": "image_url", "image_url": {"url": PIXEL, "detail": "auto"}},
                {"type": "video_url", "video_url": {"url": "https://video.example/shelf.mp4"}},
                {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
                {"type": "hologram", "hologram": {"text": "Shelf 4 needs a ladder."}},
                {"type": "error", "error": "The label printer did not answer."},
                shows=("I look into the wiki first.",
                       "Count the pendants first: they are fragile, and they sell.",
                       "Cords are counted by weight."),
                tools=("search_pages_mcp_Company-Wiki",),
            ),
        ),
    ),
    Chat(
        "assistant-2024", "mara", "Budget with the old assistant", "2024-05-07 10:00",
        endpoint="assistants", model="gpt-4-turbo", sender="Budget assistant",
        system="Be brief.", system_field="instructions", extra={"assistant_id": "asst_budget"},
        turns=(
            ask("Add up the fair budget and plot it."),
            reply(
                {"type": "tool_call", "tool_call": {
                    "id": "call_ci", "type": "code_interpreter", "progress": 1,
                    "code_interpreter": {"input": "print(800 + 450)", "outputs": [
                        {"type": "logs", "logs": "1250"},
                        {"type": "image", "image": {"file_id": FILES["chart"].id}}]}}},
                {"type": "tool_call", "tool_call": {
                    "id": "call_fn", "type": "function", "progress": 1, "function": {
                        "name": "get_rate_action_YmFuay5leGFt", "arguments": '{"currency":"EUR"}',
                        "output": '{"rate":1}'}}},
                {"type": "tool_call", "tool_call": {"id": "call_r", "type": "retrieval",
                                                    "retrieval": {}, "progress": 1}},
                {"type": "image_file", "image_file": FILES["chart"].copy(render())},
                {"type": "text", "text": {"value": "The budget is 1 250 euros【4†source】.",
                                          "annotations": [{
                                              "type": "file_citation", "text": "【4†source】",
                                              "start_index": 29, "end_index": 39,
                                              "file_citation": {"file_id": "file-abc"}}]}},
                shows=("The budget is 1 250 euros",), keeps_files=("chart",),
            ),
        ),
    ),
    Chat(
        "memory", "mara", "Remember my working hours", "2026-02-04 07:30", endpoint="agents",
        turns=(
            ask("Please remember that I do not work on Fridays."),
            reply(
                tool("memory", {"key": "working_hours", "value": "No Fridays"}, "Saved."),
                "Noted. I will not plan anything for you on Fridays.",
                tools=("memory",),
                attachments=[{"type": "memory", "toolCallId": "call_m", "memory": {
                    "type": "update", "key": "working_hours", "value": "No Fridays"}}],
            ),
        ),
    ),
)  # fmt: skip
