import type { Rule } from '../combinations.ts';
import type { Fault } from '../fault.ts';

/** How the endpoint learns of a moved alias: `refresh`, `registry` and `events`. */

const fixedVersion: Rule = ({ file: { model = '', refresh }, has }) => {
  if (!/\/[0-9]+$/.test(model)) return [];
  const text = `the model is a fixed version (${model}), which never moves: serve it by an alias, models:/<name>@<alias>, or remove`;
  const faults: Fault[] = [];
  if (refresh?.mode === 'push') {
    faults.push({ path: ['refresh', 'mode'], text: `refresh.mode: ${text} it` });
  }
  if (has('events')) faults.push({ path: ['events'], at: 'key', text: `events: ${text} events` });
  return faults;
};

const stageWithoutEvents: Rule = ({ file: { model = '' }, has }) => {
  const stage = /\/(None|Staging|Production|Archived)$/i.exec(model)?.[1];
  if (stage === undefined || !has('events')) return [];
  return [
    {
      path: ['events'],
      at: 'key',
      text: `events: the model is served by its stage ${stage}, and MLflow sends no event when a stage moves: serve it by an alias, or remove events`,
    },
  ];
};

const servedAlias: Rule = ({ file: { model = '', events }, isFaulty }) => {
  const alias = /@(.+)$/.exec(model)?.[1];
  if (alias === undefined || events === undefined) return [];
  const faults: Fault[] = [];
  if (events.aliases && !events.aliases.includes(alias)) {
    faults.push({
      path: ['events', 'aliases'],
      text: `events.aliases lacks "${alias}", which the model is served by (${model}): add it, or remove events.aliases`,
    });
  }
  if (!events.publishOn.includes('alias') && !isFaulty('events', 'publishOn')) {
    faults.push({
      path: ['events', 'publishOn'],
      text: `events.publishOn lacks alias, and the model is served by one (${model}): add it, or serve models:/<name>/latest`,
    });
  }
  return faults;
};

const source: Rule = ({ has }) =>
  has('events') && !has('registry')
    ? [
        {
          path: ['events'],
          at: 'key',
          text: 'events without registry: say in registry.uri which MLflow server the models are published from',
        },
      ]
    : [];

/** Each has its own setting for how old an alias may be. */
const times: Rule = ({ file: { refresh }, has, isFaulty }) =>
  refresh?.mode === 'poll' && has('refresh', 'floorSeconds') && !isFaulty('refresh', 'mode')
    ? [
        {
          path: ['refresh', 'floorSeconds'],
          at: 'key',
          text: 'refresh.floorSeconds is for refresh.mode: push; polling has refresh.ttlSeconds',
        },
      ]
    : [];

const CREDENTIALS = ['username', 'password', 'token'] as const;

const credentials: Rule = ({ file: { registry }, has }) => {
  const faults: Fault[] = [];
  const fault = (key: string, text: string): void => {
    faults.push({ path: ['registry', key], at: 'key', text: `registry.${key} ${text}` });
  };
  const [username, password, token] = CREDENTIALS.map((key) => has('registry', key));
  if (username && !password)
    fault('username', 'without registry.password: name both, or registry.token alone');
  if (password && !username)
    fault('password', 'without registry.username: name both, or registry.token alone');
  if (token && (username || password)) {
    fault('token', 'beside username and password: MLflow takes one or the other; remove one');
  }
  if (registry?.awsSigV4 && (username || password || token)) {
    fault(
      'awsSigV4',
      'beside username, password or token: a request carries one or the other; remove one',
    );
  }
  if (registry && /^https?:\/\/[^/]*@/i.test(registry.uri)) {
    fault(
      'uri',
      'holds a user or a password: keep them in a secret, and name it in registry.username and registry.password',
    );
  }
  return faults;
};

/** On this machine, and inside a network of one's own, it is common. */
const openCredentials: Rule = ({ file: { registry, lambda }, has }) => {
  const shown = CREDENTIALS.filter((key) => has('registry', key));
  const { protocol, hostname = '' } = URL.parse(registry?.uri ?? '') ?? {};
  const isOpen = protocol === 'http:' && !/^(localhost|127\..*|\[::1\])$/.test(hostname);
  if (!isOpen || shown.length === 0 || lambda?.vpc) return [];
  return [
    {
      path: ['registry', 'uri'],
      text: `registry.uri begins with http:, so registry.${shown.join(' and registry.')} would cross the internet unencrypted: use https:, or put the function beside the server with lambda.vpc`,
    },
  ];
};

export const FOLLOWING_RULES: readonly Rule[] = [
  fixedVersion,
  stageWithoutEvents,
  servedAlias,
  source,
  times,
  credentials,
  openCredentials,
];
