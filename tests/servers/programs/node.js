// A TLS server of Node: node node.js '{"port": 1, "cert": ..., "rejectUnauthorized": true}'; prints its verdicts.
"use strict";
const fs = require("fs");
const tls = require("tls");
const wish = JSON.parse(process.argv[2]);
const options = { ...wish };
for (const name of ["cert", "key", "ca"]) options[name] = fs.readFileSync(wish[name]);
const server = tls.createServer(options, (socket) => {
  socket.on("error", (error) => console.log(`later: ${error.message}`));
  if (wish.judge && !socket.authorized) {
    console.log(`refused: ${socket.authorizationError}`);
  } else {
    console.log(`accepted: ${(socket.getPeerCertificate().subject || {}).CN || "nobody"}`);
  }
  const status = wish.judge && !socket.authorized ? "401 Unauthorized" : "200 OK";
  socket.once("data", () => socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`));
});
server.on("tlsClientError", (error) => console.log(`refused: ${error.code || ""} ${error.message}`));
server.listen(wish.port, "127.0.0.1");
