import type { CommentedStep } from './image-step.ts';

/** What a platform adds to an image: how requests come in, and what starts. */
export interface ImageDoor {
  /** For the comment at the top: `AWS Lambda`. */
  readonly platform: string;
  /** Debian packages that its build steps need. */
  readonly buildPackages: readonly string[];
  /** In the stage that has compilers. */
  readonly buildSteps: readonly CommentedStep[];
  /** In the image itself. */
  readonly steps: readonly CommentedStep[];
  /** For the top of the Dockerfile: what a linter should not ask for, and why. */
  readonly comments: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly arguments: readonly string[];
}
