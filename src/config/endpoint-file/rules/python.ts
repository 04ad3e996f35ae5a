import type { Rule } from '../combinations.ts';

/** The code of a model runs only when somebody says that it may. */
const trustBeforePython: Rule = ({ file: { runtime }, has }) => {
  if (runtime !== 'python' || has('python', 'trust')) return [];
  const text =
    'runtime: python runs the code of the model, and python.trust does not say that it may: add python: { trust: [store] }';
  return [{ path: ['runtime'], text }];
};

const registryToTrust: Rule = ({ file: { python }, has }) => {
  const index = python?.trust?.indexOf('registry') ?? -1;
  if (index < 0 || has('registry')) return [];
  const text = 'python.trust names registry, and there is no registry: add it, or remove this';
  return [{ path: ['python', 'trust', index], text }];
};

const pythonThatNeverRuns: Rule = ({ file: { runtime }, has }) =>
  runtime === 'node' && has('python', 'trust')
    ? [
        {
          path: ['python', 'trust'],
          text: 'python.trust with runtime: node: Python never runs then; remove one',
        },
      ]
    : [];

/** Said without quoting it. */
const placesWithoutPasswords: Rule = ({ file: { python } }) =>
  (python?.trust ?? []).flatMap((place, index) =>
    /^[a-z0-9+-]+:\/\/[^/]*@/i.test(place)
      ? [
          {
            path: ['python', 'trust', index],
            text: 'an address in python.trust holds a user name: leave it out, only the place counts',
          },
        ]
      : [],
  );

export const PYTHON_RULES: readonly Rule[] = [
  trustBeforePython,
  registryToTrust,
  pythonThatNeverRuns,
  placesWithoutPasswords,
];
