/** A command line: the program and what it is given. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** What a set of requirements is installed from; the lists are written into files of these names. */
export interface InstallFiles {
  readonly requirements: string;
  /** undefined when there are none. */
  readonly constraints: string | undefined;
  /** pip's options that hold for the whole set. */
  readonly options: readonly string[];
}

/** A tool that makes virtual environments and installs packages into them. */
export interface Installer {
  readonly name: 'uv' | 'pip';
  /** An empty environment in `folder`. */
  create(python: string, folder: string): CommandLine;
  /** @param python of the environment */
  install(python: string, files: InstallFiles): CommandLine;
  /** Which of the options can stand in the file of requirements. */
  isFileOption(option: string): boolean;
}
