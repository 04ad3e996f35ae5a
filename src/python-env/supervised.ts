import type { CommandLine } from './installer.ts';

/** Its input ends when this process does, however it dies; then everything in its process group is killed. */
const SUPERVISOR = `
import os, signal, subprocess, sys, threading

def watch():
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGKILL)

threading.Thread(target=watch, daemon=True).start()
sys.exit(subprocess.call(sys.argv[1:], stdin=subprocess.DEVNULL))
`;

/** The same command, below a Python that sees to it that nothing outlives this process. */
export const supervised = (python: string, command: CommandLine): CommandLine => [
  python,
  '-I',
  '-c',
  SUPERVISOR,
  ...command,
];
