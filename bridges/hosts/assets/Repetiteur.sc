// Listens to Repetiteur: r = Repetiteur(9000); r.on(\beat, { |bar, index, beat, pass| ... }); r.do("goto/bar", "12");
// Into Platform.userExtensionDir, then recompile the class library.
Repetiteur {
	var <port, <session, listeners;

	*new { |port = 9000, session|
		^super.newCopyArgs(port, session ? NetAddr("127.0.0.1", 7110), List.new).init
	}

	init {
		thisProcess.openUDPPort(port).not.if {
			Error("Repetiteur: UDP port % is in use; close the other program or choose another".format(port)).throw
		}
	}

	// action: a function of the event's arguments, in the order of docs/wires.md
	on { |event, action|
		var listener = OSCFunc(
			{ |message| action.valueArray(message.drop(1)) },
			"/repetiteur/" ++ event, recvPort: port
		);
		listeners.add(listener);
		^listener
	}

	// ask the session for something, for example r.do("goto/bar", "12")
	do { |word ... arguments|
		session.sendMsg("/repetiteur/" ++ word, *arguments)
	}

	// be told by a session that was started without --osc; again at least once a minute
	subscribe { |types = ""|
		this.do("subscribe", port, types)
	}

	free {
		this.do("unsubscribe", port);
		listeners.do(_.free);
		listeners.clear
	}
}
