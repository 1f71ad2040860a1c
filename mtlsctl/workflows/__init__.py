"""One job each: the only layer that touches files, sockets, the clock and other programs."""
