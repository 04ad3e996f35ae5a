/** How a process ended, in words that lead somewhere. */
export function describeExit(code: number | null, signal: string | null): string {
  if (signal === null) return `it exited with code ${code}`;
  const hint = HINTS[signal];
  return hint === undefined ? `it was ended by ${signal}` : `it was ended by ${signal}: ${hint}`;
}

const HINTS: Readonly<Record<string, string>> = {
  SIGKILL: 'the system ran out of memory, or somebody stopped it',
  SIGSEGV: 'a crash in compiled code of the model, the log has the Python stack',
  SIGABRT: 'compiled code of the model gave up, the log may say why',
  SIGBUS: 'a crash in compiled code of the model, or a full disk',
  SIGFPE: 'a crash in compiled code of the model',
  SIGILL: 'compiled code of the model was made for another processor',
};
