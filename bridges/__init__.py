"""Everything that touches the outside: files, devices, wires, the terminal."""
