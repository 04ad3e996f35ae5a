/** Where things are in an image; the same in every stage. */
export const PLACES = {
  /** The model's Python environment. */
  environment: '/opt/model-env',
  python: '/opt/model-env/bin/python',
  node: '/usr/local/bin/node',
  /** Lambda's name for the folder with a function's code. */
  task: '/var/task',
  /** AWS's runtime interface client. */
  runtime: '/opt/aws-lambda-ric',
  /** Only while building. */
  build: '/build',
} as const;

/** The only folder that can be written to, on Lambda and wherever containers run with a read-only root. */
export const WRITABLE = '/tmp';

/** A user that exists in no image, as the platforms want it: neither root nor anybody else. */
export const USER = '10001:10001';
