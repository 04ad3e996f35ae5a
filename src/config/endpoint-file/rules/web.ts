import type { Rule } from '../combinations.ts';

/** At most one for a method: API Gateway's rule. A key may stand beside it. */
const AUTHORIZERS = ['iam', 'cognito', 'jwt', 'lambda'] as const;

const somebodyMayCall: Rule = ({ has, file, isFaulty }) =>
  !has('auth') ||
  isFaulty('auth') ||
  file.auth === 'none' ||
  ['apiKey', ...AUTHORIZERS].some((name) => has('auth', name))
    ? []
    : [
        {
          path: ['auth'],
          text: 'auth names nobody: say who may call (apiKey, iam, cognito, jwt, lambda), or auth: none',
        },
      ];

const oneAuthorizer: Rule = ({ has }) => {
  const [first, ...others] = AUTHORIZERS.filter((name) => has('auth', name));
  return others.map((name) => ({
    path: ['auth', name],
    at: 'key',
    text: `auth.${name} beside auth.${first}: API Gateway checks a request by one of ${AUTHORIZERS.join(', ')}; remove one (apiKey may stand beside it)`,
  }));
};

const anyOriginAlone: Rule = ({ file: { api } }) => {
  const { origins = [] } = api?.cors ?? {};
  if (!origins.includes('*') || origins.length < 2) return [];
  return [
    {
      path: ['api', 'cors', 'origins'],
      text: 'api.cors.origins has "*" and others: "*" is everybody; remove it, or the others',
    },
  ];
};

const firewallHasRules: Rule = ({ file: { api }, isFaulty }) => {
  const { waf } = api ?? {};
  if (!waf || waf.managedRules || waf.requestsPer5MinutesPerIp !== undefined) return [];
  if (isFaulty('api', 'waf')) return [];
  return [
    {
      path: ['api', 'waf'],
      at: 'key',
      text: 'api.waf has no rule: set managedRules: true or requestsPer5MinutesPerIp, or remove api.waf',
    },
  ];
};

export const WEB_RULES: readonly Rule[] = [
  somebodyMayCall,
  oneAuthorizer,
  anyOriginAlone,
  firewallHasRules,
];
