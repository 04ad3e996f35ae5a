import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { endpointSchema } from '../src/config/endpoint-schema.ts';
import { OTHER_VARIABLES, VARIABLES } from '../src/config/variables.ts';

/** `npm run docs`: write the table of environment variables into README.md, and endpoint.schema.json. */
const BEGIN = '<!-- configuration -->';
const END = '<!-- end of configuration -->';

/** README's text with the table of `src/config/variables.ts` between its marks. */
export function withConfigurationTable(readme: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md lacks ${BEGIN} … ${END}`);
  return `${readme.slice(0, begin)}${BEGIN}\n${configurationTable()}${readme.slice(end)}`;
}

function configurationTable(): string {
  const rows = [...Object.values(VARIABLES), ...OTHER_VARIABLES].map(
    ({ name, accepts, fallback, effect }) =>
      `| \`${name}\` | ${effect} | ${accepts} | ${fallback} |\n`,
  );
  return `| Variable | Effect | Accepts | Default |\n|---|---|---|---|\n${rows.join('')}`;
}

/** What editors know of endpoint.yaml; draft 7, which all of them understand. */
export function endpointJsonSchema(): string {
  const schema = z.toJSONSchema(endpointSchema, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      // zod's bound of whole numbers, which says nothing to a person.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (import.meta.main) {
  writeFileSync('endpoint.schema.json', endpointJsonSchema());
  writeFileSync('README.md', withConfigurationTable(readFileSync('README.md', 'utf8')));
}
