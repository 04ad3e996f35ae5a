// A hand-written server around the floor: node bare/serve.cjs MODEL PORT
// MODEL is a file, or an http(s) URL that is fetched with a signed S3 GET first.
const { createServer } = require('node:http');
const { writeFileSync } = require('node:fs');
const { open, predictJson } = require('./predict.cjs');

const [model, port] = process.argv.slice(2);

async function local() {
  if (!model.startsWith('http')) return model;
  const { AwsClient } = require('aws4fetch');
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  const client = new AwsClient({
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    service: 's3',
    region: 'us-east-1',
  });
  const response = await client.fetch(model);
  if (!response.ok) throw new Error(`${model} answered ${response.status}`);
  const file = `/tmp/bare-${process.pid}.onnx`;
  writeFileSync(file, Buffer.from(await response.arrayBuffer()));
  return file;
}

local()
  .then(open)
  .then((session) => {
    createServer((request, response) => {
      if (request.url === '/ping') return response.end('\n');
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', async () => {
        const body = await predictJson(session, Buffer.concat(parts).toString());
        response.setHeader('content-type', 'application/json');
        response.end(body);
      });
    }).listen(Number(port), '127.0.0.1');
  });
