// Colours the notes of the open score as they are played: green for right, red for wrong, orange for left
// out. Asks a session on this machine that was started with --web; docs/hosts/musescore.md tells the rest.

import QtQuick 2.9
import MuseScore 3.0
import "repetiteur.js" as Shared

MuseScore {
    id: plugin
    version: "1.0"
    menuPath: "Plugins.Repetiteur"
    description: "Colours the notes as they are played, followed by Repetiteur"
    pluginType: "dialog"
    width: 320
    height: 60

    property string address: "http://localhost:7112/events"
    property var colours: { "right": "#1f7048", "wrong": "#c02020", "missed": "#d07000", "": "#000000" }
    property var notes: ({}) // by tick and pitch
    property var session: null
    property bool asking: false

    Text {
        id: told
        anchors.centerIn: parent
        text: "Looking for a session…"
    }

    Timer {
        id: timer
        interval: 100
        repeat: true
        onTriggered: ask(true)
    }

    onRun: {
        if (!curScore) {
            told.text = "Open a score first."
            return
        }
        notes = notesOf(curScore)
        session = new Shared.Repetiteur(find, paint)
        ask(false)
        timer.start()
    }

    function find(note) {
        return notes[Math.round(note.q * division) + "/" + note.pitch] || null
    }

    function paint(found, verdict) {
        for (var k = 0; k < found.length; k++) found[k].color = colours[verdict]
    }

    // Unisons share a place, and their fate.
    function notesOf(score) {
        var found = {}
        for (var track = 0; track < score.ntracks; track++) {
            var cursor = score.newCursor()
            cursor.track = track
            cursor.rewind(0)
            while (cursor.segment) {
                var element = cursor.element
                if (element && element.type === Element.CHORD) {
                    for (var k = 0; k < element.notes.length; k++) {
                        var key = cursor.tick + "/" + element.notes[k].pitch
                        found[key] = (found[key] || []).concat([element.notes[k]])
                    }
                }
                cursor.next()
            }
        }
        return found
    }

    // The first question is waited for; later ones are not, and never two at once.
    function ask(later) {
        if (asking) return
        asking = true
        var request = new XMLHttpRequest()
        request.onreadystatechange = function () {
            if (request.readyState !== XMLHttpRequest.DONE) return
            asking = false
            if (request.status === 200) take(JSON.parse(request.responseText))
            else told.text = "No session at " + address
        }
        request.open("GET", address + "?since=" + session.seq, later)
        request.send()
    }

    function take(events) {
        told.text = "Listening"
        if (!events.length) return
        curScore.startCmd()
        for (var k = 0; k < events.length; k++) session.take(events[k])
        curScore.endCmd()
    }
}
