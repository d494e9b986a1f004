// The page around the terminal: asks whether this tab may open the session, opens it, and says why when it does not or no more.
"use strict";

const body = document.body;
const terminal = document.getElementById("terminal");

function show(state) {
  body.dataset.state = state;
}

// The answer of the server, null when there is none any more.
async function ask(path, method) {
  try {
    return await fetch(path, { method, cache: "no-store" });
  } catch {
    return null;
  }
}

async function begin() {
  const answer = await ask("claim", "POST");
  if (answer?.ok) {
    openTerminal();
  } else {
    await explain(answer);
  }
}

async function take() {
  show("opening");
  const answer = await ask("claim?take=1", "POST");
  if (answer?.ok) {
    location.reload();
  } else {
    await explain(answer);
  }
}

async function explain(answer) {
  if (answer?.status === 403) {
    show("refused");
    return;
  }
  const told = await ask("state", "GET");
  const state = told?.ok ? await told.text() : "ended";
  show({ busy: "busy", free: "left" }[state] ?? "ended");
}

async function openTerminal() {
  // The cells are measured once, so the font has to be there.
  await Promise.allSettled(["", "bold ", "italic "].map((style) => document.fonts.load(`${style}16px "Roboto Mono"`)));
  terminal.dataset.sessionWebsocketUrl = `ws://${location.host}${location.pathname}ws`;
  new MutationObserver(follow).observe(body, { attributeFilter: ["class"] });
  const script = document.createElement("script");
  script.src = "static/js/textual.js";
  script.addEventListener("load", () => {
    window.onload(new Event("load")); // textual.js begins when a page has loaded; this one has
  });
  document.head.append(script);
}

function follow() {
  if (body.classList.contains("-closed")) {
    if (body.dataset.ends === undefined) {
      body.dataset.ends = "";
      explain(null);
    }
  } else if (body.classList.contains("-first-byte") && body.dataset.state !== "open") {
    show("open");
    document.querySelector(".xterm-helper-textarea")?.focus();
  }
}

document.getElementById("take").addEventListener("click", take);
document.getElementById("again").addEventListener("click", () => location.reload());
if (document.readyState === "complete") {
  begin();
} else {
  window.addEventListener("load", begin, { once: true });
}
