// Hear a session over OSC in JavaScript, with nothing but node's own library.
//
//     repetiteur follow score.musicxml --midi piano --osc 127.0.0.1:9000
//     node osc_listener.mjs 9000

import dgram from "node:dgram";

// Address and arguments of a message; Repetiteur sends nothing but i, f and s.
function read(packet) {
  let place = 0;
  const text = () => {
    const end = packet.indexOf(0, place);
    const word = packet.toString("utf8", place, end);
    place = end + 4 - (end % 4);
    return word;
  };
  const number = (tag) => {
    place += 4;
    return tag === "i" ? packet.readInt32BE(place - 4) : packet.readFloatBE(place - 4);
  };
  const address = text();
  const tags = text().slice(1);
  return [address, [...tags].map((tag) => (tag === "s" ? text() : number(tag)))];
}

const listener = dgram.createSocket("udp4");
listener.on("message", (packet) => {
  const [address, values] = read(packet);
  if (address === "/repetiteur/beat") console.log(`bar ${values[0]} beat ${values[2]}`);
  else if (address === "/repetiteur/mistake") console.log(`${values[1]}: expected ${values[3]}, played ${values[5]}`);
  else if (address === "/repetiteur/state") {
    console.log(values[0]);
    if (values[0] === "ended") listener.close();
  }
});
listener.bind(Number(process.argv[2] ?? 9000), "127.0.0.1", () => console.log("listening"));
