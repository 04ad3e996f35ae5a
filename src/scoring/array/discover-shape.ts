import type { PyValue } from '../../model/py-value.ts';
import { CastError } from '../cast-error.ts';

/** numpy's limit on the dimensions of an array. */
const MAX_DIMENSIONS = 64;

interface Discovery {
  readonly shape: number[];
  /** No leaf lies deeper than this. */
  depth: number;
  /** A leaf or an empty list was seen, so `shape` is filled down to it. */
  isFilled: boolean;
  isRagged: boolean;
}

/**
 * The shape numpy gives to nested lists.
 *
 * Lists of unequal length end the shape above them: their elements stay lists, which only an
 * object array can hold.
 *
 * Shapes: a value that is no list has shape [].
 *
 * @param isObject whether the array will hold objects, which may be lists
 * @throws {CastError} on ragged or too deep lists when it will not
 * @see numpy/_core/src/multiarray/array_coercion.c, `PyArray_DiscoverDTypeAndShape_Recursive`
 */
export function discoverShape(value: PyValue, isObject: boolean): number[] {
  const found: Discovery = { shape: [], depth: MAX_DIMENSIONS, isFilled: false, isRagged: false };
  visit(value, 0, found);
  if (found.isRagged && !isObject) {
    throw new CastError(
      found.depth === MAX_DIMENSIONS
        ? `lists nested at most ${MAX_DIMENSIONS} deep`
        : 'lists of equal length on each level',
    );
  }
  return found.shape.slice(0, found.depth);
}

function visit(value: PyValue, level: number, found: Discovery): void {
  if (!Array.isArray(value) || level === found.depth) {
    if (Array.isArray(value) || endAt(level, found)) found.isRagged = true;
    if (Array.isArray(value)) endAt(level, found);
    return;
  }
  if (found.isFilled && found.shape[level] !== value.length) {
    found.depth = level;
    found.isRagged = true;
    return;
  }
  found.shape[level] = value.length;
  if (value.length === 0) {
    found.isFilled = true;
    found.depth = level + 1;
    return;
  }
  for (const item of value) visit(item, level + 1, found);
}

/** A leaf at `level` ends the shape there. Returns whether the shape had been deeper. */
function endAt(level: number, found: Discovery): boolean {
  const wasDeeper = found.isFilled && found.depth !== level;
  found.depth = level;
  found.isFilled = true;
  return wasDeeper;
}
