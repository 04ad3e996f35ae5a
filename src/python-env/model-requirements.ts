/** What a model's own files say that it needs: pip's lines, with what they include put in their place. */
export interface ModelRequirements {
  /** Minor version, as `3.11`; undefined when the files do not say. */
  readonly python: string | undefined;
  /** The same as the files have it, as `3.11.9`: for images, which take exactly that one. */
  readonly exactPython: string | undefined;
  /** Installed first, by themselves: the pip, setuptools and wheel it was logged with. */
  readonly buildLines: readonly string[];
  /** One requirement each; paths are relative to the model directory. */
  readonly lines: readonly string[];
  /** What the solver may not go beyond. */
  readonly constraints: readonly string[];
  /** Of pip, that hold for all lines: `--index-url https://…`. May hold credentials. */
  readonly options: readonly string[];
  /** Files and folders of the model directory that the lines refer to: wheels and the like. */
  readonly files: readonly string[];
  /** The file that they come from, for messages. */
  readonly source: string;
  /** What people should know: `mlflow==3.1.0 was added`. */
  readonly notes: readonly string[];
}
