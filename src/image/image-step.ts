/**
 * One step towards an image. The Dockerfile is rendered from these, and the test of the image's content carries out the
 * same ones, so that neither can say something else than the other.
 */
export type ImageStep =
  | {
      readonly kind: 'packages';
      /** Of Debian. */
      readonly names: readonly string[];
    }
  | {
      readonly kind: 'copy';
      /** A stage. @default the build context */
      readonly from?: string;
      /** Absolute in a stage, relative in the context; a folder means what is in it. */
      readonly source: string;
      /** A folder when it ends with a slash. */
      readonly target: string;
    }
  | {
      readonly kind: 'run';
      /** One command each; the first that fails ends the build. */
      readonly commands: readonly string[];
    }
  | { readonly kind: 'environment'; readonly variables: Readonly<Record<string, string>> }
  /** Made when it is not there; where what follows is carried out. */
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'label'; readonly labels: Readonly<Record<string, string>> }
  | { readonly kind: 'user'; readonly user: string }
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'entrypoint'; readonly command: readonly string[] }
  | { readonly kind: 'arguments'; readonly values: readonly string[] };

/** A step, and why it is there. */
export type CommentedStep = ImageStep & { readonly comment?: string };

/** One `FROM` and what follows. The last stage of a list is the image. */
export interface ImageStage {
  readonly name: string;
  /** A base image, or the name of an earlier stage. */
  readonly base: string;
  readonly comment?: string;
  readonly steps: readonly CommentedStep[];
}
