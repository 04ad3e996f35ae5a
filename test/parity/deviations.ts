/**
 * Recordings that are answered differently on purpose: file, group and name → the reason, as in
 * docs/compatibility.md. A deviation that is no longer one fails the test too.
 */
export const DEVIATIONS: Readonly<Record<string, string>> = {
  'transport.json | json | bad utf8':
    'MLflow 3.17 answers 400 like us; 3.11, which was recorded, let the decoding error become a 500',
  'transport.json | llm | {"messages": [{"role": "user", "content": "x"}], "temperatur':
    'bodies of language models need the Python runtime',
  'transport.json | llm | {"prompt": "p", "inputs": [1]}':
    'bodies of language models need the Python runtime',
  'transport.json | llm | {"input": "p"}': 'bodies of language models need the Python runtime',
  'transport.json | llm-params | {"prompt": "x"}':
    'bodies of language models need the Python runtime',
  'transport.json | type-hint | {"prompt": "x"}':
    'bodies of language models need the Python runtime',
};
