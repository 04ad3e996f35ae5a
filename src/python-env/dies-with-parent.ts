import type { CommandLine } from './installer.ts';

/** Linux: the kernel kills the program when its parent dies, even by SIGKILL. */
const LAUNCHER = `
import ctypes, os, sys
parent, program = int(sys.argv[1]), sys.argv[2:]
try:
    ctypes.CDLL(None).prctl(1, 9)
except Exception:
    pass
if os.getppid() == parent:
    os.execv(program[0], program)
`;

/** The same command, started by a Python so that it does not outlive this process. */
export const diesWithParent = (python: string, command: CommandLine): CommandLine =>
  process.platform === 'linux'
    ? [python, '-I', '-c', LAUNCHER, String(process.pid), ...command]
    : command;
