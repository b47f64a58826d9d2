"""The frame around every card.

Open WebUI shows an embed in a sandboxed ``iframe`` without the page's origin (0.10 to 0.12,
``FullHeightIframe.svelte``): it can neither read the page nor act for the person who looks at it.
The frame tells its height to the page, and takes newer contents from it. It cannot see Open WebUI's
theme (which sets no ``color-scheme``), so the theme is asked for and written into the card.
"""

from __future__ import annotations

from typing import Literal

Theme = Literal["light", "dark"] | None
"""None: nobody could tell; the browser's own preference decides."""

LIVE = "librechatMigration"
"""The key under which the page hands newer contents to a card."""

_DARK = """--text: #e6edf3; --soft: #9198a1; --line: #3d444d; --card: #171717; --track: #2a2f36;
  --go: #4493f8; --good: #3fb950; --bad: #ff7b72; --warn: #d29922"""

# No ``color-scheme``: one that differs from the page's would paint the frame's corners.
_STYLE = """
:root { --text: #1f2328; --soft: #656d76; --line: #d0d7de;
  --card: #fff; --track: #eaeef2; --go: #0969da; --good: #1a7f37; --bad: #c62828; --warn: #9a6700 }
@media (prefers-color-scheme: dark) { :root:not([data-theme]) { DARK } }
:root[data-theme=dark] { DARK }
* { box-sizing: border-box }
html { background: transparent }
body { margin: 0; padding: 1px; font: 14px/1.45 system-ui, sans-serif; color: var(--text);
  overflow-wrap: anywhere }
#card { background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  padding: 16px 18px }
h1 { font-size: 16px; line-height: 1.3; margin: 0 0 2px; font-weight: 600 }
h2 { font-size: 14px; margin: 16px 0 4px; font-weight: 600 }
p { margin: 4px 0 } .soft { color: var(--soft) } .num { font-variant-numeric: tabular-nums }
.top { display: flex; gap: 4px 16px; flex-wrap: wrap; justify-content: space-between;
  align-items: baseline }
.phases { list-style: none; margin: 12px 0 0; padding: 0; display: grid; gap: 5px }
.phases li { display: grid; gap: 0 10px; align-items: center;
  grid-template-columns: minmax(6rem, 15rem) minmax(3rem, 1fr) 9.5rem }
.phases .count { text-align: right; color: var(--soft) }
.waiting { color: var(--soft) } .now { font-weight: 600 } .now .count { font-weight: 400 }
.track { height: 6px; border-radius: 3px; background: var(--track); overflow: hidden }
.bar { height: 100%; border-radius: 3px; background: var(--go); transition: width .6s linear }
.done .bar { background: var(--good) }
.bar.unknown { animation: slide 1.6s ease-in-out infinite alternate }
@keyframes slide { from { margin-left: 0 } to { margin-left: 70% } }
@media (prefers-reduced-motion: reduce) { .bar.unknown { animation: none } }
.good { color: var(--good) } .bad { color: var(--bad) } .warn { color: var(--warn) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { padding: 4px 8px; border-bottom: 1px solid var(--line); text-align: right;
  overflow-wrap: normal }
th { font-weight: 500; color: var(--soft) }
th:first-child, td:first-child { text-align: left; padding-left: 0 }
td.zero { color: var(--soft) } td.bad { font-weight: 600 }
dl { margin: 4px 0; display: grid; grid-template-columns: max-content 1fr; gap: 2px 10px }
dt { font-variant-numeric: tabular-nums; text-align: right } dd { margin: 0 }
dd span { color: var(--soft) }
#stale { color: var(--warn); margin: 10px 0 0 } #stale[hidden] { display: none }
@media (max-width: 480px) { #card { padding: 12px }
  .phases li { grid-template-columns: 1fr auto } .phases .track { grid-column: 1 / -1; grid-row: 2 }
  .phases .waiting { display: none } table { font-size: 12px } th, td { padding: 4px 3px } }
""".replace("DARK", _DARK)

_SCRIPT = """
const card = document.getElementById('card'), stale = document.getElementById('stale');
let heard = Date.now();
const tell = () => parent.postMessage(
  { type: 'iframe:height', height: Math.ceil(document.body.getBoundingClientRect().height) + 2 },
  '*');
function show(html) {
  const fresh = document.createElement('template');
  fresh.innerHTML = html;
  const old = [...card.querySelectorAll('[data-k]')];
  const now = [...fresh.content.querySelectorAll('[data-k]')];
  const same = old.length === now.length
    && old.every((element, i) => element.dataset.k === now[i].dataset.k);
  if (!same) { card.innerHTML = html; return; }
  old.forEach((element, i) => {
    if (element.className !== now[i].className) element.className = now[i].className;
    if (element.style.width !== now[i].style.width) element.style.width = now[i].style.width;
    if (!now[i].children.length && element.textContent !== now[i].textContent)
      element.textContent = now[i].textContent;
  });
}
addEventListener('message', event => {
  const live = event.source === parent && event.data && event.data['%(live)s'];
  if (!live || typeof live.html !== 'string' || !card.querySelector('[data-running]')) return;
  heard = Date.now();
  show(live.html);
  tell();
});
setInterval(() => {
  const quiet = card.querySelector('[data-running]') && Date.now() - heard > 15000;
  if (stale.hidden === Boolean(quiet)) { stale.hidden = !quiet; tell(); }
}, 1000);
new ResizeObserver(tell).observe(document.body);
addEventListener('load', tell);
"""


def html_page(body: str, theme: Theme = None) -> str:
    """A whole card. ``body`` is HTML whose texts are escaped already."""
    themed = f' data-theme="{theme}"' if theme else ""
    script = _SCRIPT % {"live": LIVE}
    return (
        f'<!doctype html><html lang="en"{themed}><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>LibreChat Migration</title><style>{_STYLE}</style></head><body>"
        f'<main id="card">{body}</main>'
        '<p id="stale" hidden>No news for a while. Say <b>Status</b> to see where it is.</p>'
        f"<script>{script}</script></body></html>"
    )
