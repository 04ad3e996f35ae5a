// Stands in for aws-lambda-ric's native HTTP client (rapid-client.node), whose build needs autotools,
// cmake and curl. Same four calls over node:http; everything else is AWS's own runtime interface
// client, unchanged. Load with `node --require`.
const Module = require('node:module');
const { Agent, request } = require('node:http');

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new Agent({ keepAlive: true });
const base = '/2018-06-01/runtime/invocation';
let posted = Promise.resolve();

function call(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const sent = request(
      { hostname, port, method, path, agent, headers: { ...length, ...headers } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part) => {
          text += part;
        });
        answer.on('end', () => resolve({ bodyJson: text, headers: answer.headers }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const client = {
  initializeClient() {},
  next: async () => {
    await posted;
    return call('GET', `${base}/next`);
  },
  done: (id, body) => {
    posted = call('POST', `${base}/${id}/response`, body ?? 'null');
  },
  error: (id, body) => {
    posted = call('POST', `${base}/${id}/error`, body, {
      'lambda-runtime-function-error-type': 'Unhandled',
    });
  },
};

const load = Module._load;
Module._load = function (name, ...rest) {
  return name.endsWith('rapid-client.node') ? client : load.call(this, name, ...rest);
};
