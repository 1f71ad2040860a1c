// Node as a client of many servers: node peers.js LIST (label, port, name, roots between tabs); a line for each.
"use strict";
const fs = require("fs"), https = require("https"), net = require("net");
const one = ([label, port, name, roots]) => new Promise((done) => {
  const say = (verdict, words) => { console.log([label, verdict, words.replace(/\s+/g, " ")].join("\t")); done(); };
  const where = { host: "127.0.0.1", port, ca: fs.readFileSync(roots), headers: { host: name }, agent: false };
  where.servername = net.isIP(name) ? "" : name;
  where.checkServerIdentity = (_, cert) => require("tls").checkServerIdentity(name, cert);
  const request = https.get(where, (answer) => { answer.resume(); say("accepts", ""); });
  request.setTimeout(10000, () => request.destroy(new Error("timeout")));
  request.on("error", (error) => say("refuses", `${error.code || ""} ${error.message}`.trim()));
});
(async () => {
  for (const line of fs.readFileSync(process.argv[2], "utf8").trim().split("\n")) await one(line.split("\t"));
})();
