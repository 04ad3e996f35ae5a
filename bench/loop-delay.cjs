'use strict';
// Loaded before a server: writes how late its event loop was, in ms, when it is asked to (SIGUSR2). Nothing in it slows a request down.
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { writeFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

if (isMainThread && process.env.BENCH_LOOP_DELAY) {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  process.on('SIGUSR2', () => {
    const ms = (nanoseconds) => nanoseconds / 1e6;
    const p99 = ms(histogram.percentile(99));
    writeFileSync(process.env.BENCH_LOOP_DELAY, JSON.stringify({ p99, max: ms(histogram.max) }));
    histogram.reset();
  });
}
