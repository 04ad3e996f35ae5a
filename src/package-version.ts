import packageJson from '../package.json' with { type: 'json' };

/** Of this package. */
export const PACKAGE_VERSION: string = packageJson.version;

/** The Node that everything here is tested with. */
export const NODE_VERSION: string = packageJson.devDependencies.node;
