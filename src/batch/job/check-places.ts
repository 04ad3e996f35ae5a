import { ServingError } from '../../errors.ts';
import { asFolder } from './as-folder.ts';

/**
 * Refuse an output that could become an input: every result would be scored, and its result again, without end.
 *
 * @param inputUri of the object, or of the folder whose objects are inputs
 * @throws {ServingError} INVALID_PARAMETER_VALUE when one lies in the other
 */
export function checkPlaces(inputUri: string, outputUri: string): void {
  const input = asFolder(inputUri);
  const output = asFolder(outputUri);
  if (!input.startsWith(output) && !output.startsWith(input)) return;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `the output ${outputUri} and the input ${inputUri} overlap; expected an output folder that neither holds inputs nor lies among them`,
  );
}
