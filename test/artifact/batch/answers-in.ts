import type { Stand } from './stand.ts';
import { predictionsIn } from './wine-rows.ts';

/** The predictions of an input, in the order of its rows: of all files that its manifest names. */
export async function answersIn(stand: Stand, name: string): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const { path, bytes } of await stand.outputs(name)) {
    for (const answer of predictionsIn(path, bytes)) answers.push(answer);
  }
  return answers;
}
