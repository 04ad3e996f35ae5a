/**
 * Whether a file is none of data, by its path below a prefix: names that begin with "_" or ".", and what lies in folders of such names.
 * Spark and Hive put there what they need themselves.
 */
export const isHidden = (path: string): boolean => /(^|\/)[_.]/.test(path);
