import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';

/** The shell commands that put the calling shell under a CPU quota, and how to undo the group. */
export interface CpuQuota {
  readonly join: string;
  remove(): void;
}

const PERIOD_US = 20_000;

/**
 * A control group with a share of one core, as Lambda gives 0.29 of one to 512 MB.
 *
 * Needs root and a writable cgroup file system, version 1 or 2.
 */
export function createCpuQuota(share: number): CpuQuota {
  const isV1 = existsSync('/sys/fs/cgroup/cpu/cpu.cfs_quota_us');
  const directory = `/sys/fs/cgroup/${isV1 ? 'cpu/' : ''}mlflow-serverless-bench-${process.pid}`;
  const quota = Math.round(PERIOD_US * share);
  try {
    mkdirSync(directory);
    if (isV1) {
      writeFileSync(`${directory}/cpu.cfs_period_us`, String(PERIOD_US));
      writeFileSync(`${directory}/cpu.cfs_quota_us`, String(quota));
    } else {
      writeFileSync(`${directory}/cpu.max`, `${quota} ${PERIOD_US}`);
    }
  } catch (error) {
    throw new Error('a CPU quota needs root and a writable /sys/fs/cgroup', { cause: error });
  }
  return {
    join: `echo $$ > ${directory}/cgroup.procs`,
    remove: () => {
      try {
        rmdirSync(directory);
      } catch {
        // a process is still ending in it; the group is empty and costs nothing
      }
    },
  };
}
