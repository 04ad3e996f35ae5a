import { userInfo } from 'node:os';

/** Who asked for a change, for the history: the user of this machine. */
export function movedBy(): { readonly movedBy?: string } {
  try {
    return { movedBy: userInfo().username };
  } catch {
    return {}; // a container may run under a number that has no name
  }
}
