import type { GeneratedRequest } from '../interop/generate-requests.ts';

const JSON_TYPE = 'application/json';
const ROW = '{"d":1.5,"f":2.5,"l":3,"i":4,"s":"a","b":true,"t":"2024-01-01","y":"AQI="}';

/** What a generator from the signature does not make: envelopes, content types, bodies of language models. */
export const EDGE_REQUESTS: readonly GeneratedRequest[] = [
  ...[
    `{"dataframe_records": [${ROW}]}`,
    `{"dataframe_records": [${ROW}], "params": {"limit": 2}}`,
    `{"dataframe_records": [${ROW}], "params": {"limit": "x"}}`,
    `{"dataframe_records": [${ROW}], "params": {"names": ["b", "c"], "other": 1}}`,
    `{"dataframe_records": [${ROW}], "instances": [${ROW}]}`,
    '{"dataframe_records": []}',
    '{"inputs": {}}',
    '{"inputs": null}',
    '{"instances": []}',
    '{"messages": [{"role": "user", "content": "hello"}]}',
    '{"prompt": "hello"}',
    '{"input": "hello", "limit": 3}',
    '{}',
    '[]',
    '[1, 2]',
    '3',
    '"text"',
    'null',
    '',
    '{"a":',
    '{"dataframe_split": 1}',
    '{"dataframe_split": {"columns": ["d"]}}',
    '{"inputs": NaN}',
    '\uFEFF{"inputs": 1}',
  ].map((body) => ({ contentType: JSON_TYPE, body })),
  { contentType: 'application/json; charset=utf-8', body: `{"dataframe_records": [${ROW}]}` },
  { contentType: 'application/json;charset=latin-1', body: '{}' },
  { contentType: 'application/json; version=2', body: '{}' },
  { contentType: 'text/plain', body: '{}' },
  { contentType: 'text/csv', body: '' },
  { contentType: 'text/csv', body: 'd,f\n' },
  { contentType: 'text/csv', body: 'd,f,l,i,s,b,t,y\n1,2,3,4,a,True,2024-01-01,x\n' },
  { contentType: 'application/vnd.apache.parquet', body: 'PAR1 no' },
];
