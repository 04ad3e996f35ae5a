/** Texts that are kept elsewhere, by reference. What they are read with is the caller's choice. */
export interface SecretReader {
  /**
   * @param variable that holds the reference; for messages
   * @throws {ServingError} when there is none, or it cannot be read
   */
  read(reference: string, variable: string): Promise<string>;
  /** What `read` gave was refused: look it up again next time. */
  forget(reference: string): void;
}
