// The operator's hand: buttons, keys, choosing a score.

import { STATES } from "./panel.js";

const ZOOMS = [0.6, 0.75, 0.88, 1, 1.2, 1.45, 1.8];
const MOST_BYTES = 16 * 1024 * 1024;
const $ = (id) => document.getElementById(id);

export class Controls {
  constructor(wire, sheet, bars, inputs, say) {
    this.wire = wire;
    this.sheet = sheet;
    this.bars = bars;
    this.inputs = inputs;
    this.say = say; // a line for the reader; "bad" as second argument where something failed
    this.state = "idle";
    this.held = false;
    this.loop = null;
    this.names = []; // of scores to choose from
    this.words = new Set();
    this.steer = false;
    this.zoom = Number(remembered("zoom") ?? ZOOMS.indexOf(1));
    this.sheet.zoom = ZOOMS[this.zoom] ?? 1;
    const click = (id, act) => $(id).addEventListener("click", act);
    click("main", () => this.main());
    click("stop", () => this.do("stop"));
    click("first", () => this.first());
    click("prev", () => this.do("prev"));
    click("next", () => this.do("next"));
    click("loop", () => this.loopButton());
    click("smaller", () => this.resize(-1));
    click("larger", () => this.resize(1));
    click("theme", () => this.theme());
    click("help", () => $("keys").showModal());
    click("more", () => this.more());
    $("goto").addEventListener("submit", (event) => { event.preventDefault(); this.goToLabel(); });
    click("piece", () => this.openPieces());
    $("file").addEventListener("change", () => this.handIn());
    for (const dialog of document.querySelectorAll("dialog")) {
      dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    }
    document.addEventListener("keydown", (event) => this.key(event));
  }

  // What this viewer may do, and what this session understands.
  allow(steer, words) {
    if (steer !== null) this.steer = steer;
    if (words !== null) this.words = new Set(words);
    for (const button of document.querySelectorAll("[data-word]")) {
      button.hidden = !this.can(button.dataset.word);
    }
    this.inputs.showButton();
    document.body.dataset.steer = this.steer ? "yes" : "no";
    document.body.dataset.places = this.can("goto/beat") ? "yes" : "no";
    $("watching").hidden = this.steer;
  }

  can(word) {
    return this.steer && this.words.has(word);
  }

  score(score) {
    this.labels = score.labels;
    this.starts = score.starts;
    this.bars.labels = score.labels;
    this.id = score.id;
    this.listScores(this.names);
  }

  show(state, held) {
    this.state = state;
    this.held = held;
    const runs = !held && (state === "following" || state === "coasting" || state === "lost" || state === "armed");
    const name = runs ? "Pause" : state === "paused" || held ? "Go on" : state === "ended" ? "Again" : "Start";
    $("main").dataset.does = runs ? "pause" : "start";
    $("main").setAttribute("aria-label", name);
    $("main").title = `${name} (space)`;
    if (held) $("state").textContent = STATES.paused;
  }

  setLoop(loop) {
    this.loop = loop;
    this.bars.setLoop(loop);
    $("loop").setAttribute("aria-pressed", loop ? "true" : "false");
    const text = loop ? `Loop ${this.labels[loop[0]]}–${this.labels[loop[1]]}` : "";
    $("loop-text").textContent = text;
  }

  async do(word, more = {}) {
    if (!this.can(word)) {
      this.say(this.steer ? "A recording can only be paused." : "This link is for watching only.");
      return false;
    }
    const answer = await this.wire.ask({ do: word, ...more });
    if (!answer.ok) this.say(`${answer.fault}: ${answer.remedy}`, "bad");
    return answer.ok;
  }

  main() {
    if (this.held || this.state === "paused") this.do("resume");
    else if (this.state === "ended" && this.can("reset")) this.do("reset");
    else if ($("main").dataset.does === "pause") this.do("pause");
    else this.do("start");
  }

  first() {
    this.goToBar(0);
  }

  goToBar(bar) {
    if (this.starts?.[bar] !== undefined) this.do("goto/beat", { beat: this.starts[bar] });
  }

