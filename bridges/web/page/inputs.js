// What is listened to: shown on a button, and chosen in a list that is asked for when it is opened.

const PATIENCE_MS = 4000;
const KINDS = ["midi", "audio"];
const $ = (id) => document.getElementById(id);

export class Inputs {
  constructor(ask, maySteer) {
    this.ask = ask; // the session
    this.maySteer = maySteer;
    this.used = null; // null: nothing is live here
    this.there = null; // null: not known yet
    this.offered = false; // by itself, once
    this.dialog = $("inputs");
    $("listening").addEventListener("click", () => this.open());
    $("look-again").addEventListener("click", () => this.look());
  }

  // What is in use now.
  show(used) {
    this.used = used;
    this.showButton();
    if (used === null) this.dialog.close();
    if (this.dialog.open) this.list();
    if (used?.length === 0 && this.maySteer() && !this.offered) this.open();
  }

  showButton() {
    const button = $("listening");
    button.hidden = this.used === null || !this.maySteer();
    if (this.used === null) return;
    const names = this.used.map(({ name, connected }) => (connected ? name : `waiting for ${name}`));
    $("heard").textContent = names.length ? capital(names.join(" and ")) : "none chosen";
    $("heard").title = $("heard").textContent;
    button.classList.toggle("asks", !this.used.some(({ connected }) => connected));
  }

  open() {
    if (this.used === null || !this.maySteer() || this.dialog.open) return;
    this.offered = true;
    this.there = null;
    this.list();
    this.dialog.showModal();
    this.look();
  }

  async look() {
    this.say("Looking…");
    const answer = await this.ask({ do: "inputs" });
    if (answer.ok) this.there = answer.inputs;
    if (answer.ok) this.say(answer.missing.join(". "));
    else this.refused(answer);
    this.list();
  }

  async choose(kind, name) {
    this.say(name ? `Opening ${name}…` : "");
    this.busy(true);
    const patience = setTimeout(() => this.say(`Opening ${name}… the first time takes up to a minute`), PATIENCE_MS);
    const answer = await this.ask({ do: "inputs/choose", kind, name });
    clearTimeout(patience);
    this.busy(false);
    if (answer.ok) this.say("");
    else this.refused(answer);
  }

  list() {
    for (const kind of KINDS) {
      const used = this.used.find((input) => input.kind === kind);
      const there = (this.there ?? []).filter((input) => input.kind === kind);
      if (used && !there.some(({ name }) => name === used.name)) {
        there.unshift({ name: used.name, about: used.connected ? "" : "gone; taken up again when it is back" });
      }
      const choices = there.map(({ name, about }) => this.choice(kind, name, name, about, used?.name === name));
      const none = choices.length || this.there === null ? "None" : "None is there";
      choices.push(this.choice(kind, null, none, "", !used));
      const focused = document.activeElement?.dataset?.key;
      $(`${kind}-inputs`).replaceChildren(...choices);
      if (focused) this.dialog.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  choice(kind, name, label, about, pressed) {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.dataset.key = `${kind} ${name ?? ""}`;
    button.setAttribute("aria-pressed", String(pressed));
    button.append(label);
    if (about) {
      const more = document.createElement("span");
      more.textContent = about;
      button.append(more);
    }
    button.addEventListener("click", () => {
      if (!pressed && this.dialog.getAttribute("aria-busy") !== "true") this.choose(kind, name);
    });
    item.append(button);
    return item;
  }

  // One at a time.
  busy(busy) {
    this.dialog.setAttribute("aria-busy", String(busy));
  }

  refused(answer) {
    this.say(`${answer.fault}: ${answer.remedy}`, "bad");
  }

  say(text, how = "") {
    $("inputs-said").textContent = capital(text);
    $("inputs-said").dataset.how = how;
  }
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
