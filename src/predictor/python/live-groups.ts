/** Leaders of the process groups that are ours to end. */
const live = new Set<number>();
let isListening = false;

/** From now on the group ends with this process, also where the kernel does not see to it. */
export function watchGroup(leader: number): void {
  live.add(leader);
  if (isListening) return;
  isListening = true;
  process.once('exit', () => {
    for (const pid of live) killGroup(pid);
  });
}

/** End everybody in the group; those who are gone already are no error. */
export function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // ESRCH: nobody is left
  }
}

/** Its number may belong to others soon. */
export function forgetGroup(leader: number): void {
  live.delete(leader);
}
