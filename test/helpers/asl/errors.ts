/** What a state fails with: the error's name as ASL sees it, and the cause. */
export const failure = (name: string, cause: string): Error =>
  Object.assign(new Error(cause), { name });

/** The error that a definition itself is to blame for; nothing catches it. */
export const runtimeError = (message: string): Error => failure('States.Runtime', message);