  goToLabel() {
    const label = $("goto-bar").value.trim();
    const bar = this.labels.indexOf(label);
    if (bar < 0) this.say(`There is no bar ${label}: they run from ${this.labels[0]} to ${this.labels.at(-1)}.`, "bad");
    else {
      this.goToBar(bar);
      $("goto-bar").value = "";
      $("goto-bar").blur();
    }
  }

  makeLoop(first, last) {
    this.do("loop", { first: this.labels[first], last: this.labels[last] });
  }

  loopButton() {
    if (this.loop) this.do("loop/off");
    else if (!this.bars.cancel() && this.can("loop")) this.bars.beginLoop();
  }

  resize(by) {
    this.zoom = Math.min(Math.max(this.zoom + by, 0), ZOOMS.length - 1);
    remember("zoom", this.zoom);
    this.sheet.zoomTo(ZOOMS[this.zoom]);
  }

  theme() {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const root = document.documentElement;
    const now = root.dataset.theme ?? (dark ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    remember("theme", root.dataset.theme);
  }

  more() {
    const open = document.body.dataset.panel !== "open";
    document.body.dataset.panel = open ? "open" : "closed";
    $("more").setAttribute("aria-expanded", String(open));
  }

  listScores(names) {
    this.names = names;
    const all = names.includes(this.id) || !this.id ? names : [this.id, ...names];
    $("scores").replaceChildren(...all.map((name) => {
      const item = document.createElement("li"), button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      button.setAttribute("aria-pressed", String(name === this.id));
      button.addEventListener("click", () => this.choose(name));
      item.append(button);
      return item;
    }));
  }

  openPieces() {
    if (!this.can("score/load")) return;
    $("pieces").showModal();
    $("scores").querySelector('[aria-pressed="true"]')?.focus();
  }

  async choose(name) {
    $("pieces").close();
    if (name === this.id) return;
    this.say("Reading the score…");
    const answer = await this.wire.ask({ do: "score/choose", name });
    this.say(answer.ok ? "" : `${answer.fault}: ${answer.remedy}`, answer.ok ? "" : "bad");
  }

  async handIn() {
    const [file] = $("file").files;
    $("file").value = "";
    if (!file) return;
    $("pieces").close();
    if (file.size > MOST_BYTES) {
      this.say("That file is larger than 16 MB.", "bad");
      return;
    }
    this.say("Reading the score…");
    const sent = fetch(`/score?${encodeURIComponent(file.name)}`, { method: "POST", body: file });
    const answer = await sent.then((got) => got.json()).catch(() => null);
    this.say(answer?.ok ? "" : answer ? `${answer.fault}: ${answer.remedy}` : "That did not arrive.", answer?.ok ? "" : "bad");
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const at = event.target;
    if (at.matches?.("input, select, textarea")) {
      if (event.key === "Escape") at.blur();
      return;
    }
    const acts = {
      " ": () => this.main(),
      ArrowLeft: () => this.step(event.shiftKey, -1),
      ArrowRight: () => this.step(event.shiftKey, 1),
      Home: () => this.first(),
      l: () => this.loopButton(),
      Escape: () => { if (!this.bars.cancel() && this.loop) this.do("loop/off"); },
      g: () => $("goto-bar").focus(),
      s: () => this.do("stop"),
      o: () => this.openPieces(),
      i: () => this.inputs.open(),
      d: () => this.theme(),
      "+": () => this.resize(1),
      "=": () => this.resize(1),
      "-": () => this.resize(-1),
      "?": () => $("keys").showModal(),
    };
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    const pressing = at.matches?.("button, a") && (event.key === " " || event.key === "Enter");
    if (!act || pressing) return;
    event.preventDefault();
    act();
  }

  step(wholeBar, by) {
    if (!wholeBar) this.do(by < 0 ? "prev" : "next");
    else this.goToBar(Math.min(Math.max(this.bars.current + by, 0), this.labels.length - 1));
  }
}

export function remembered(name) {
  try { return localStorage.getItem(`repetiteur.${name}`); } catch { return null; }
}

export function remember(name, value) {
  try { localStorage.setItem(`repetiteur.${name}`, value); } catch { /* not kept, then */ }
}
