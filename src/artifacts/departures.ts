/** Counts requests on their way out. */
export interface Departures {
  /** One more request is about to leave; call the result when it has, once or more often. */
  expectOne(): () => void;
}

/**
 * Call `onAllLeft` once, when for the first time every expected request has left.
 *
 * Not when the first has: other work may block the event loop, and the requests beside it would wait for that.
 */
export function createDepartures(onAllLeft: (() => void) | undefined): Departures {
  let waiting = 0;
  let isTold = false;

  return {
    expectOne() {
      let hasLeft = false;
      waiting += 1;
      return () => {
        if (hasLeft) return;
        hasLeft = true;
        waiting -= 1;
        if (waiting > 0 || isTold) return;
        isTold = true;
        onAllLeft?.();
      };
    },
  };
}
