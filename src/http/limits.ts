/** What one request may cost. MLflow's server has no limits; a function that runs out of memory has one anyway. */
export interface RequestLimits {
  /** Largest request body; bytes, after base64. */
  readonly maxBodyBytes: number;
  /** Most rows in one request. */
  readonly maxRows: number;
  /** Deepest nesting of JSON lists and objects. */
  readonly maxDepth: number;
}

/** 100 MiB is what MLflow's own container lets through (its nginx: `client_max_body_size 100m`). */
export const DEFAULT_LIMITS: RequestLimits = {
  maxBodyBytes: 100 * 2 ** 20,
  maxRows: 1_000_000,
  maxDepth: 500,
};
