import { ServingError } from '../errors.ts';
import { isWithin, type Place, parsePlace } from './place.ts';

/** Registries and places whose models may run their own code. */
export interface TrustList {
  /** @param uris of a registry or of files: one that is trusted will do */
  trusts(uris: readonly string[]): boolean;
}

/**
 * @param entries as they were written: `s3://bucket/prefix`, `https://mlflow.example.com`, folders
 * @throws {ServingError} INVALID_PARAMETER_VALUE for one that names no place
 */
export function createTrustList(entries: readonly string[]): TrustList {
  const places = entries.flatMap((entry) => placeOf(entry) ?? []);
  return {
    trusts: (uris) =>
      uris.some((uri) => {
        const place = parsePlace(uri);
        return place !== undefined && places.some((outer) => isWithin(place, outer));
      }),
  };
}

/** A folder that is not there (yet) holds nothing. */
function placeOf(entry: string): Place | undefined {
  const place = parsePlace(entry);
  const isFolder = !/^[a-z][a-z0-9+.-]*:/i.test(entry) || /^(?:file|sqlite)[:+]/i.test(entry);
  if (place !== undefined ? place.segments.length > 0 || place.root !== 'file:' : isFolder) {
    return place;
  }
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${JSON.stringify(withoutUser(entry).slice(0, 80))} is no place that can be trusted (MLFLOW_SERVERLESS_PYTHON_TRUST, --trust): expected s3://bucket/prefix, https://mlflow.example.com, sqlite:///mlflow.db or a folder below /`,
  );
}

const withoutUser = (uri: string): string => uri.replace(/:\/\/[^/?#]*@/, '://');
