// Tells an open page what happened meanwhile: new items, who holds what is shown, a refused rule set,
// a lost connection. It writes into places that are kept free for it, so that nothing moves; but for
// the line in the head of a narrow screen, which takes no room while it is empty.
"use strict";
(() => {
  const line = document.getElementById("live");
  const said = document.getElementById("said");
  if (!line || !window.EventSource) return;
  const words = line.dataset;
  const put = (pattern, what) => pattern.replace("#", what);
  const banner = document.querySelector(".banner[role=alert] strong");
  const decide = document.getElementById("decide");
  const shown = decide && Number((decide.getAttribute("action") || "").split("/")[2]);
  let source = null, since = null, fresh = 0, refused = null, taken = null, lost = false, over = false;
  let spoken = 0;

  // News that only grow are spoken once a minute; the rest at once.
  function say(sentence, grows) {
    const now = Date.now();
    if (grows && now - spoken < 60000) return;
    if (grows) spoken = now;
    said.textContent = sentence;
  }

  function news() {
    return fresh === 1 ? words.one : put(words.many, fresh.toLocaleString(document.documentElement.lang));
  }

  function show() {
    line.replaceChildren();
    if (over || lost) line.append(over ? words.over : words.lost);
    else if (taken) line.append(put(words.taken, taken));
    else if (refused && !banner) line.append(words.refused);
    else if (fresh) line.append(Object.assign(document.createElement("a"), { href: "/queue", textContent: news() }));
  }

  function regained() {
    if (!lost) return;
    lost = false;
    say(words.back);
    show();
  }

  function listen() {
    source = new EventSource(since === null ? "/events" : "/events?since=" + since);
    const on = (name, take) => source.addEventListener(name, (event) => {
      since = event.lastEventId;
      take(JSON.parse(event.data));
      show();
    });
    source.addEventListener("open", regained);
    source.addEventListener("error", () => {
      // Closed by the server for good: signed out, or too many pages listen.
      if (source.readyState === EventSource.CLOSED) { over = true; say(words.over); }
      else if (!lost) { lost = true; say(words.lost); }
      show();
    });
    on("items", (data) => { fresh += data.new; say(news(), true); });
    on("rules", (data) => {
      if (refused !== null || data.refused) {
        if (Boolean(refused) !== Boolean(data.refused) && !(refused === null && banner)) {
          say(data.refused ? words.refused : words.mended);
        }
      }
      if (banner) banner.textContent = data.refused ? words.refused : words.mended;
      refused = data.refused;
    });
    on("leases", (data) => {
      const held = new Map(data.held.map((lease) => [lease.item, lease.by]));
      for (const item of document.querySelectorAll("[data-item] .held")) {
        const by = held.get(Number(item.closest("[data-item]").dataset.item));
        item.textContent = by ? " · " + put(words.held, by) : "";
      }
      const by = shown ? held.get(shown) : undefined;
      const now = by && by !== words.me ? by : null;
      if (now && now !== taken) say(put(words.taken, now));
      taken = now;
    });
  }

  // A browser has few connections to one place: pages nobody sees give theirs back.
  function wake() {
    if (document.hidden) { if (source) source.close(); source = null; }
    else if (!source && !over) listen();
  }
  document.addEventListener("visibilitychange", wake);
  window.addEventListener("pagehide", () => { if (source) source.close(); source = null; });
  window.addEventListener("pageshow", wake);
  wake();
})();
