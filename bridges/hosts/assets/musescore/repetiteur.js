// What the events of a session mean for the notes of a score, for whoever draws it: a web page
// (<script src="repetiteur.js">) or the MuseScore plugin beside this file. ES5, as old programs know it.
//
//     new Repetiteur(find, paint).listen("ws://localhost:7112/events")
//
// find({id, q, pitch}) gives the drawn note, or null: id is that of the score's file, q the quarters from
// its beginning as written, pitch the MIDI number. paint(found, verdict) shows it; verdict is "right",
// "missed", "wrong", or "" for none.

function Repetiteur(find, paint) {
    this.find = find;
    this.paint = paint;
    this.onEvent = function () {}; // every event, for cursors and the like
    this.seq = -1; // of the newest event
    this.clear();
}

Repetiteur.prototype.clear = function () {
    for (var seq in this.painted) this.paint(this.painted[seq].note, "");
    this.heard = {}; // pitch by id of what was played
    this.painted = {}; // by seq of the verdict
};

Repetiteur.prototype.take = function (event) {
    if (event.type === "hello") this.clear();
    this.seq = event.seq;
    if (event.type === "note") this.heard[event.id] = event.pitch;
    else if (event.type === "match") this.judge(event, this.heard[event.note], "right");
    else if (event.type === "mistake" && event.score_note) this.judge(event, event.expected, event.kind);
    else if (event.type === "retract") this.takeBack(event.of);
    else if (event.type === "jump" && event.to_q < event.from_q) this.freshFrom(event.to_q);
    this.onEvent(event);
};

Repetiteur.prototype.judge = function (event, pitch, verdict) {
    var note = this.find({ id: event.score_note, q: event.q, pitch: pitch });
    if (!note) return;
    this.painted[event.seq] = { note: note, q: event.q };
    this.paint(note, verdict);
};

Repetiteur.prototype.takeBack = function (seq) {
    if (!this.painted[seq]) return;
    this.paint(this.painted[seq].note, "");
    delete this.painted[seq];
};

// Who goes back plays it anew.
Repetiteur.prototype.freshFrom = function (q) {
    for (var seq in this.painted) if (this.painted[seq].q >= q - 1e-6) this.takeBack(seq);
};

// In a browser; comes back by itself when the session does.
Repetiteur.prototype.listen = function (url) {
    var self = this;
    var socket = new WebSocket(url);
    socket.onmessage = function (message) {
        JSON.parse(message.data).forEach(function (event) { self.take(event); });
    };
    socket.onclose = function () {
        setTimeout(function () { self.listen(url); }, 2000);
    };
};
