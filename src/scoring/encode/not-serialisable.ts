import { ServingError } from '../../errors.ts';

/** What Python's encoder raises as a TypeError: 500, and no fault of the client's. */
export const notSerialisable = (what: string): ServingError =>
  new ServingError('INTERNAL_ERROR', `the model returned ${what}, which has no form in JSON`);
