import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { findLocalPath } from '../artifacts/local-path.ts';

/** A registry, a server, or where files lie, in a form that can be compared. */
export interface Place {
  /** `s3://bucket`, `wasbs://container@host`, `https://host:port`, `sqlite:`, or `file:` for this machine. */
  readonly root: string;
  readonly segments: readonly string[];
}

const ADDRESS = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/?#]*)@)?([^/?#]+)([^?#]*)/i;
/** Before the host stands no user but a container, which is as good as a bucket. */
const HAS_CONTAINER = /^(wasbs|abfss)$/i;
/** Steps, or slashes that a server may decode into steps. */
const NOT_A_NAME = /^(?:\.|%2e){1,2}$|%2f|%5c/i;

/**
 * Read a URI or a folder.
 *
 * A folder is where it really is, links followed. In an address `.` and `..` stay what they are for a bucket, parts of
 * a key, while servers take them for steps: such an address is no place at all.
 *
 * @returns undefined for what cannot be compared, and so is not trusted
 */
export function parsePlace(uri: string): Place | undefined {
  const text = uri.trim();
  const sqlite = /^sqlite(?:\+pysqlite)?:\/\/\/([^?]+)/i.exec(text)?.[1];
  if (sqlite !== undefined) return localPlace('sqlite:', sqlite);
  if (!/^[a-z][a-z0-9+.-]*:/i.test(text) || /^file:/i.test(text)) return localPlace('file:', text);
  const [, scheme = '', user, authority = '', path = ''] = ADDRESS.exec(text) ?? [];
  if (scheme === '' || /[\\\s]/.test(text)) return undefined;
  const segments = path.split('/').filter((segment) => segment !== '');
  if (segments.some((segment) => NOT_A_NAME.test(segment))) return undefined;
  const host = URL.parse(`${scheme}://${authority}`)?.host.toLowerCase();
  const container = HAS_CONTAINER.test(scheme) && user !== undefined ? `${user}@` : '';
  return host ? { root: `${scheme.toLowerCase()}://${container}${host}`, segments } : undefined;
}

function localPlace(root: string, uri: string): Place | undefined {
  try {
    const path = findLocalPath(uri);
    if (path === undefined) return undefined;
    return {
      root,
      segments: realpathSync(path)
        .split(sep)
        .filter((segment) => segment !== ''),
    };
  } catch {
    return undefined; // it is not there, or no file: URI of this machine
  }
}

/** True when `place` is `outer`, or lies in it. `models-evil` does not lie in `models`. */
export const isWithin = (place: Place, outer: Place): boolean =>
  place.root === outer.root && outer.segments.every((segment, i) => place.segments[i] === segment);
