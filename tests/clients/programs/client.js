// A TLS client of Node. Arguments: host, port, version, roots, certificate, key (may be empty).
const fs = require("fs"), https = require("https");
const [host, port, version, roots, cert, key] = process.argv.slice(2);
const options = { host, port, ca: fs.readFileSync(roots), minVersion: `TLSv${version}`, maxVersion: `TLSv${version}` };
if (cert) Object.assign(options, { cert: fs.readFileSync(cert), key: fs.readFileSync(key) });
https.get(options, (answer) => answer.pipe(process.stdout))
  .on("error", (error) => { console.error(error.code, error.message); process.exitCode = 1; });
