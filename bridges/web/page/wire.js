// The line to the session: messages in, control words out. Comes back by itself when it breaks.

const SILENT_MS = 7000; // the session says something every 2 s
const LONGEST_MS = 4000; // between two attempts

export class Wire {
  constructor(take, tell) {
    this.take = take; // one message
    this.tell = tell; // "open", "lost", "ended" or "refused"
    this.wait = 400;
    this.number = 0;
    this.asked = new Map();
    this.heard = 0;
    this.open();
    setInterval(() => this.watch(), 1000);
  }

  open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/live`);
    this.socket = socket;
    this.heard = performance.now();
    socket.onopen = () => { this.wait = 400; this.tell("open"); };
    socket.onmessage = (event) => {
      this.heard = performance.now();
      for (const message of JSON.parse(event.data)) {
        if (message.type === "answer") this.answered(message);
        else this.take(message);
      }
    };
    socket.onclose = (event) => this.closed(event);
  }

  async closed(event) {
    for (const done of this.asked.values()) done({ ok: false, fault: "the connection broke", remedy: "try again" });
    this.asked.clear();
    this.tell(event.code === 1001 ? "ended" : "lost");
    setTimeout(() => this.open(), this.wait);
    this.wait = Math.min(this.wait * 1.6, LONGEST_MS);
    if (event.code === 1006) {
      const answer = await fetch("/live").catch(() => null);
      if (answer?.status === 401) this.tell("refused");
    }
  }

  watch() {
    const silent = performance.now() - this.heard > SILENT_MS;
    if (silent && this.socket.readyState === WebSocket.OPEN) this.socket.close(4000, "silent");
  }

  // The answer to a control word: {ok, fault, remedy, ...}. Never rejects.
  ask(words) {
    if (this.socket.readyState !== WebSocket.OPEN) {
      return Promise.resolve({ ok: false, fault: "not connected", remedy: "wait a moment" });
    }
    const id = ++this.number;
    this.socket.send(JSON.stringify({ ...words, id }));
    return new Promise((done) => this.asked.set(id, done));
  }

  answered(message) {
    this.asked.get(message.re)?.(message);
    this.asked.delete(message.re);
  }
}
