/** The environment of this process, or what stands for it in a test. */
export type Variables = Readonly<Record<string, string | undefined>>;
