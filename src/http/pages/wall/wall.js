"use strict";
// The wallboard in the browser: it takes each new board from the exporter, counts waits and ages
// on, and replaces every value by "?" once its reading is too old by the browser's own clock.
(() => {
  const words = document.body.dataset;
  const board = document.getElementById("board");
  const say = document.getElementById("say");
  const turn = document.getElementById("turn");
  const pause = document.getElementById("pause");

  // A connection without an event or heartbeat for this long is taken to be dead: heartbeats come
  // every 15 s.
  const SILENCE = 20000;
  // The clock that no one can set: the time of day would jump with the zone or a correction.
  const now = () => performance.now();
  const fill = (text, ...values) => text.replace(/\{\}/g, () => values.shift());
  const two = (number) => String(number).padStart(2, "0");

  let arrived = now();
  let heard = arrived;
  let events = null;
  let retry = 0;
  let asking = 0;
  let told = null;
  let page = 0;
  let paused = false;

  function time(seconds) {
    const whole = Math.floor(Math.max(0, seconds));
    return whole < 3600
      ? Math.floor(whole / 60) + ":" + two(whole % 60)
      : Math.floor(whole / 3600) + ":" + two(Math.floor((whole % 3600) / 60)) + " h";
  }

  function duration(seconds) {
    const whole = Math.floor(Math.max(0, seconds));
    if (whole < 120) return whole + " s";
    return whole < 7200 ? Math.floor(whole / 60) + " min" : Math.floor(whole / 3600) + " h";
  }

  function setUnknown(value) {
    const mark = document.createElement("span");
    const spoken = document.createElement("span");
    mark.setAttribute("aria-hidden", "true");
    mark.textContent = "?";
    spoken.className = "sr";
    spoken.textContent = words.unknown;
    value.className = value.classList.contains("sub") ? "v sub unknown" : "v unknown";
    value.replaceChildren(mark, spoken);
  }

  // Values that are too old become "?", with the colour of their row.
  function expire(elapsed) {
    let expired = false;
    for (const part of board.querySelectorAll("[data-left]")) {
      if (elapsed < Number(part.dataset.left)) continue;
      expired = true;
      for (const value of part.querySelectorAll(".v:not(.unknown)")) setUnknown(value);
      if (part.tagName === "TR") part.className = "unknown";
      for (const tile of part.querySelectorAll(".tile")) tile.className = "tile";
    }
    return expired;
  }

  function tick() {
    const elapsed = now() - arrived;
    const seconds = elapsed / 1000;
    for (const wait of board.querySelectorAll(".wait")) {
      const { wait: since, age, until } = wait.dataset;
      wait.textContent = time(Number(since) + Math.min(Number(age) + seconds, Number(until)));
    }
    for (const age of board.querySelectorAll(".age")) {
      age.textContent = fill(words.age, duration(Number(age.dataset.age) + seconds));
    }
    const expired = expire(elapsed);
    const top = board.querySelector(".top");
    if (top && expired) top.classList.add("bad");
    if (now() - Math.max(heard, arrived) > SILENCE) showLost();
    // A proxy that stops forwarding tells no error. That the page can ask for itself does not help
    // the events.
    if (events && now() - heard > SILENCE) leave(2000 + Math.random() * 8000);
  }

  function showLost() {
    const meta = board.querySelector(".meta");
    if (!meta || meta.querySelector(".lost")) return;
    const lost = document.createElement("strong");
    lost.className = "lost";
    lost.textContent = words.lost;
    meta.prepend(lost);
    board.querySelector(".top").classList.add("bad");
    say.textContent = words.lost;
  }

  function show(html) {
    const before = board.querySelector(".rows");
    const [left, had] = before ? [before.scrollLeft, before === document.activeElement] : [0, false];
    // The exporter has escaped every name in it, and the policy of the page runs no script in it.
    board.innerHTML = html;
    arrived = now();
    const rows = board.querySelector(".rows");
    if (rows) {
      rows.scrollLeft = left;
      if (had) rows.focus({ preventScroll: true });
    }
    announce();
    layout();
  }

  // Tells screen readers only what has become TOO LONG or too old since the last board.
  function announce() {
    const all = Array.from(board.querySelectorAll("[data-say]"), (part) => part.dataset.say);
    if (told) {
      const fresh = all.filter((text) => !told.has(text));
      if (fresh.length) say.textContent = fresh.join(". ");
    }
    told = new Set(all);
  }

  // Where not all rows fit, the worst stay and the others turn.
  function layout() {
    const rows = Array.from(board.querySelectorAll("tbody tr"));
    for (const row of rows) row.hidden = false;
    turn.hidden = true;
    const wide = matchMedia("(min-width:900px) and (min-height:500px)").matches;
    const still = matchMedia("(prefers-reduced-motion:reduce)").matches;
    if (!wide || still || rows.length < 2) return;
    const height = (row) => row.getBoundingClientRect().height;
    const top = rows[0].getBoundingClientRect().top + scrollY;
    const all = rows.reduce((sum, row) => sum + height(row), 0);
    const links = document.getElementById("boards");
    const below = links ? height(links) : 0;
    if (top + all + below <= innerHeight) return;
    turn.hidden = false;
    const room = innerHeight - top - height(turn) - below - 4;
    const pinned = rows.filter((row) => row.dataset.pin);
    const others = rows.filter((row) => !row.dataset.pin);
    const space = room - pinned.reduce((sum, row) => sum + height(row), 0);
    // Every row that is TOO LONG has to be seen: without room for the others the page scrolls.
    if (!others.length || space < Math.max(...others.map(height))) {
      turn.hidden = true;
      return;
    }
    const pages = [[]];
    let used = 0;
    for (const row of others) {
      if (used + height(row) > space && pages[pages.length - 1].length) {
        pages.push([]);
        used = 0;
      }
      pages[pages.length - 1].push(row);
      used += height(row);
    }
    page %= pages.length;
    const shown = pages[page];
    const first = rows.indexOf(shown[0]) + 1;
    const last = rows.indexOf(shown[shown.length - 1]) + 1;
    for (const row of others) row.hidden = !shown.includes(row);
    document.getElementById("range").textContent = fill(words.range, first + "–" + last, rows.length);
  }

  function leave(delay) {
    if (events) events.close();
    events = null;
    if (!retry) retry = setTimeout(connect, delay);
    // Until the events are back the page asks for itself.
    if (!asking) asking = setInterval(ask, 5000);
  }

  function connect() {
    retry = 0;
    events = new EventSource(words.events);
    heard = Math.max(heard, now() - SILENCE / 2);
    events.onopen = () => {
      heard = now();
      clearInterval(asking);
      asking = 0;
    };
    events.onmessage = (event) => {
      heard = now();
      show(event.data);
    };
    events.addEventListener("beat", () => { heard = now(); });
    // The browser's own retry would bring all screens back at the same moment.
    events.onerror = () => leave(2000 + Math.random() * 28000);
  }

  async function ask() {
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(4500) });
      if (!answer.ok) return;
      const read = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = read.getElementById("board");
      if (fresh && !(events && events.readyState === 1)) show(fresh.innerHTML);
    } catch {
      // The next try is in five seconds; meanwhile the values get too old by themselves.
    }
  }

  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? words.resume : words.pause;
  });
  document.getElementById("next").addEventListener("click", () => {
    page += 1;
    layout();
  });
  addEventListener("resize", layout);
  setInterval(tick, 1000);
  setInterval(() => {
    if (paused || turn.hidden) return;
    page += 1;
    layout();
  }, 10000);
  announce();
  layout();
  connect();
})();
