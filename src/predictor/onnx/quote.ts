const MAX_LENGTH = 80;

/** A name from the model file, fit for one line of a message. */
export const quote = (name: string): string =>
  JSON.stringify(name.length > MAX_LENGTH ? `${name.slice(0, MAX_LENGTH - 1)}…` : name);
