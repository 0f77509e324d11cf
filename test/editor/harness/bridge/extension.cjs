// Lets a test outside the editor call the `vscode` API inside the extension host: it listens on the loopback interface, writes
// its port to the file that GENLENS_BRIDGE names, and evaluates the functions it is sent, for whoever knows the token.
'use strict';
const fs = require('node:fs');
const http = require('node:http');
const vscode = require('vscode');

exports.activate = (context) => {
  const file = process.env.GENLENS_BRIDGE;
  const token = process.env.GENLENS_BRIDGE_TOKEN;
  if (!file || !token) return;
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => (body += chunk));
    request.on('end', async () => {
      if (request.headers.authorization !== token) return response.writeHead(403).end();
      let reply;
      try {
        const { source, args } = JSON.parse(body);
        reply = { value: await new Function(`return (${source})`)()(vscode, ...args) };
      } catch (error) {
        reply = { error: error instanceof Error ? error.stack : String(error) };
      }
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(reply));
    });
  });
  server.listen(0, '127.0.0.1', () => {
    fs.writeFileSync(`${file}.new`, JSON.stringify({ port: server.address().port, pid: process.pid }));
    fs.renameSync(`${file}.new`, file);
  });
  context.subscriptions.push({ dispose: () => server.close() });
};
